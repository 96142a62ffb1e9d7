"""A partner that asks what changed in its catalog: what it is shown, and a shop whose lamps are counted."""

from datetime import datetime, timedelta

from bridge.db import clock
from bridge.domain.shop_values import InventoryLevel as ShopLevel
from bridge.services.observe_stock import store_read
from tests.support.partner_api import LOCATION, item_of

LAMP = item_of("LAMP")


def listed(client, account, since: datetime, query: str = "") -> list[dict]:
    """Return the items of all pages."""
    asked = f"/v1/catalog?updated_since={since.isoformat().replace('+', '%2B')}{query}"
    page = client.get(asked, headers=account.headers).json
    items = page["items"]
    while page["next_cursor"]:
        page = client.get(f"{asked}&cursor={page['next_cursor']}", headers=account.headers).json
        items += page["items"]
    return items


def shown(items: list[dict]) -> dict[str, int]:
    return {item["sku"]: item["available"] for item in items}


def moment(db) -> datetime:
    with db.transaction() as session:
        return clock(session)


def read(session, available: int, *, later: timedelta = timedelta()) -> None:
    """Store a read of the lamps that began `later` than now."""
    began = clock(session) + later
    level = ShopLevel(
        inventory_item_id=LAMP,
        location_id=LOCATION,
        stocked=True,
        tracked=True,
        available=available,
        updated_at=began,
    )
    store_read(session, asked=[LAMP], location_id=LOCATION, levels={LAMP: level}, began=began)
