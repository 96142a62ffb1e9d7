"""What carries an order's token in the shop beside its own: copies (decision 46), and second orders (47)."""

from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.models import Order, OrderEvent
from bridge.services.defects import Defect, count
from bridge.services.move_order import record_event

log = structlog.get_logger(__name__)

COPY_SEEN = "copy_seen"
# Why staff should look at an order of which a copy is a whole order.
COPY_IN_SHOP = "copy_in_shop"
SECOND_ORDER = "second_order"


def note_copy(session: Session, order: Order, what: str, ids: dict[str, Any], *, now: datetime) -> None:
    """Put a copy on the order's timeline once, and ask for staff's attention when it is a whole order.

    :param order: locked by the caller
    :param what: as staff would find it in the shop, such as `order #1002`
    :param ids: the Shopify ids that tell one copy from another
    """
    if is_noted(session, order, ids):
        return
    record_event(session, order, COPY_SEEN, actor="shopify", now=now, detail=ids)
    if "shopify_order_id" in ids and order.attention is None:
        order.attention = f"{COPY_IN_SHOP}: {what} carries this order's token and is not its order"


def note_second_order(
    session: Session, order: Order, shop_order_id: int, name: str, *, now: datetime
) -> None:
    """Put on the timeline, once, that another draft of ours became an order too, and count it (decision 47).

    :param order: locked by the caller; with a shop order of its own
    """
    ids = {"shopify_order_id": shop_order_id}
    if _has_event(session, order, ids, (SECOND_ORDER,)):
        return
    record_event(session, order, SECOND_ORDER, actor="bridge", reason=name, now=now, detail=ids)
    log.error("order.second_order", order_id=str(order.id), shopify_order_id=shop_order_id)
    count(session, Defect.SECOND_ORDER)


def is_second_order(session: Session, order: Order, shop_order_id: int) -> bool:
    """Tell whether a shop order was noted before as the second of this order."""
    return _has_event(session, order, {"shopify_order_id": shop_order_id}, (SECOND_ORDER,))


def is_noted(session: Session, order: Order, ids: dict[str, Any]) -> bool:
    """Tell whether something of the shop was noted before, as a copy of the order or as its second."""
    return _has_event(session, order, ids, (COPY_SEEN, SECOND_ORDER))


def _has_event(session: Session, order: Order, ids: dict[str, Any], kinds: tuple[str, ...]) -> bool:
    found = select(OrderEvent.id).where(
        OrderEvent.order_id == order.id, OrderEvent.kind.in_(kinds), OrderEvent.detail == ids
    )
    return session.scalar(found.limit(1)) is not None
