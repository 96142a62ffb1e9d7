"""Whether promises are being kept: what is late, stuck or unknown is counted and said aloud."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from bridge.db import Database, clock
from bridge.domain.order_status import ENDED
from bridge.models import Base, InventoryLevel, Listing, Order, Reservation, WebhookEvent, Work
from bridge.services.stock_location import known_location

log = structlog.get_logger(__name__)

# Beat rings every few seconds; what is due for so long and still unclaimed, no worker does.
_OVERDUE = timedelta(minutes=5)
_PARKED_LONG = timedelta(minutes=10)
# A read that hands units over comes seconds after they were committed.
_SETTLED_LONG_AGO = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Neglect:
    """Counts, all zero when everything goes on by itself.

    `unclaimed_work`: due for minutes and nobody took it. `given_up_work`: waits for staff.
    `unknown_stock`: listings never observed where we sell from (their carts answer 503).
    `stale_stock`: listings whose number is older than it should ever be.
    `parked_webhooks`: waiting unusually long. `waiting_orders`: those that say why staff must act.
    `stuck_reservations`: committed by the shop and never handed over, or still held by an order that has
    ended; either way units that nobody can buy.
    """

    unclaimed_work: int
    given_up_work: int
    unknown_stock: int
    stale_stock: int
    parked_webhooks: int
    waiting_orders: int
    stuck_reservations: int


def find_neglect(session: Session, *, stale_after_seconds: int, now: datetime) -> Neglect:
    """Count what does not go on by itself."""
    return Neglect(
        unclaimed_work=_count(
            session, Work, Work.given_up_at.is_(None), Work.next_attempt_at <= now - _OVERDUE
        ),
        given_up_work=_count(session, Work, Work.given_up_at.is_not(None)),
        unknown_stock=_listings(session, InventoryLevel.observed_at.is_(None)),
        stale_stock=_listings(
            session, InventoryLevel.observed_at <= now - timedelta(seconds=stale_after_seconds)
        ),
        parked_webhooks=_count(
            session,
            WebhookEvent,
            or_(WebhookEvent.state == "parked", WebhookEvent.state == "received"),
            WebhookEvent.received_at <= now - _PARKED_LONG,
        ),
        waiting_orders=_count(session, Order, Order.attention.is_not(None)),
        stuck_reservations=_count(session, Reservation, _is_stuck(now)),
    )


def look_over(db: Database, *, stale_after_seconds: int) -> Neglect:
    """Log a warning with the counts when anything is neglected."""
    with db.transaction() as session:
        neglect = find_neglect(session, stale_after_seconds=stale_after_seconds, now=clock(session))
    counts = {name: count for name, count in asdict(neglect).items() if count}
    if counts:
        log.warning("promises.neglected", **counts)
    return neglect


def _is_stuck(now: datetime) -> ColumnElement[bool]:
    long_ago = now - _SETTLED_LONG_AGO
    never_handed_over = (Reservation.state == "in_shopify") & (Reservation.committed_at <= long_ago)
    ended = exists().where(
        Order.id == Reservation.order_id, Order.status.in_(sorted(ENDED)), Order.updated_at <= long_ago
    )
    return or_(never_handed_over, (Reservation.state == "held") & ended)


def _count(session: Session, table: type[Base], *which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*which)) or 0


def _listings(session: Session, which: ColumnElement[bool]) -> int:
    location = known_location(session)
    level = (InventoryLevel.inventory_item_id == Listing.inventory_item_id) & (
        InventoryLevel.location_id == location
    )
    return (
        session.scalar(
            select(func.count())
            .select_from(Listing)
            .outerjoin(InventoryLevel, level)
            .where(Listing.retired_at.is_(None), which)
        )
        or 0
    )
