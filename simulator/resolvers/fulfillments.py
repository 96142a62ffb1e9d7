"""Fulfillment orders, parcels and their events as the schema shows them."""

from typing import Any

from simulator.connections import connection
from simulator.fulfillment_state import WAITING, display_status
from simulator.gids import gid
from simulator.records import (
    Fulfillment,
    FulfillmentEvent,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentOrderLine,
    OrderLine,
)
from simulator.registry import Context, query, resolves
from simulator.search import Terms, matches


@query("fulfillment")
def fulfillment(context: Context, id: str) -> Any:  # noqa: A002 - GraphQL's name
    return context.find("Fulfillment", id)


@query("fulfillmentOrder")
def fulfillment_order(context: Context, id: str) -> Any:  # noqa: A002 - GraphQL's name
    return context.find("FulfillmentOrder", id)


@query("fulfillmentOrders")
def fulfillment_orders(context: Context, includeClosed: bool = False, **arguments: Any) -> Any:
    terms = Terms(arguments.get("query"))
    every = context.store.all("FulfillmentOrder")
    shown = [one for one in every if (includeClosed or one.status in WAITING) and matches(one, terms)]
    return connection(shown, arguments)


# -- fulfillment orders


@resolves("FulfillmentOrder", "requestStatus")
def request_status(_record: FulfillmentOrder, _context: Context) -> str:
    return "UNSUBMITTED"


@resolves("FulfillmentOrder", "orderId")
def order_id(record: FulfillmentOrder, _context: Context) -> str:
    return gid("Order", record.order.id)


@resolves("FulfillmentOrder", "orderName")
def order_name(record: FulfillmentOrder, _context: Context) -> str:
    return record.order.name


@resolves("FulfillmentOrder", "lineItems")
def lines(record: FulfillmentOrder, _context: Context, **arguments: Any) -> Any:
    return connection(record.lines, arguments)


@resolves("FulfillmentOrder", "fulfillments")
def parcels(record: FulfillmentOrder, _context: Context, **arguments: Any) -> Any:
    made = [one for one in record.order.fulfillments if record in one.fulfillment_orders]
    return connection(made, arguments)


@resolves("FulfillmentOrder", "assignedLocation")
def assigned_location(record: FulfillmentOrder, _context: Context) -> dict[str, Any]:
    return {"name": record.location.name, "location": record.location, "countryCode": "JO"}


@resolves("FulfillmentOrder", "deliveryMethod")
def delivery_method(record: FulfillmentOrder, _context: Context) -> dict[str, Any]:
    shipped = any(part.line.requires_shipping for part in record.lines)
    return {"id": gid("DeliveryMethod", record.id), "methodType": "SHIPPING" if shipped else "NONE"}


@resolves("FulfillmentOrder", "supportedActions")
def supported_actions(record: FulfillmentOrder, _context: Context) -> list[dict[str, Any]]:
    return [{"action": "CREATE_FULFILLMENT"}] if record.status in WAITING else []


@resolves("FulfillmentOrder", "destination")
def destination(record: FulfillmentOrder, _context: Context) -> Any:
    address = record.order.shipping_address
    if address is None:
        return None
    return {
        "id": gid("FulfillmentOrderDestination", record.id),
        "firstName": address.first_name, "lastName": address.last_name,
        "address1": address.address1, "address2": address.address2, "city": address.city,
        "province": address.province, "zip": address.zip, "countryCode": address.country_code,
        "phone": address.phone, "company": address.company, "email": record.order.email,
    }  # fmt: skip


@resolves("FulfillmentOrderLineItem", "totalQuantity")
def total_quantity(part: FulfillmentOrderLine, _context: Context) -> int:
    return part.total


@resolves("FulfillmentOrderLineItem", "remainingQuantity")
def remaining_quantity(part: FulfillmentOrderLine, _context: Context) -> int:
    return part.remaining


@resolves("FulfillmentOrderLineItem", "lineItem")
@resolves("FulfillmentLineItem", "lineItem")
def line_item(part: Any, _context: Context) -> OrderLine:
    line: OrderLine = part.line
    return line


