"""The sale an order's draft is made of, from its rows."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.domain.carts import Totals
from bridge.domain.draft_order import Sale
from bridge.domain.shop_values import DraftLine
from bridge.models import Order, OrderItem, Partner
from bridge.services.ship_to import ship_to


def sale_of(session: Session, order: Order) -> Sale:
    """Return what was sold. The same order gives the same sale for ever: nothing in it is written after submit.

    The partner's name is the exception; it goes into texts for people alone.
    """
    items = session.scalars(
        select(OrderItem).where(OrderItem.order_id == order.id).order_by(OrderItem.position)
    ).all()
    partner = session.scalars(select(Partner.name).where(Partner.id == order.partner_id)).one()
    address, remarks = ship_to(order)
    return Sale(
        order_id=order.id,
        partner=partner,
        partner_order_id=order.partner_order_id,
        currency=order.currency,
        lines=tuple(_line(item) for item in items),
        totals=Totals(subtotal=order.subtotal, tax=order.tax, shipping=order.shipping, total=order.total),
        address=address,
        remarks=remarks,
    )


def _line(item: OrderItem) -> DraftLine:
    return DraftLine(
        position=str(item.position),
        title=item.title,
        sku=item.sku,
        quantity=item.quantity,
        price=item.price,
        # A line that we do not supply is custom, also where its SKU is mapped but was out of stock.
        variant_id=item.variant_id if item.is_supplier_item else None,
        product_url=item.product_url,
    )
