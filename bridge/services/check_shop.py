"""What a checkup looks at in Shopify. Nothing is written there: drafts are reckoned, never made."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select

from bridge.db import Database
from bridge.domain.draft_order import draft_of
from bridge.domain.errors import ShopError
from bridge.domain.sample_sale import sample_sale
from bridge.domain.shop import Shop
from bridge.domain.shop_access import NEEDED, USEFUL, ShopAccess, lacking
from bridge.models import Listing, Partner
from bridge.services import subscriptions
from bridge.services.checkup import Finding, State, failed, ok, warned


def check_access(shop: Shop, *, expected: str) -> tuple[Sequence[Finding], ShopAccess]:
    """Look whether our token opens the shop, and the right one.

    :param expected: the domain that the settings name
    :raises ShopError: it does not
    """
    access = shop.access()
    if access.domain != expected:
        return failed("shopify", f"the token opens {access.domain}, and SHOPIFY_SHOP is {expected}"), access
    return ok("shopify", f"the token opens {access.name} ({access.domain})"), access


def check_scopes(access: ShopAccess) -> Sequence[Finding]:
    """Look whether the app may do all that the bridge does."""
    missing = lacking(NEEDED, access.scopes)
    if missing:
        return failed("scopes", f"missing {'; '.join(missing)}")
    advised = lacking(USEFUL, access.scopes)
    if advised:
        return warned("scopes", f"all that is needed; useful would be {'; '.join(advised)}")
    return ok("scopes", "all that is needed")


def check_version(access: ShopAccess, *, pinned: str) -> Sequence[Finding]:
    """Look whether the version answers that was asked for: Shopify answers with an older one's successor."""
    if access.api_version == pinned:
        return ok("api version", pinned)
    served = access.api_version or "one that it does not name"
    return warned("api version", f"{pinned} was asked for and Shopify answers with {served}")


def check_location(shop: Shop, *, configured: int | None) -> Sequence[Finding]:
    """Look whether the location whose stock is sold exists and is active.

    :param configured: SHOPIFY_LOCATION_ID
    """
    location = shop.location()
    if location is None:
        return failed("location", f"the shop has no location {configured}: see SHOPIFY_LOCATION_ID")
    named = f"{location.name} ({location.location_id})"
    if not location.is_active:
        return failed("location", f"{named} is deactivated")
    return ok("location", named + ("" if configured else ", the shop's default"))


def check_subscriptions(shop: Shop, *, public_url: str) -> Sequence[Finding]:
    """Look whether Shopify calls us about every topic, at our address."""
    if not public_url:
        return failed("webhooks", "BRIDGE_PUBLIC_URL is not set, so Shopify calls nobody")
    report = subscriptions.look(shop, address=subscriptions.address_of(public_url))
    if not report.missing:
        return ok("webhooks", f"all {len(report.present)} topics at {report.address}")
    return failed(
        "webhooks",
        f"not subscribed at {report.address}: {', '.join(report.missing)}; run `python -m bridge webhooks subscribe`",
    )


def check_currencies(shop: Shop, db: Database) -> Sequence[Finding]:
    """Have a small cart reckoned in each currency of an enabled partner (decision 44).

    :returns: one finding per currency; the total has to be the cart's, to the last minor unit
    """
    found: list[Finding] = []
    for currency, (partners, variant_id) in _currencies(db).items():
        name, whose = f"currency {currency}", ", ".join(partners)
        draft = draft_of(sample_sale(currency, variant_id=variant_id), attempt=1)
        try:
            reckoned = shop.reckon(draft)
        except ShopError as error:
            found += failed(name, f"orders of {whose} cannot be made: {error.message}")
            continue
        if (reckoned.currency, reckoned.total) == (currency, draft.total):
            found += ok(name, f"presented to the last minor unit; {whose}")
        else:
            found += failed(
                name,
                f"orders of {whose} would not be as agreed: a cart of {draft.total} {currency} comes to "
                f"{reckoned.total} {reckoned.currency}",
            )
    return found or [Finding("currencies", State.OK, "no partner yet")]


def _currencies(db: Database) -> Mapping[str, tuple[Sequence[str], int | None]]:
    """Return who sells in each currency, and a variant that one of them sells."""
    with db.transaction() as session:
        rows = session.execute(
            select(Partner.currency, Partner.name, func.max(Listing.variant_id))
            .outerjoin(Listing, (Listing.partner_id == Partner.id) & Listing.retired_at.is_(None))
            .where(Partner.enabled)
            .group_by(Partner.currency, Partner.name)
            .order_by(Partner.currency, Partner.name)
        ).all()
    found: dict[str, tuple[list[str], int | None]] = {}
    for currency, name, variant_id in rows:
        names, variant = found.get(currency, ([], None))
        found[currency] = ([*names, name], variant or variant_id)
    return found
