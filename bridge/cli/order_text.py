"""How `order list` and `order show` put an order into JSON and into words."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bridge.cli.context import table
from bridge.domain.money import quantize
from bridge.services.order_listing import ListedOrder, OrderInFull


def listed(found: ListedOrder) -> dict[str, Any]:
    """Return one order of a list."""
    order = found.order
    return {
        "id": str(order.id),
        "partner": found.partner,
        "partner_order_id": order.partner_order_id,
        "status": order.status,
        "total": _amount(order.total, order.currency),
        "currency": order.currency,
        "created_at": order.created_at.isoformat(),
        "draft_name": order.draft_name,
        "shopify_order_name": order.shopify_order_name,
        "intent": order.intent,
        "attention": order.attention,
        "review_reasons": order.review_reasons,
    }


def in_full(found: OrderInFull) -> dict[str, Any]:
    """Return one order with everything that is known about it."""
    order, currency = found.order, found.order.currency
    return listed(ListedOrder(order, found.partner)) | {
        "updated_at": order.updated_at,
        "rejection_reason": order.rejection_reason,
        "customer_name": order.customer_name,
        "customer_phone": order.customer_phone,
        "shipping_address": {
            "street": order.shipping_street,
            "city": order.shipping_city,
            "state": order.shipping_state,
            "postal_code": order.shipping_postal_code,
            "country": order.shipping_country,
        },
        "totals": {
            name: _amount(getattr(order, name), currency) for name in ("subtotal", "tax", "shipping", "total")
        },
        "totals_mismatch": order.totals_mismatch,
        "shares": {
            "ours": _amount(found.shares.ours, currency),
            "partners": _amount(found.shares.partners, currency),
        },
        "payment_status": order.payment_status,
        "payment_method": order.payment_method,
        "draft_id": order.draft_id,
        "shopify_order_id": order.shopify_order_id,
        "confirm_requested_at": order.confirm_requested_at,
        "confirm_requested_by": order.confirm_requested_by,
        "accept_changes": order.accept_changes,
        "intent_reason": order.intent_reason,
        "intent_by": order.intent_by,
        "items": [
            _picked(
                item,
                "position sku title quantity is_supplier_item custom_reason variant_id shopify_line_id"
                " due_quantity fulfilled_quantity delivered_quantity",
            )
            | {"price": _amount(item.price, currency)}
            for item in found.items
        ],
        "shipments": [
            _picked(
                parcel,
                "fulfillment_id status shipment_status tracking_company tracking_numbers tracking_urls lines"
                " delivered_at is_closing",
            )
            for parcel in found.fulfillments
        ],
        "attempts": [
            _picked(attempt, "number started_at gives_up_at finished_at outcome error draft_id")
            for attempt in found.attempts
        ],
        "work": [
            _picked(work, "id job attempts next_attempt_at given_up_at last_error") for work in found.work
        ],
        "decision": [] if found.decision is None else found.decision.lines,
        "events": [
            _picked(event, "at kind actor from_status to_status reason unusual detail")
            for event in found.events
        ],
    }


def told(order: Mapping[str, Any]) -> str:
    """Say it to a person: what it is, what staff should know, then lines, attempts and timeline."""
    currency = order["currency"]
    head = [
        f"Order {order['partner_order_id']} of {order['partner']}: {order['status']}",
        f"  id        {order['id']}",
        f"  customer  {order['customer_name']}",
        f"  total     {order['total']} {currency}, of it our lines {order['shares']['ours']},"
        f" the partner's {order['shares']['partners']}",
        f"  payment   {order['payment_method'] or 'not said'}, {order['payment_status'] or 'not paid'}",
        f"  Shopify   draft {order['draft_name'] or 'none'}, order {order['shopify_order_name'] or 'none'}",
    ]
    for label, text in (
        ("ATTENTION", order["attention"]),
        ("review", ", ".join(order["review_reasons"])),
        ("intent", order["intent"] and f"{order['intent']}: {order['intent_reason']}"),
        ("reason", order["rejection_reason"]),
    ):
        if text:
            head.append(f"  {label:<9} {text}")
    parts = [
        "\n".join(head),
        _section("items", order, "position sku quantity price is_supplier_item fulfilled_quantity title"),
        _section("decision", order, "sku quantity available reason"),
        _section("shipments", order, "fulfillment_id status shipment_status tracking_numbers is_closing"),
        _section("attempts", order, "number started_at outcome draft_id error"),
        _section("work", order, "id job attempts next_attempt_at given_up_at last_error"),
        _section("events", order, "at kind actor to_status reason"),
    ]
    return "\n\n".join(part for part in parts if part)


def _section(name: str, order: Mapping[str, Any], columns: str) -> str:
    if not order[name]:
        return ""
    rows = [[row[column] for column in columns.split()] for row in order[name]]
    return f"{name}\n{table(columns.split(), rows)}"


def _picked(row: object, names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names.split()}


def _amount(amount: Decimal, currency: str) -> str:
    return str(quantize(amount, currency))
