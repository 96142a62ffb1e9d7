"""Acting on orders whose drafts hold units in the shop, and looking at what is held."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text

from bridge import jobs
from bridge.db import clock
from bridge.models import Listing, Partner, Reservation, Work
from bridge.services.draft_webhooks import take_draft
from bridge.services.read_stock import read_stock
from bridge.services.show_stock import show_stock
from tests.flows.stage import COFFEE, Stage
from tests.flows.test_confirm import UPDATE
from tests.support.selling import add_listing, sellable
from tests.support.stock_room import StockRoom


def there_are(stage: Stage, units: int) -> None:
    """Put so many on the shop's shelf."""
    StockRoom(stage.simulator).set_available(item(stage), units, stage.shop.profile().location_id)


def item(stage: Stage) -> int:
    return stage.shop.variants([COFFEE])[COFFEE].inventory_item_id


def in_shop(stage: Stage) -> dict[str, int]:
    """How many units the shop counts in which state."""
    found = stage.staff(
        "query($item: ID!, $at: ID!) { inventoryItem(id: $item) { inventoryLevel(locationId: $at) {"
        ' quantities(names: ["available", "reserved", "committed"]) { name quantity } } } }',
        item=f"gid://shopify/InventoryItem/{item(stage)}",
        at=f"gid://shopify/Location/{stage.shop.profile().location_id}",
    )
    return {one["name"]: one["quantity"] for one in found["inventoryLevel"]["quantities"]}


def to_sell(stage: Stage) -> int | None:
    with stage.db.transaction() as session:
        return sellable(session, item(stage))


def seconds_later(stage: Stage, seconds: int = 11) -> None:
    """Let time pass, and whatever reads of stock are due then."""
    with stage.db.transaction() as session:
        moved = ", ".join(f"{c} = {c} - make_interval(secs => :s)" for c in ("hold_since", "committed_at"))
        session.execute(text(f"UPDATE reservations SET {moved}"), {"s": seconds})  # noqa: S608
        session.execute(text("UPDATE work SET next_attempt_at = next_attempt_at - make_interval(secs => :s)"),
                        {"s": seconds})  # fmt: skip
        due = session.scalar(
            select(Work).where(Work.job == jobs.READ_STOCK, Work.next_attempt_at <= clock(session))
        )
    if due is not None:
        read_stock(stage.db, stage.shop, inventory_item_id=item(stage), lease_seconds=60)


def held(stage: Stage) -> UUID:
    """An order whose draft holds its units, as a late enough read has shown."""
    order_id = stage.pushed()
    seconds_later(stage)
    return order_id


def ends(stage: Stage) -> datetime | None:
    """When the hold ends, as the bridge knows."""
    with stage.db.transaction() as session:
        return session.scalar(select(Reservation.hold_until))


def why(stage: Stage) -> str:
    """What staff are told of the one reservation."""
    with stage.db.transaction() as session:
        partner = session.scalars(select(Partner)).one()
        if session.get(Listing, (partner.id, "JDTQ1834")) is None:
            add_listing(session, partner, "JDTQ1834", item(stage))
        [shown] = show_stock(session, sku="JDTQ1834", shop_buffer=0)
    [reservation] = shown["locations"][0]["reservations"]
    return reservation["why"]


def edit_hold(stage: Stage, until: datetime | None) -> None:
    """Move the end of the hold as staff would."""
    [draft] = stage.drafts()
    end = None if until is None else until.isoformat()
    stage.staff(UPDATE, id=draft["id"], input={"reserveInventoryUntil": end})


def hear_of_draft(stage: Stage, order_id: UUID) -> None:
    """Take the webhook about the draft as it is."""
    draft_id = stage.read(order_id).draft_id
    assert draft_id is not None
    seen = stage.shop.draft(draft_id)
    assert seen is not None
    with stage.db.transaction() as session:
        take_draft(session, replace(seen, hold_until=None), clock(session))
