"""Link an order of ours to a shop order that staff name: the one way to adopt a copy (decision 46)."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bridge.db import Database, clock
from bridge.domain.draft_differences import differences
from bridge.domain.draft_order import draft_of
from bridge.domain.errors import Busy, Conflict, IllegalMove, NotFound
from bridge.domain.order_status import OrderStatus
from bridge.domain.shop import Shop
from bridge.models import Order, OrderItem
from bridge.services.adopt_draft import leave_draft
from bridge.services.order_draft import sale_of
from bridge.services.record_shop_order import record_shop_order

# Before it is linked nothing has shipped; after it has ended nothing of it is wanted in the shop.
_LINKABLE = frozenset({OrderStatus.INCOMPLETE_CAUTION, OrderStatus.UNFULFILLED})


def link_order(db: Database, shop: Shop, *, order_id: UUID, shop_order_id: int, by: str) -> Order:
    """Make `shop_order_id` the shop order of an order of ours, whatever it carries; its differences are flagged.

    A draft that the order still waited with is left to be deleted, so that nobody completes it as well; what somebody
    has made of it by then is canceled as the second order.

    :raises NotFound: one of the two does not exist
    :raises Conflict: the shop order belongs to another order of ours
    :raises IllegalMove: the order has shipped or ended
    :raises Busy: a worker is at the order
    :raises ShopError: the shop cannot be asked
    """
    with db.exclusive(f"order:{order_id}") as lock:
        if not lock:
            raise Busy("a worker is just now at this order; try again in a few seconds")
        found = shop.order(shop_order_id)
        if found is None:
            raise NotFound(f"Shopify has no order {shop_order_id}")
        with db.transaction() as session:
            order = _linkable(session, order_id, shop_order_id)
            if order.shopify_order_id is None:
                leave_draft(session, order)
            if order.shopify_order_id != shop_order_id:  # Its lines have other ids.
                session.execute(
                    update(OrderItem).where(OrderItem.order_id == order_id).values(shopify_line_id=None)
                )
            record_shop_order(
                session,
                order,
                shop_order_id=found.order_id,
                name=found.name,
                actor=by,
                now=clock(session),
                differing=differences(draft_of(sale_of(session, order), attempt=1), found),
            )
            return order


def _linkable(session: Session, order_id: UUID, shop_order_id: int) -> Order:
    order = session.scalar(select(Order).where(Order.id == order_id).with_for_update())
    if order is None:
        raise NotFound("no such order")
    if OrderStatus(order.status) not in _LINKABLE:
        raise IllegalMove(f"an order that is {order.status} cannot be linked to a shop order")
    taken = session.scalar(
        select(Order.partner_order_id).where(Order.shopify_order_id == shop_order_id, Order.id != order_id)
    )
    if taken is not None:
        raise Conflict(f"Shopify's order {shop_order_id} belongs to our order {taken}")
    return order
