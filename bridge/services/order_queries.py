"""What partners and staff may read of orders; nothing here changes anything."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, false, or_, select
from sqlalchemy.orm import Session

from bridge.domain import parcels
from bridge.domain.carts import Address, Cart, CartItem, Customer, Totals
from bridge.domain.errors import AccessDenied, InvalidRequest, NotFound
from bridge.domain.order_status import LEGACY_NAMES, OrderStatus, shown_name, statuses_named
from bridge.domain.parcels import Parcel
from bridge.models import Order, OrderItem, ShopifyFulfillment

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OrderView:
    """One order with all that a partner may see of it. `status` is the name that this partner reads.

    :ivar parcels: those on their way or arrived, oldest first
    :ivar tracked: the one whose tracking stands for the order
    """

    order: Order
    status: str
    items: Sequence[OrderItem]
    parcels: Sequence[Parcel]
    tracked: Parcel | None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One order in a list."""

    order: Order
    status: str


def get_order(session: Session, *, partner_id: UUID, reference: str, legacy_names: bool) -> OrderView:
    """Return the order that a partner means by our id or by its own number (decision 10).

    The number finds the newest order that had it, and only within the partner's own.

    :raises AccessDenied: our id of another partner's order
    :raises NotFound: anything else unknown
    """
    order = _find(session, partner_id, reference)
    # The order is read before its parcels: whoever reads FULFILLED finds the parcel that made it so.
    items = session.scalars(
        select(OrderItem).where(OrderItem.order_id == order.id).order_by(OrderItem.position)
    ).all()
    visible = parcels.visible(
        _parcel(row)
        for row in session.scalars(select(ShopifyFulfillment).where(ShopifyFulfillment.order_id == order.id))
    )
    supplier_lines = {item.shopify_line_id for item in items if item.is_supplier_item}
    return OrderView(
        order=order,
        status=_shown(order, legacy=legacy_names, shipped=any(item.fulfilled_quantity for item in items)),
        items=items,
        parcels=visible,
        tracked=parcels.tracked(visible, {line for line in supplier_lines if line is not None}),
    )


def list_orders(
    session: Session, *, partner_id: UUID, status: str | None, limit: int, offset: int, legacy_names: bool
) -> Sequence[OrderLine]:
    """Return a page of a partner's orders, newest first.

    The order of the list never changes; what is new comes before it, so a walk by offset may see an order
    twice and misses none.

    :param status: a name of either vocabulary, or None for all
    :raises InvalidRequest: there is no such status
    """
    wanted = select(Order, _has_shipped()).where(Order.partner_id == partner_id)
    if status is not None:
        wanted = wanted.where(_shows_as(status, legacy_names=legacy_names))
    page = wanted.order_by(Order.created_at.desc(), Order.id.desc()).limit(limit).offset(offset)
    return [
        OrderLine(order, _shown(order, legacy=legacy_names, shipped=shipped))
        for order, shipped in session.execute(page)
    ]


def cart_of(session: Session, order_id: UUID) -> Cart:
    """Return the cart that an order was made from, as it was understood then."""
    order = session.get_one(Order, order_id)
    items = session.scalars(
        select(OrderItem).where(OrderItem.order_id == order_id).order_by(OrderItem.position)
    )
    return Cart(
        partner_order_id=order.partner_order_id,
        currency=order.currency,
        items=tuple(
            CartItem(item.sku, item.title, item.price, item.quantity, item.product_url) for item in items
        ),
        customer=Customer(order.customer_name, order.customer_phone),
        shipping=Address(
            street=order.shipping_street,
            city=order.shipping_city,
            postal_code=order.shipping_postal_code,
            country=order.shipping_country,
            country_code=order.shipping_country_code,
            state=order.shipping_state,
        ),
        totals=Totals(order.subtotal, order.tax, order.shipping, order.total),
        payment_status=order.payment_status,
        payment_method=order.payment_method,
    )


def _find(session: Session, partner_id: UUID, reference: str) -> Order:
    reference = reference.strip()
    theirs = None
    if _UUID.fullmatch(reference):
        theirs = session.get(Order, UUID(reference))
        if theirs is not None and theirs.partner_id == partner_id:
            return theirs
    if "\x00" in reference:  # PostgreSQL has no such text, so no number can be it.
        raise NotFound("No order with this ID for your account.")
    order = session.scalars(
        select(Order).where(
            Order.partner_id == partner_id,
            Order.partner_order_id == reference,
            Order.superseded_by.is_(None),
        )
    ).first()
    if order is not None:
        return order
    if theirs is not None:
        raise AccessDenied("This order belongs to another partner.")
    raise NotFound("No order with this ID for your account.")


def _parcel(row: ShopifyFulfillment) -> Parcel:
    units: Mapping[str, int] = row.lines
    return Parcel(
        fulfillment_id=row.fulfillment_id,
        status=row.status,
        shipment_status=row.shipment_status,
        created_at=row.shopify_created_at,
        delivered_at=row.delivered_at,
        carrier=row.tracking_company,
        tracking_numbers=row.tracking_numbers,
        tracking_urls=row.tracking_urls,
        units={int(line): quantity for line, quantity in units.items()},
        is_closing=row.is_closing,
    )


def _shown(order: Order, *, legacy: bool, shipped: bool) -> str:
    status = OrderStatus(order.status)
    before = OrderStatus(order.status_before_archive) if order.status_before_archive else status
    return shown_name(status, legacy=legacy, shipped=shipped, before=before)


def _has_shipped() -> ColumnElement[bool]:
    return exists().where(OrderItem.order_id == Order.id, OrderItem.fulfilled_quantity > 0)


def _shows_as(name: str, *, legacy_names: bool) -> ColumnElement[bool]:
    """Return the condition under which an order shows as `name`.

    A partner with the older names finds under each of them exactly what it is shown as, the statuses
    that have no older name included (decision 1).
    """
    named = statuses_named(name)
    if not named:
        known = sorted({*OrderStatus.__members__, *LEGACY_NAMES.values()})
        raise InvalidRequest(f"status: There is no status {name!r}; there are {', '.join(known)}")
    if not (legacy_names and name in LEGACY_NAMES.values()):
        return Order.status.in_(named)
    shown = case((Order.status == OrderStatus.ARCHIVED, Order.status_before_archive), else_=Order.status)
    refunded: ColumnElement[bool] = false()
    if name == LEGACY_NAMES[OrderStatus.COMPLETE]:
        refunded = and_(shown == OrderStatus.REFUNDED, _has_shipped())
    elif name == LEGACY_NAMES[OrderStatus.CANCELED]:
        refunded = and_(shown == OrderStatus.REFUNDED, ~_has_shipped())
    return or_(shown.in_(named), refunded)
