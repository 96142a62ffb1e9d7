"""Cancel orders that nobody confirmed in time, where a setting says so (decision 23): their units are wanted."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.db import Database, clock
from bridge.domain.order_status import OrderStatus
from bridge.models import Order
from bridge.services.order_decisions import request_cancel
from bridge.services.schedule import take_turn

# Each is one short transaction's worth; the next turn goes on.
_BATCH = 200


def expire_waiting_on_schedule(db: Database, *, within_hours: int, every_seconds: float) -> None:
    """Cancel what has waited too long, when it is due; two beats do it once.

    :param within_hours: 0: orders wait for ever
    """
    if not within_hours:
        return
    with db.transaction() as session:
        due = take_turn(session, "expire_waiting", every_seconds, clock(session))
    while due:
        with db.transaction() as session:
            due = expire_waiting(session, within_hours=within_hours, now=clock(session)) == _BATCH


def expire_waiting(session: Session, *, within_hours: int, now: datetime) -> int:
    """Decide to cancel orders that have waited for a confirmation too long, a batch of them; return how many.

    One that somebody has decided about goes its way: a confirmation that waits for staff is not undone.
    """
    waiting = session.scalars(
        select(Order.id)
        .where(
            Order.status == OrderStatus.INCOMPLETE_CAUTION,
            Order.confirm_requested_at.is_(None),
            Order.intent.is_(None),
            Order.created_at <= now - timedelta(hours=within_hours),
        )
        .order_by(Order.id)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for order_id in waiting:
        reason = f"not confirmed within {within_hours} hours"
        request_cancel(session, order_id=order_id, by="bridge", reason=reason, now=now)
    return len(waiting)
