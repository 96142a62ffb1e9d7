"""One direct look at a product some partner lists: what its variants are called, and whether they are there."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge import jobs
from bridge.db import Database, clock
from bridge.domain.errors import PutOff, ShopError
from bridge.domain.retries import READ
from bridge.domain.shop import Shop
from bridge.domain.shop_values import Variant
from bridge.models import Listing
from bridge.services import due_work

log = structlog.get_logger(__name__)


def read_product(db: Database, shop: Shop, *, product_id: int, lease_seconds: int) -> None:
    """Make the listings of one product true: titles as in the shop, retired where the variant is gone.

    Safe to run twice.

    :raises ShopError: after recording it, so that Flower shows the failure
    """
    with db.transaction() as session:
        claimed = due_work.claim(
            session,
            jobs.READ_PRODUCT,
            lease_seconds=lease_seconds,
            now=clock(session),
            product_id=product_id,
        )
        listed = session.scalars(
            select(Listing.variant_id)
            .where(Listing.product_id == product_id, Listing.retired_at.is_(None))
            .distinct()
        ).all()
    if claimed is None:
        return
    try:
        variants = shop.variants(sorted(listed)) if listed else {}
    except PutOff as error:
        with db.transaction() as session:
            until = clock(session) + timedelta(seconds=error.wait_seconds)
            due_work.wait(session, claimed, until=until, reason=error.message)
        return
    except ShopError as error:
        with db.transaction() as session:
            due_work.fail(session, claimed, policy=READ, error=error.message, now=clock(session))
        raise
    with db.transaction() as session:
        now = clock(session)
        _record(session, product_id, variants, asked=frozenset(listed), now=now)
        due_work.finish(session, claimed, now=now)


def _record(
    session: Session,
    product_id: int,
    variants: Mapping[int, Variant],
    *,
    asked: frozenset[int],
    now: datetime,
) -> None:
    listings = session.scalars(
        select(Listing)
        .where(
            Listing.product_id == product_id,
            Listing.retired_at.is_(None),
            Listing.variant_id.in_(asked),  # What was imported meanwhile was not asked about.
        )
        .order_by(Listing.partner_id, Listing.sku)
        .with_for_update()
    ).all()
    for listing in listings:
        variant = variants.get(listing.variant_id)
        if variant is None:
            listing.retired_at = listing.updated_at = now
            jobs.request(session, jobs.READ_STOCK, inventory_item_id=listing.inventory_item_id)
            log.warning("listing.retired", sku=listing.sku, variant_id=listing.variant_id)
            continue
        if listing.inventory_item_id != variant.inventory_item_id:
            jobs.request(session, jobs.READ_STOCK, inventory_item_id=variant.inventory_item_id)
        if (listing.title, listing.inventory_item_id) != (variant.title, variant.inventory_item_id):
            listing.title = variant.title
            listing.inventory_item_id = variant.inventory_item_id
            listing.updated_at = now
