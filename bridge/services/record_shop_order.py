"""Write down which shop order an order of ours has become, and what follows from that at once."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge import jobs
from bridge.domain.draft_differences import Differences
from bridge.domain.order_status import OrderStatus
from bridge.models import Order, OrderEvent
from bridge.services import reserve_stock
from bridge.services.copies import COPY_IN_SHOP
from bridge.services.move_order import record_event, take_move

# "Not there" is believed when it was said twice, this far apart (decision 55b).
_SURE_AFTER = timedelta(minutes=5)
_MISSING = "draft_missing"
_HEARD = "draft_deletion_heard"


def record_shop_order(
    session: Session,
    order: Order,
    *,
    shop_order_id: int,
    name: str | None,
    actor: str,
    now: datetime,
    differing: Differences | None = None,
) -> None:
    """Record the shop order, leave its units to the shop, confirm, and have the order read.

    Safe to run twice. An order that is about to be rejected or canceled keeps its status: closing it now
    means canceling what was just recorded.

    :param order: locked by the caller
    :param differing: how it differs from what was sent, for staff
    """
    if order.shopify_order_id != shop_order_id:
        order.shopify_order_id = shop_order_id
        order.shopify_order_name = name
        detail: dict[str, Any] = {"shopify_order_id": shop_order_id, "shopify_order_name": name}
        record_event(session, order, "order_created", actor=actor, now=now, detail=detail)
        reserve_stock.commit(session, order, now)
        order.attention = None
    if differing:
        order.review_reasons = sorted({*order.review_reasons, *differing.reasons})
        record_event(session, order, "differs", actor="bridge", reason=str(differing), now=now)
    if order.intent is not None:
        record_event(
            session, order, "completed_under_intent", actor="bridge", reason=order.intent_reason, now=now
        )
        jobs.request(session, jobs.CLOSE_ORDER, order_id=order.id)
    elif order.status == OrderStatus.INCOMPLETE_CAUTION:
        take_move(session, order, OrderStatus.UNFULFILLED, actor=actor, reason=None, now=now)
    jobs.request(session, jobs.READ_ORDER, order_id=order.id)


def note_draft_deletion(session: Session, order: Order, *, draft_id: int, now: datetime) -> None:
    """Note that the shop called to say that the recorded draft was deleted; a hint, so have it looked at."""
    if order.draft_id != draft_id or order.shopify_order_id is not None:
        return
    record_event(session, order, _HEARD, actor="shopify", now=now, detail={"draft_id": draft_id})
    reserve_stock.doubt_hold(session, order)
    jobs.request(session, jobs.READ_ORDER, order_id=order.id)


def missing_draft(session: Session, order: Order, *, now: datetime) -> datetime | None:
    """Conclude from a read that did not find the recorded draft, or say when to look again.

    Two things have to say so: two reads five minutes apart, or one read and the shop's own call. Then staff
    have deleted it, and the order is canceled with that reason (decision 47).

    :param order: locked by the caller; without a shop order
    :returns: when to look again, PostgreSQL's clock; None when the order was canceled
    """
    said = session.execute(
        select(OrderEvent.kind, OrderEvent.at, OrderEvent.detail)
        .where(OrderEvent.order_id == order.id, OrderEvent.kind.in_([_MISSING, _HEARD]))
        .order_by(OrderEvent.id)
    ).all()
    said = [row for row in said if (row.detail or {}).get("draft_id") == order.draft_id]
    first_read = min((row.at for row in said if row.kind == _MISSING), default=None)
    heard = any(row.kind == _HEARD for row in said)
    reserve_stock.doubt_hold(session, order)
    if not heard and (first_read is None or now - first_read < _SURE_AFTER):
        if first_read is None:
            record_event(
                session, order, _MISSING, actor="bridge", now=now, detail={"draft_id": order.draft_id}
            )
        return (first_read or now) + _SURE_AFTER
    if order.intent is not None:  # Then closing it finds the same, and has a reason of its own.
        jobs.request(session, jobs.CLOSE_ORDER, order_id=order.id)
        return None
    reason = "the draft order was deleted in Shopify"
    reserve_stock.release(session, order, now)
    take_move(session, order, OrderStatus.CANCELED, actor="shopify", reason=reason, now=now)
    order.rejection_reason = reason
    if not (order.attention or "").startswith(COPY_IN_SHOP):  # The copy lives on.
        order.attention = None
    return None
