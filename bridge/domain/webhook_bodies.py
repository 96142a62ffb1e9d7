"""The bodies of Shopify's webhooks as domain values: REST shapes in, values of `domain.shop_values` out.

A body is signed, so it comes from Shopify; it may still be of another API version, cut by a subscription's
field list, or of another topic than the unsigned header says. Unknown keys are ignored, missing ones are None
where None is an answer, and everything else is `Malformed`, never another exception.
Shapes: https://shopify.dev/docs/api/webhooks (2026-04).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bridge.domain import references
from bridge.domain import webhook_values as values
from bridge.domain.shop_values import Fulfillment, OrderLine, PlacedDraft, PlacedLine, Refund, ShopOrder
from bridge.domain.webhook_values import Malformed

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CarrierEvent:
    """`at` is when Shopify recorded it."""

    fulfillment_id: int
    order_id: int
    status: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class StockLevel:
    """`available` in whole units, may be negative; None where the body has none."""

    inventory_item_id: int
    location_id: int
    available: int | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Product:
    """`variants`: variant id -> its own title; None beyond the first hundred, of which Shopify sends only gids."""

    product_id: int
    title: str
    variants: Mapping[int, str | None]


@dataclass(frozen=True, slots=True)
class RefundMade:
    order_id: int
    refund: Refund


def read(raw: bytes) -> Body:
    """Return the JSON object a body holds.

    :raises Malformed: not JSON, not an object, nested beyond reason, a number beyond reason
    """
    try:
        body = json.loads(raw, parse_constant=values.refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Malformed("the body is not JSON") from error
    return values.mapping(body, "the body")


def id_of(body: Body) -> int:
    """Return the id of what a body is about; deletions hold nothing else."""
    return values.identifier(body, "id")


def order(body: Body) -> ShopOrder:
    """Read the body of every orders/* topic but edited and delete."""
    total, currency = values.presentment(body, "total_price", "presentment_currency")
    return ShopOrder(
        order_id=values.own_id(body, "Order"),
        name=values.text(body, "name") or "",
        created_at=values.time(body, "created_at"),
        updated_at=values.time(body, "updated_at"),
        cancelled_at=values.optional_time(body, "cancelled_at"),
        closed_at=values.optional_time(body, "closed_at"),
        financial_status=values.word(body, "financial_status"),
        currency=currency,
        total=total,
        tags=values.tags(body),
        attributes=values.attributes(body, "note_attributes"),
        lines=tuple(map(_order_line, values.mappings(body, "line_items"))),
        fulfillments=tuple(map(fulfillment, values.mappings(body, "fulfillments"))),
        refunds=tuple(_refund(found) for found in values.mappings(body, "refunds")),
    )


def draft(body: Body) -> PlacedDraft:
    """Read the body of draft_orders/create and draft_orders/update."""
    total, currency = values.presentment(body, "total_price", "presentment_currency")
    return PlacedDraft(
        draft_id=values.own_id(body, "DraftOrder"),
        name=values.text(body, "name") or "",
        status=values.word(body, "status") or "",
        ready=True,
        currency=currency,
        total=total,
        tags=values.tags(body),
        attributes=values.attributes(body, "note_attributes"),
        created_at=values.time(body, "created_at"),
        updated_at=values.time(body, "updated_at"),
        lines=tuple(map(_draft_line, values.mappings(body, "line_items"))),
        order_id=values.optional_identifier(body, "order_id"),
    )


def fulfillment(body: Body) -> Fulfillment:
    """Read one fulfillment, alone or inside an order."""
    units: dict[int, int] = {}
    for line in values.mappings(body, "line_items"):
        line_id = values.identifier(line, "id")
        units[line_id] = units.get(line_id, 0) + values.count(line, "quantity")
    return Fulfillment(
        fulfillment_id=values.own_id(body, "Fulfillment"),
        status=values.word(body, "status") or "",
        shipment_status=values.word(body, "shipment_status"),
        created_at=values.time(body, "created_at"),
        updated_at=values.time(body, "updated_at"),
        tracking_company=values.text(body, "tracking_company"),
        tracking_numbers=values.several(body, "tracking_numbers", "tracking_number"),
        tracking_urls=values.several(body, "tracking_urls", "tracking_url"),
        lines=units,
    )


def order_id_of(body: Body) -> int:
    """Return the order that a fulfillment, a refund or a carrier's event belongs to."""
    return values.identifier(body, "order_id")


def carrier_event(body: Body) -> CarrierEvent:
    """Read the body of fulfillment_events/create."""
    return CarrierEvent(
        fulfillment_id=values.identifier(body, "fulfillment_id"),
        order_id=values.identifier(body, "order_id"),
        status=values.word(body, "status"),
        at=values.time(body, "created_at"),
    )


def refund(body: Body) -> RefundMade:
    """Read the body of refunds/create."""
    return RefundMade(order_id=values.identifier(body, "order_id"), refund=_refund(body))


def edited_order_id(body: Body) -> int:
    """Return the order an orders/edited body speaks of; it does not say what the order is now."""
    return values.identifier(values.mapping(body.get("order_edit"), "order_edit"), "order_id")


def stock_level(body: Body) -> StockLevel:
    """Read the body of inventory_levels/update, connect and disconnect; the last has no number."""
    return StockLevel(
        inventory_item_id=values.identifier(body, "inventory_item_id"),
        location_id=values.identifier(body, "location_id"),
        available=values.optional_count(body, "available"),
        updated_at=values.optional_time(body, "updated_at"),
    )


def inventory_item(body: Body) -> tuple[int, bool]:
    """Read the id of an inventory item and whether its stock is tracked."""
    tracked = body.get("tracked")
    if not isinstance(tracked, bool):
        raise Malformed("tracked is neither true nor false")
    return values.own_id(body, "InventoryItem"), tracked


def bulk_operation_id(body: Body) -> int:
    """Return the operation a bulk_operations/finish body speaks of; the body does not say where its file is."""
    return values.gid(body, "admin_graphql_api_id")


def product(body: Body) -> Product:
    """Read the body of products/update."""
    named = values.mappings(body, "variant_gids") if "variant_gids" in body else []
    titles: dict[int, str | None] = {values.gid(one, "admin_graphql_api_id"): None for one in named}
    titles |= {
        values.identifier(variant, "id"): values.text(variant, "title") or ""
        for variant in values.mappings(body, "variants")
    }
    return Product(
        product_id=values.own_id(body, "Product"),
        title=values.text(body, "title") or "",
        variants=titles,
    )


def _order_line(line: Body) -> OrderLine:
    return OrderLine(
        line_id=values.identifier(line, "id"),
        variant_id=values.optional_identifier(line, "variant_id"),
        sku=values.text(line, "sku"),
        title=values.text(line, "title") or "",
        quantity=values.count(line, "quantity"),
        current_quantity=values.count(line, "current_quantity"),
        fulfillable_quantity=values.count(line, "fulfillable_quantity"),
        price=values.presentment(line, "price")[0],
        position=values.attributes(line, "properties").get(references.ITEM),
    )


def _draft_line(line: Body) -> PlacedLine:
    return PlacedLine(
        line_id=values.identifier(line, "id"),
        variant_id=values.optional_identifier(line, "variant_id"),
        sku=values.text(line, "sku"),
        title=values.text(line, "title") or "",
        quantity=values.count(line, "quantity"),
        price=values.presentment(line, "price")[0],
        position=values.attributes(line, "properties").get(references.ITEM),
    )


def _refund(body: Body) -> Refund:
    return Refund(
        refund_id=values.own_id(body, "Refund"),
        created_at=values.time(body, "created_at"),
        lines=tuple(
            (
                values.identifier(line, "line_item_id"),
                values.count(line, "quantity"),
                values.word(line, "restock_type") or "",
            )
            for line in values.mappings(body, "refund_line_items")
        ),
    )
