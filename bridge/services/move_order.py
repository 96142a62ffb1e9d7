"""The only writer of Order.status: every change is one event on the order's timeline."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bridge.domain.order_status import OrderStatus, ensure_move, is_usual
from bridge.models import Order, OrderEvent


def ask_move(
    session: Session, order: Order, target: OrderStatus, *, actor: str, reason: str | None, now: datetime
) -> None:
    """Move an order because somebody asked, if the guide lists the move.

    :raises IllegalMove: and the caller records the refusal in a transaction of its own (`record_refusal`)
    """
    ensure_move(OrderStatus(order.status), target)
    _move(session, order, target, actor=actor, reason=reason, unusual=False, now=now)


def take_move(
    session: Session, order: Order, target: OrderStatus, *, actor: str, reason: str | None, now: datetime
) -> None:
    """Move an order because Shopify says it happened; a jump the guide does not list is marked unusual."""
    current = OrderStatus(order.status)
    if current is target:
        return
    _move(session, order, target, actor=actor, reason=reason, unusual=not is_usual(current, target), now=now)


def record_event(
    session: Session,
    order: Order,
    kind: str,
    *,
    actor: str,
    now: datetime,
    reason: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Put something that happened to the order on its timeline, without changing its status."""
    session.add(
        OrderEvent(
            order_id=order.id,
            partner_id=order.partner_id,
            at=now,
            kind=kind,
            actor=actor,
            reason=reason,
            detail=detail,
        )
    )
    order.updated_at = now


def _move(
    session: Session,
    order: Order,
    target: OrderStatus,
    *,
    actor: str,
    reason: str | None,
    unusual: bool,
    now: datetime,
) -> None:
    session.add(
        OrderEvent(
            order_id=order.id,
            partner_id=order.partner_id,
            at=now,
            kind="status",
            actor=actor,
            from_status=order.status,
            to_status=target.value,
            reason=reason,
            unusual=unusual,
        )
    )
    if target is OrderStatus.ARCHIVED:
        order.status_before_archive = order.status
    elif order.status == OrderStatus.ARCHIVED:
        order.status_before_archive = None
    order.status = target.value
    order.updated_at = now
