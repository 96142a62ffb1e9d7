"""What it means that Shopify does not show a shop order that is recorded as ours (decision 55b)."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bridge.domain.order_status import OrderStatus
from bridge.domain.shop_values import ShopProfile
from bridge.models import Order, OrderEvent, ShopifyOrder
from bridge.services import reserve_stock, store_facts
from bridge.services.move_order import record_event, take_move

# "Not there" is believed when it was said twice, this far apart.
SURE_AFTER = timedelta(minutes=5)
# `read_orders` shows no older ones; then "not there" says nothing.
VISIBLE_FOR = timedelta(days=60)

_MISSING = "order_missing"
_OPEN = frozenset({OrderStatus.INCOMPLETE_CAUTION, OrderStatus.UNFULFILLED})


def can_see_orders(profile: ShopProfile) -> bool:
    """Tell whether our token may read orders at all; the call itself proves that it is good."""
    return not {"read_orders", "write_orders", "read_all_orders"}.isdisjoint(profile.scopes)


def missing_order(session: Session, order: Order, *, can_see: bool, now: datetime) -> datetime | None:
    """Conclude from a read that did not find the shop order, or say when to look again.

    Nothing is ever created again for it. An order of which nothing has shipped is canceled as deleted; any
    other keeps its status, and staff are told.

    :param order: locked by the caller
    :returns: when to look again, PostgreSQL's clock; None when all is said
    """
    if not can_see or now - order.created_at > VISIBLE_FOR:
        _tell_staff(session, order, "whether Shopify still has the order cannot be seen from here", now=now)
        return None
    first = _first_missed(session, order)
    if first is None:
        detail = {"shopify_order_id": order.shopify_order_id}
        record_event(session, order, _MISSING, actor="bridge", now=now, detail=detail)
    if first is None or now - first < SURE_AFTER:
        return (first or now) + SURE_AFTER
    if OrderStatus(order.status) not in _OPEN or store_facts.has_shipped(session, order):
        _tell_staff(session, order, "Shopify no longer has the order", now=now)
        return None
    reason = "the order was deleted in Shopify"
    reserve_stock.release(session, order, now)
    take_move(session, order, OrderStatus.CANCELED, actor="shopify", reason=reason, now=now)
    order.rejection_reason, order.attention = reason, None
    return None


def _first_missed(session: Session, order: Order) -> datetime | None:
    """Return when the shop order was first missed since it was last seen."""
    seen = select(ShopifyOrder.stored_at).where(ShopifyOrder.order_id == order.id).scalar_subquery()
    return session.scalar(
        select(func.min(OrderEvent.at)).where(
            OrderEvent.order_id == order.id,
            OrderEvent.kind == _MISSING,
            OrderEvent.at > func.coalesce(seen, order.created_at),
        )
    )


def _tell_staff(session: Session, order: Order, sentence: str, *, now: datetime) -> None:
    attention = f"order_not_in_shop: {sentence}"
    if order.attention != attention:
        order.attention = attention
        record_event(session, order, "attention", actor="bridge", reason=attention, now=now)
