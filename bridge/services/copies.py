"""What carries our token in the shop without being ours: shown to staff, never touched (decision 46)."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.models import Order, OrderEvent
from bridge.services.move_order import record_event

COPY_SEEN = "copy_seen"


def note_copy(session: Session, order: Order, what: str, ids: dict[str, Any], *, now: datetime) -> None:
    """Put a copy on the order's timeline once, and ask for staff's attention when it is a whole order.

    :param order: locked by the caller
    :param what: as staff would find it in the shop, such as `order #1002`
    :param ids: the Shopify ids that tell one copy from another
    """
    before = select(OrderEvent.id).where(
        OrderEvent.order_id == order.id, OrderEvent.kind == COPY_SEEN, OrderEvent.detail == ids
    )
    if session.scalar(before) is not None:
        return
    record_event(session, order, COPY_SEEN, actor="shopify", now=now, detail=ids)
    if "shopify_order_id" in ids and order.attention is None:
        order.attention = f"copy_in_shop: {what} carries this order's token and is not its order"
