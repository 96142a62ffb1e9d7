"""What people decide about an order: confirm, reject, cancel, complete. Recorded at once, done by workers.

The same use cases stand behind command line, console and API. A decision that the order's status does not
allow is refused and leaves a trace on its timeline: call these through `decide`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bridge import jobs
from bridge.db import Database, clock
from bridge.domain.errors import IllegalMove, InvalidRequest, NotFound
from bridge.domain.order_status import ENDED, OrderStatus, ensure_move
from bridge.models import Order, ShopifyFulfillment
from bridge.services.move_order import ask_move, record_event

AUTO_CONFIRM = "auto_confirm"
REJECT = "reject"
CANCEL = "cancel"

_TARGETS = {REJECT: OrderStatus.REJECTED, CANCEL: OrderStatus.CANCELED}
_MAX_REASON = 1000


def decide(db: Database, decision: Callable[..., Order], *, order_id: UUID, by: str, **how: Any) -> Order:
    """Carry out one decision of this module in a transaction of its own, and return the order.

    :param by: who decides, as the timeline shows it
    :param how: what else the decision takes: `reason`, `accept_changes`
    :raises NotFound: no such order
    :raises IllegalMove: the order's status does not allow it; the refusal is on its timeline
    """
    try:
        with db.transaction() as session:
            return decision(session, order_id=order_id, by=by, now=clock(session), **how)
    except IllegalMove as refusal:
        with db.transaction() as session:
            record_refusal(
                session,
                order_id=order_id,
                decision=decision.__name__,
                by=by,
                refusal=refusal,
                now=clock(session),
            )
        raise


def record_refusal(
    session: Session, *, order_id: UUID, decision: str, by: str, refusal: IllegalMove, now: datetime
) -> None:
    """Put on the timeline what somebody asked for in vain; a transaction of its own, since theirs rolled back."""
    order = _locked(session, order_id)
    record_event(
        session, order, "refused", actor=by, reason=refusal.message, now=now, detail={"asked": decision}
    )


def request_confirm(
    session: Session, *, order_id: UUID, by: str, now: datetime, accept_changes: bool = False
) -> Order:
    """Decide to confirm; it may come before the draft is there, the worker completes when it can (decision 23).

    Asking again has a parked confirmation tried again.

    :param accept_changes: complete the draft although staff changed it, or stock is gone (decisions 34b, 57c)
    :raises IllegalMove: the order is past confirming, or is being rejected or canceled
    """
    order = _locked(session, order_id)
    ensure_move(OrderStatus(order.status), OrderStatus.UNFULFILLED)
    _refuse_while_closing(order)
    order.confirm_requested_at = now
    order.confirm_requested_by = by
    order.accept_changes = accept_changes
    if order.draft_id is not None:
        order.attention = None  # What it was is looked at again.
    record_event(
        session, order, "confirm_requested", actor=by, now=now, detail={"accept_changes": accept_changes}
    )
    jobs.request(session, jobs.CONFIRM_ORDER, order_id=order.id)
    return order


def request_reject(session: Session, *, order_id: UUID, by: str, reason: str, now: datetime) -> Order:
    """Decide to reject an order that waits for confirmation; stops push and confirm at once (decision 42).

    :raises IllegalMove: it was confirmed already, or has ended
    """
    return _intend(session, REJECT, order_id=order_id, by=by, reason=reason, now=now)


def request_cancel(session: Session, *, order_id: UUID, by: str, reason: str, now: datetime) -> Order:
    """Decide to cancel an order of which nothing has shipped; the status moves when Shopify's end is closed.

    :raises IllegalMove: it has shipped, or has ended
    """
    return _intend(session, CANCEL, order_id=order_id, by=by, reason=reason, now=now)


def complete(session: Session, *, order_id: UUID, by: str, now: datetime) -> Order:
    """Say that a shipped order was delivered, where the carrier never does (decision 54).

    The parcels are marked too, so that the status derived from them later is the same.

    :raises IllegalMove: it has not shipped, or has ended
    """
    order = _locked(session, order_id)
    ask_move(session, order, OrderStatus.COMPLETE, actor=by, reason="marked as delivered", now=now)
    session.execute(
        update(ShopifyFulfillment)
        .where(
            ShopifyFulfillment.order_id == order.id,
            ShopifyFulfillment.status == "success",
            ShopifyFulfillment.delivered_at.is_(None),
        )
        .values(delivered_at=now)
    )
    return order


def resync(session: Session, *, order_id: UUID, by: str, now: datetime) -> Order:
    """Have Shopify asked again what is true of an order, and everything that is stuck about it tried again."""
    order = _locked(session, order_id)
    record_event(session, order, "resync_requested", actor=by, now=now)
    if order.intent is not None and OrderStatus(order.status) not in ENDED:
        jobs.request(session, jobs.CLOSE_ORDER, order_id=order.id)
    elif order.draft_id is None and order.shopify_order_id is None:
        jobs.request(session, jobs.PUSH_ORDER, order_id=order.id)
    elif order.shopify_order_id is None and order.confirm_requested_at is not None:
        jobs.request(session, jobs.CONFIRM_ORDER, order_id=order.id)
    jobs.request(session, jobs.READ_ORDER, order_id=order.id)
    return order


def _intend(session: Session, intent: str, *, order_id: UUID, by: str, reason: str, now: datetime) -> Order:
    if not reason.strip() or len(reason) > _MAX_REASON:
        raise InvalidRequest(f"a reason of 1 to {_MAX_REASON} characters is needed")
    order = _locked(session, order_id)
    ensure_move(OrderStatus(order.status), _TARGETS[intent])
    if order.intent == intent:  # Asked for before: have it tried again, the first reason stays.
        jobs.request(session, jobs.CLOSE_ORDER, order_id=order.id)
        return order
    _refuse_while_closing(order)
    order.intent = intent
    order.intent_reason = reason.strip()
    order.intent_by = by
    order.intent_at = now
    record_event(session, order, f"{intent}_requested", actor=by, reason=order.intent_reason, now=now)
    jobs.request(session, jobs.CLOSE_ORDER, order_id=order.id)
    return order


def _refuse_while_closing(order: Order) -> None:
    if order.intent is not None:
        raise IllegalMove(f"the order is about to be {_TARGETS[order.intent].lower()}: {order.intent_reason}")


def _locked(session: Session, order_id: UUID) -> Order:
    order = session.scalar(select(Order).where(Order.id == order_id).with_for_update())
    if order is None:
        raise NotFound("no such order")
    return order
