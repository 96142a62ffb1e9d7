"""The body of orders/*, and the order line as it stands in every other body."""

from collections.abc import Callable
from decimal import Decimal

from simulator import order_money
from simulator.fulfillment_state import status
from simulator.gids import gid
from simulator.money import ZERO, Bag
from simulator.records import Order, OrderLine
from simulator.state import Store
from simulator.webhooks.fulfillment_bodies import fulfillment
from simulator.webhooks.line_bodies import line_item
from simulator.webhooks.refund_bodies import refund
from simulator.webhooks.shapes import (
    SHOP_ID,
    Json,
    address,
    money_set,
    named,
    tax_line,
    text,
    when,
)

APP_ID = 2_580_111_361
FULFILLMENT_STATUS = {
    "PARTIALLY_FULFILLED": "partial",
    "FULFILLED": "fulfilled",
}
# REST's name of an amount; each comes as text and, with `_set`, in both currencies.
AMOUNTS: dict[str, Callable[[Order], Decimal]] = {
    "current_subtotal_price": order_money.current_subtotal,
    "current_total_discounts": order_money.current_discounts,
    "current_total_price": order_money.current_total,
    "current_total_tax": order_money.current_tax,
    "subtotal_price": order_money.subtotal,
    "total_discounts": order_money.discounts,
    "total_line_items_price": order_money.gross,
    "total_price": order_money.total,
    "total_tax": order_money.tax,
}


def order(record: Order, store: Store) -> Json:
    """An order with its lines, parcels and refunds, as all six topics carry it."""
    currency, shop_currency = record.currency, store.settings.currency

    def bag(amount: Decimal) -> Bag:
        return Bag(amount, currency, shop_currency)

    amounts: Json = {}
    for name, of in AMOUNTS.items():
        amounts |= {name: text(bag(of(record))), f"{name}_set": money_set(bag(of(record)))}
    url = f"https://{store.settings.shop}/{SHOP_ID}/orders/{record.token}"
    return amounts | {
        "id": record.id,
        "admin_graphql_api_id": gid("Order", record.id),
        "app_id": APP_ID,
        "browser_ip": None,
        "buyer_accepts_marketing": False,
        "cancel_reason": record.cancel_reason.lower() if record.cancel_reason else None,
        "cancelled_at": when(record.cancelled_at),
        "cart_token": None,
        "checkout_token": None,
        "client_details": None,
        "closed_at": when(record.closed_at),
        "confirmation_number": record.token[:9].upper(),
        "confirmed": True,
        "contact_email": record.email,
        "created_at": when(record.created_at),
        "currency": shop_currency,
        "current_shipping_price_set": money_set(bag(order_money.current_shipping(record))),
        "current_total_additional_fees_set": None,
        "current_total_duties_set": None,
        "customer_locale": "en",
        "device_id": None,
        "discount_codes": [],
        "duties_included": False,
        "email": record.email or "",
        "estimated_taxes": False,
        "financial_status": record.financial_status.lower(),
        "fulfillment_status": FULFILLMENT_STATUS.get(status(record)),
        "landing_site": None,
        "landing_site_ref": None,
        "location_id": None,
        "merchant_business_entity_id": "MTYzNzU1NDE5ODgx",
        "merchant_of_record_app_id": None,
        "name": record.name,
        "note": record.note,
        "note_attributes": named(record.custom_attributes),
        "number": record.number - 1000,
        "order_number": record.number,
        "order_status_url": f"{url}/authenticate?key={record.token}",
        "original_total_additional_fees_set": None,
        "original_total_duties_set": None,
        "payment_gateway_names": sorted({one.gateway for one in record.transactions}),
        "phone": record.phone,
        "po_number": record.po_number,
        "presentment_currency": currency,
        "processed_at": when(record.processed_at),
        "reference": None,
        "referring_site": None,
        "source_identifier": None,
        "source_name": record.source_name or str(APP_ID),
        "source_url": None,
        "tags": ", ".join(record.tags),
        "tax_exempt": record.tax_exempt,
        "tax_lines": [
            tax_line(tax, Bag(tax.price, currency, shop_currency))
            for line in record.lines
            for tax in line.tax_lines
        ],
        "taxes_included": False,
        "test": False,
        "token": record.token,
        "total_cash_rounding_payment_adjustment_set": money_set(bag(ZERO)),
        "total_cash_rounding_refund_adjustment_set": money_set(bag(ZERO)),
        "total_outstanding": text(bag(order_money.outstanding(record))),
        "total_shipping_price_set": money_set(bag(order_money.shipping(record))),
        "total_tip_received": "0.00",
        "total_weight": sum(line.grams * line.quantity for line in record.lines),
        "updated_at": when(record.updated_at),
        "user_id": None,
        "billing_address": address(record.billing_address),
        "customer": None,
        "discount_applications": _discount_applications(record),
        "fulfillments": [fulfillment(one, store) for one in record.fulfillments],
        "line_items": [_line(record, line, store) for line in record.lines],
        "payment_terms": None,
        "refunds": [refund(one, store) for one in record.refunds],
        "shipping_address": address(record.shipping_address),
        "shipping_lines": _shipping_lines(record, shop_currency),
        "returns": [{"id": one.id, "admin_graphql_api_id": gid("Return", one.id)} for one in record.returns],
        "line_item_groups": [],
    }


def _line(record: Order, line: OrderLine, store: Store) -> Json:
    return line_item(record, line, store) | {
        "attributed_staffs": [],
        "current_quantity": line.current_quantity,
        "sales_line_item_group_id": None,
    }


def _discount_applications(record: Order) -> list[Json]:
    if record.discount is None:
        return []
    return [
        {
            "target_type": "line_item", "type": "manual", "value": str(record.discount.value),
            "value_type": record.discount.value_type.lower(), "allocation_method": "across",
            "target_selection": "all", "title": record.discount.title,
            "description": record.discount.description,
        }
    ]  # fmt: skip


def _shipping_lines(record: Order, shop_currency: str) -> list[Json]:
    line = record.shipping_line
    if line is None:
        return []
    price = Bag(line.price, record.currency, shop_currency)
    return [
        {
            "id": line.id, "carrier_identifier": None, "code": line.code,
            "current_discounted_price_set": money_set(price), "discounted_price": text(price),
            "discounted_price_set": money_set(price), "is_removed": False, "phone": None,
            "price": text(price), "price_set": money_set(price),
            "requested_fulfillment_service_id": None, "source": None, "title": line.title,
            "tax_lines": [], "discount_allocations": [],
        }
    ]  # fmt: skip
