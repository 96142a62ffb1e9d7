"""Complete shipped orders whose carriers never report, after as many days as their partner allows (decision 54)."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bridge.db import Database, clock
from bridge.domain.order_status import OrderStatus
from bridge.models import Order, OrderEvent, Partner
from bridge.services.move_order import ask_move
from bridge.services.schedule import take_turn

# Each is one short transaction's worth; the next turn goes on.
_BATCH = 200


def complete_overdue_on_schedule(db: Database, *, every_seconds: float) -> None:
    """Complete what is overdue, when it is due; two beats do it once."""
    with db.transaction() as session:
        due = take_turn(session, "complete_overdue", every_seconds, clock(session))
    while due:
        with db.transaction() as session:
            due = complete_overdue(session, now=clock(session)) == _BATCH


def complete_overdue(session: Session, *, now: datetime) -> int:
    """Move orders that shipped long enough ago to COMPLETE, a batch of them; return how many.

    What Shopify reports later is still taken: a parcel that is cancelled takes the order back.
    """
    shipped_at = (
        select(func.max(OrderEvent.at))
        .where(OrderEvent.order_id == Order.id, OrderEvent.to_status == OrderStatus.FULFILLED)
        .scalar_subquery()
    )
    allowed = func.make_interval(0, 0, 0, Partner.complete_after_days)
    overdue = session.scalars(
        select(Order)
        .join(Partner, Partner.id == Order.partner_id)
        .where(Order.status == OrderStatus.FULFILLED, shipped_at <= now - allowed)
        .order_by(Order.id)
        .limit(_BATCH)
        .with_for_update(of=Order, skip_locked=True)
    ).all()
    for order in overdue:
        reason = "shipped, and no carrier reported since"
        ask_move(session, order, OrderStatus.COMPLETE, actor="bridge", reason=reason, now=now)
    return len(overdue)
