"""Contract 1's answers: an accepted cart, one order, a page of orders, a refusal."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import simplejson
from marshmallow import Schema, fields, pre_dump, validate

from bridge.domain import money
from bridge.domain.order_status import LEGACY_NAMES, OrderStatus
from bridge.domain.parcels import Parcel
from bridge.models import Order, OrderItem
from schemas.fields import Amount, Count, Moment

_STATUS_NAMES = [*OrderStatus.__members__, *sorted({*LEGACY_NAMES.values()} - {*OrderStatus.__members__})]
_STATUS = {
    "description": "Partners set up with the older names read those.",
    "enum": _STATUS_NAMES,
    "example": OrderStatus.UNFULFILLED.value,
}
_ORDER_ID = {"format": "uuid", "example": "550e8400-e29b-41d4-a716-446655440000"}


def submission_body(order_id: UUID, status: str) -> bytes:
    """Return the answer to an accepted cart, the bytes that a replay repeats."""
    return simplejson.dumps({"supplier_order_id": str(order_id), "status": status}).encode()


class SubmissionSchema(Schema):
    """The order that was made, or was there already."""

    supplier_order_id = fields.String(required=True, metadata=_ORDER_ID)
    status = fields.String(
        required=True, metadata={**_STATUS, "example": OrderStatus.INCOMPLETE_CAUTION.value}
    )


class ErrorSchema(Schema):
    """Every refusal and every failure."""

    error = fields.String(required=True, metadata={"example": "validation failed"})
    details = fields.String(
        required=True, metadata={"example": "items.0.price: Must be greater than or equal to 0."}
    )
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={
            "description": "With a 422 or 400: what is wrong with each field, by its path.",
            "example": {"items.0.price": ["Must be greater than or equal to 0."]},
        },
    )


class OrderItemSchema(Schema):
    """One line of the cart, as it was submitted, and what became of it."""

    sku = fields.String(required=True)
    title = fields.String(required=True)
    price = Amount(required=True)
    quantity = fields.Integer(required=True)
    product_url = fields.String(required=True, allow_none=True)
    is_supplier_item = fields.Boolean(
        required=True, metadata={"description": "Whether we ship it; if not, it stays yours."}
    )
    shopify_variant_id = fields.Integer(required=True, allow_none=True)
    fulfilled_quantity = fields.Integer(required=True)


class AddressSchema(Schema):
    """The address as it was submitted."""

    street = fields.String(required=True)
    city = fields.String(required=True)
    state = fields.String(required=True, allow_none=True)
    postal_code = fields.String(required=True)
    country = fields.String(required=True)


class OrderTotalsSchema(Schema):
    """The totals as they were submitted."""

    subtotal = Amount(required=True)
    tax = Amount(required=True)
    shipping = Amount(required=True)
    total = Amount(required=True)


class ShippedItemSchema(Schema):
    """Units of one line in one parcel."""

    sku = fields.String(required=True)
    quantity = fields.Integer(required=True)


class ShipmentSchema(Schema):
    """One parcel."""

    status = fields.String(required=True, metadata={"description": "As the carrier reports it."})
    tracking_carrier = fields.String(required=True, allow_none=True)
    tracking_number = fields.String(required=True, allow_none=True)
    tracking_url = fields.String(required=True, allow_none=True)
    shipped_at = Moment(required=True)
    delivered_at = Moment(required=True, allow_none=True)
    items = fields.List(fields.Nested(ShippedItemSchema), required=True)


class OrderSummarySchema(Schema):
    """One order in a list."""

    id = fields.String(required=True, metadata=_ORDER_ID)
    partner_order_id = fields.String(required=True)
    status = fields.String(required=True, metadata=_STATUS)
    customer_name = fields.String(required=True)
    cart_total = Amount(required=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)

    @pre_dump
    def _flatten(self, line: Any, **_: Any) -> Mapping[str, Any]:
        """Take a `services.order_queries.OrderLine` apart."""
        return _summary(line.order, line.status)


class OrderSchema(OrderSummarySchema):
    """One order with everything a partner may know of it. Fields are always there, null when unknown."""

    shopify_order_id = fields.Integer(required=True, allow_none=True)
    shopify_order_name = fields.String(required=True, allow_none=True)
    customer_phone = fields.String(required=True, allow_none=True)
    shipping_address = fields.Nested(AddressSchema, required=True)
    totals = fields.Nested(OrderTotalsSchema, required=True)
    payment_status = fields.String(required=True, allow_none=True)
    payment_method = fields.String(required=True, allow_none=True)
    items = fields.List(fields.Nested(OrderItemSchema), required=True)
    shipments = fields.List(
        fields.Nested(ShipmentSchema),
        required=True,
        metadata={"description": "Every parcel on its way or delivered, oldest first."},
    )
    tracking_carrier = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Of the newest parcel that holds an item we supply."},
    )
    tracking_number = fields.String(required=True, allow_none=True)
    tracking_url = fields.String(required=True, allow_none=True)
    rejection_reason = fields.String(required=True, allow_none=True)

    @pre_dump
    def _flatten(self, view: Any, **_: Any) -> Mapping[str, Any]:
        """Take a `services.order_queries.OrderView` apart."""
        order = view.order
        skus = {item.shopify_line_id: item.sku for item in view.items}
        return {
            **_summary(order, view.status),
            "shopify_order_id": order.shopify_order_id,
            "shopify_order_name": order.shopify_order_name,
            "customer_phone": order.customer_phone,
            "shipping_address": {
                "street": order.shipping_street,
                "city": order.shipping_city,
                "state": order.shipping_state,
                "postal_code": order.shipping_postal_code,
                "country": order.shipping_country,
            },
            "totals": {
                name: money.quantize(getattr(order, name), order.currency)
                for name in ("subtotal", "tax", "shipping", "total")
            },
            "payment_status": order.payment_status,
            "payment_method": order.payment_method,
            "items": [_item(item, order.currency) for item in view.items],
            "shipments": [_shipment(parcel, skus) for parcel in view.parcels],
            **_tracking(view.tracked),
            "rejection_reason": order.rejection_reason,
        }


class OrderPageSchema(Schema):
    """A page of a list, newest first."""

    orders = fields.List(fields.Nested(OrderSummarySchema), required=True)
    limit = fields.Integer(required=True)
    offset = fields.Integer(required=True)


class OrderListQuerySchema(Schema):
    """Which page of which orders."""

    status = fields.String(
        metadata={
            "description": "Only orders with this status; newer and older names are understood.",
            "enum": _STATUS_NAMES,
        }
    )
    limit = Count(load_default=50, validate=validate.Range(min=1, max=100))
    offset = Count(load_default=0, validate=validate.Range(min=0, max=2**31))


def _summary(order: Order, status: str) -> dict[str, Any]:
    return {
        "id": str(order.id),
        "partner_order_id": order.partner_order_id,
        "status": status,
        "customer_name": order.customer_name,
        "cart_total": money.quantize(order.total, order.currency),
        "created_at": order.created_at,
        "updated_at": order.updated_at,
    }


def _item(item: OrderItem, currency: str) -> dict[str, Any]:
    return {
        "sku": item.sku,
        "title": item.title,
        "price": money.quantize(item.price, currency),
        "quantity": item.quantity,
        "product_url": item.product_url,
        "is_supplier_item": item.is_supplier_item,
        "shopify_variant_id": item.variant_id,
        "fulfilled_quantity": item.fulfilled_quantity,
    }


def _shipment(parcel: Parcel, skus: Mapping[int | None, str]) -> dict[str, Any]:
    return {
        "status": (parcel.shipment_status or "shipped").lower(),
        **_tracking(parcel),
        "shipped_at": parcel.created_at,
        "delivered_at": parcel.delivered_at,
        "items": [
            {"sku": skus[line], "quantity": units} for line, units in parcel.units.items() if line in skus
        ],
    }


def _tracking(parcel: Parcel | None) -> dict[str, str | None]:
    return {
        "tracking_carrier": parcel.carrier if parcel else None,
        "tracking_number": next(iter(parcel.tracking_numbers), None) if parcel else None,
        "tracking_url": next(iter(parcel.tracking_urls), None) if parcel else None,
    }
