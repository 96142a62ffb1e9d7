"""What `products/update` and `products/delete` mean for listings: a hint that the shop should be asked.

Shopify sends `products/update` for every sale, so only a difference to what we hold is asked about.
"""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bridge import jobs
from bridge.domain.titles import variant_title
from bridge.models import Listing


def observe_webhook_product(
    session: Session, *, product_id: int, title: str, variants: Mapping[int, str | None]
) -> bool:
    """Ask about a product when a variant we list is missing from it or has another title now.

    :param variants: variant id -> its own title, all of the product; None where the webhook does not say,
        since it holds only the first hundred in full
    :returns: whether anybody lists a variant of it
    """
    listings = session.execute(
        select(Listing.variant_id, Listing.title).where(
            Listing.product_id == product_id, Listing.retired_at.is_(None)
        )
    ).all()
    if any(
        variant_id not in variants or not _is_called(held, title, variants[variant_id])
        for variant_id, held in listings
    ):
        jobs.request(session, jobs.READ_PRODUCT, product_id=product_id)
    return bool(listings)


def observe_webhook_product_gone(session: Session, *, product_id: int) -> bool:
    """Ask about a product that is said to be deleted; headers are not signed, so it is no more than a hint.

    :returns: whether anybody lists a variant of it
    """
    return ask_for_products(session, Listing.product_id == product_id)


def ask_for_products(session: Session, which: ColumnElement[bool]) -> bool:
    """Ask for a look at the products of these listings; say whether there are any."""
    products = session.scalars(
        select(Listing.product_id).where(which, Listing.retired_at.is_(None)).distinct()
    ).all()
    for product_id in sorted(products):
        jobs.request(session, jobs.READ_PRODUCT, product_id=product_id)
    return bool(products)


def _is_called(held: str, product: str, variant: str | None) -> bool:
    """Tell whether a listing's title is the variant's, as far as that one's own title is known."""
    return held.startswith(product) if variant is None else held == variant_title(product, variant)