@resolves("FulfillmentOrderLineItem", "productTitle")
def product_title(part: FulfillmentOrderLine, _context: Context) -> str:
    return part.line.title


@resolves("FulfillmentOrderLineItem", "sku")
def sku(part: FulfillmentOrderLine, _context: Context) -> str | None:
    return part.line.sku


@resolves("FulfillmentOrderLineItem", "requiresShipping")
def requires_shipping(part: FulfillmentOrderLine, _context: Context) -> bool:
    return part.line.requires_shipping


@resolves("FulfillmentOrderLineItem", "inventoryItemId")
def inventory_item_id(part: FulfillmentOrderLine, _context: Context) -> str | None:
    return gid("InventoryItem", part.line.level.item.id) if part.line.level else None


# -- parcels


@resolves("Fulfillment", "displayStatus")
def shown_status(record: Fulfillment, _context: Context) -> str:
    return display_status(record)


@resolves("Fulfillment", "trackingInfo")
def tracking(record: Fulfillment, _context: Context, first: int | None = None) -> list[dict[str, Any]]:
    """One row per number, with the link at the same place if there is one."""
    count = max(len(record.tracking_numbers), len(record.tracking_urls))
    numbers = record.tracking_numbers + [None] * count
    urls = record.tracking_urls + [None] * count
    rows = [{"number": numbers[i], "url": urls[i], "company": record.tracking_company} for i in range(count)]
    if not rows and record.tracking_company:
        rows = [{"number": None, "url": None, "company": record.tracking_company}]
    return rows[:first]


@resolves("Fulfillment", "events")
def events(record: Fulfillment, _context: Context, **arguments: Any) -> Any:
    ordered = sorted(record.events, key=lambda event: (event.happened_at, event.id))
    return connection(ordered, arguments, key=lambda event: event.happened_at)


def _last(record: Fulfillment, status: str) -> FulfillmentEvent | None:
    return next((event for event in reversed(record.events) if event.status == status), None)


@resolves("Fulfillment", "deliveredAt")
def delivered_at(record: Fulfillment, _context: Context) -> Any:
    event = _last(record, "DELIVERED")
    return event.happened_at if event else None


@resolves("Fulfillment", "inTransitAt")
def in_transit_at(record: Fulfillment, _context: Context) -> Any:
    event = _last(record, "IN_TRANSIT")
    return event.happened_at if event else None


@resolves("Fulfillment", "estimatedDeliveryAt")
def estimated_delivery_at(record: Fulfillment, _context: Context) -> Any:
    estimates = [e.estimated_delivery_at for e in record.events if e.estimated_delivery_at]
    return estimates[-1] if estimates else None


@resolves("Fulfillment", "fulfillmentLineItems")
def parcel_lines(record: Fulfillment, _context: Context, **arguments: Any) -> Any:
    return connection(record.lines, arguments)


@resolves("Fulfillment", "fulfillmentOrders")
def parcel_orders(record: Fulfillment, _context: Context, **arguments: Any) -> Any:
    return connection(record.fulfillment_orders, arguments)


@resolves("Fulfillment", "totalQuantity")
def parcel_quantity(record: Fulfillment, _context: Context) -> int:
    return sum(part.quantity for part in record.lines)


@resolves("Fulfillment", "requiresShipping")
def parcel_ships(record: Fulfillment, _context: Context) -> bool:
    return any(part.line.requires_shipping for part in record.lines)


@resolves("Fulfillment", "service")
def service(record: Fulfillment, _context: Context) -> dict[str, Any]:
    return {
        "id": "gid://shopify/FulfillmentService/manual", "handle": "manual", "serviceName": "Manual",
        "trackingSupport": False, "type": "MANUAL", "location": record.location,
    }  # fmt: skip


@resolves("FulfillmentLineItem", "quantity")
def part_quantity(part: FulfillmentLine, _context: Context) -> int:
    return part.quantity
