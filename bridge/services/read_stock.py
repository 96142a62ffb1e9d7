"""One direct look at one item: after a commitment, and where webhooks could not be put in order."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bridge import jobs
from bridge.db import Database, clock
from bridge.domain.errors import PutOff, ShopError
from bridge.domain.retries import READ
from bridge.domain.shop import Shop
from bridge.domain.shop_values import InventoryLevel
from bridge.models import Reservation
from bridge.services import due_work
from bridge.services.due_work import Claim
from bridge.services.observe_stock import store_read
from bridge.services.reserve_stock import SETTLING
from bridge.services.stock_location import known_location

# A read that a newer webhook outranks hands nothing over; it is repeated, but not at once.
_AGAIN = timedelta(seconds=5)


def read_stock(db: Database, shop: Shop, *, inventory_item_id: int, lease_seconds: int) -> None:
    """Read one item wherever it is sold or promised, and keep what is newer.

    Done when no promised unit waits for a later read. Safe to run twice.

    :raises ShopError: after recording it, so that Flower shows the failure
    """
    with db.transaction() as session:
        began = clock(session)
        claimed = due_work.claim(
            session,
            jobs.READ_STOCK,
            lease_seconds=lease_seconds,
            now=began,
            inventory_item_id=inventory_item_id,
        )
        locations = _locations(session, inventory_item_id)
    if claimed is None:
        return
    try:
        levels = {location: shop.inventory_levels([inventory_item_id], location) for location in locations}
    except PutOff as error:
        with db.transaction() as session:
            due_work.wait(session, claimed, until=_after(session, error.wait_seconds), reason=error.message)
        return
    except ShopError as error:
        with db.transaction() as session:
            due_work.fail(session, claimed, policy=READ, error=error.message, now=clock(session))
        raise
    with db.transaction() as session:
        _record(session, claimed, inventory_item_id, levels, began=began)


def _record(
    session: Session,
    claimed: Claim,
    item: int,
    levels: Mapping[int, Mapping[int, InventoryLevel]],
    *,
    began: datetime,
) -> None:
    for location, answer in sorted(levels.items()):
        store_read(session, asked=[item], location_id=location, levels=answer, began=began)
    now = clock(session)
    known_since = session.scalar(
        select(func.max(func.coalesce(Reservation.committed_at, Reservation.hold_since))).where(
            Reservation.inventory_item_id == item,
            or_(
                Reservation.state == "in_shopify",
                (Reservation.state == "held") & Reservation.hold_seen_at.is_(None),
            ),
        )
    )
    if known_since is None:
        due_work.finish(session, claimed, now=now)
    else:
        until = max(known_since + SETTLING, now + _AGAIN)
        due_work.wait(session, claimed, until=until, reason="units wait for a later read")


def _locations(session: Session, item: int) -> Sequence[int]:
    """Return where the item is sold, and where units of it are promised."""
    promised = session.scalars(
        select(Reservation.location_id)
        .where(Reservation.inventory_item_id == item, Reservation.state.in_(("held", "in_shopify")))
        .distinct()
    ).all()
    sold_from = known_location(session)
    return sorted({*promised, *([] if sold_from is None else [sold_from])})


def _after(session: Session, seconds: float) -> datetime:
    return clock(session) + timedelta(seconds=seconds)
