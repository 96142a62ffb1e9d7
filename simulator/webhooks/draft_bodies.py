"""The body of draft_orders/create and draft_orders/update."""

from simulator.drafts import totals
from simulator.gids import gid
from simulator.money import Bag
from simulator.records import Discount, DraftLine, DraftOrder
from simulator.state import Store
from simulator.webhooks.shapes import SHOP_ID, Json, address, named, text, when


def draft_order(record: DraftOrder, store: Store) -> Json:
    """A draft, its lines and amounts; `order_id` and `completed_at` once it is completed."""
    comes_to = totals(store, record)
    shipping = record.shipping_line
    shop_currency = store.settings.currency
    return {
        "id": record.id,
        "note": record.note,
        "email": record.email,
        "taxes_included": False,
        "currency": record.currency,
        "invoice_sent_at": None,
        "created_at": when(record.created_at),
        "updated_at": when(record.updated_at),
        "tax_exempt": record.tax_exempt,
        "completed_at": when(record.completed_at),
        "name": record.name,
        "allow_discount_codes_in_checkout?": record.allow_discount_codes_in_checkout,
        "b2b?": False,
        "status": record.status.lower(),
        "line_items": [_line(line, record.currency, shop_currency) for line in record.lines],
        "api_client_id": None,
        "shipping_address": address(record.shipping_address),
        "billing_address": address(record.billing_address),
        "invoice_url": f"https://{store.settings.shop}/{SHOP_ID}/invoices/{record.token}",
        "created_on_api_version_handle": "2026-07",
        "applied_discount": _discount(record.applied_discount, record.currency, shop_currency),
        "order_id": record.order.id if record.order else None,
        "shipping_line": {
            "title": shipping.title, "custom": True, "handle": None,
            "price": text(Bag(shipping.price, record.currency, shop_currency)),
        } if shipping else None,
        "tax_lines": [
            tax for line in record.lines for tax in _taxes(line, record.currency, shop_currency)
        ],
        "tags": ", ".join(record.tags),
        "note_attributes": named(record.custom_attributes),
        "total_price": text(Bag(comes_to.total, record.currency, shop_currency)),
        "subtotal_price": text(Bag(comes_to.subtotal, record.currency, shop_currency)),
        "total_tax": text(Bag(comes_to.tax, record.currency, shop_currency)),
        "payment_terms": _payment_terms(record),
        "admin_graphql_api_id": gid("DraftOrder", record.id),
        "customer": None,
    }  # fmt: skip


def _line(line: DraftLine, currency: str, shop_currency: str) -> Json:
    return {
        "id": line.id,
        "variant_id": line.variant_id,
        "product_id": line.product_id,
        "title": line.title,
        "variant_title": line.variant_title,
        "sku": line.sku,
        "vendor": line.vendor,
        "quantity": line.quantity,
        "requires_shipping": line.requires_shipping,
        "taxable": line.taxable,
        "gift_card": False,
        "fulfillment_service": "manual",
        "grams": line.grams,
        "tax_lines": _taxes(line, currency, shop_currency),
        "applied_discount": _discount(line.applied_discount, currency, shop_currency),
        "name": " - ".join(filter(None, (line.title, line.variant_title))),
        "properties": named(line.custom_attributes),
        "custom": line.variant_id is None,
        "price": text(Bag(line.price, currency, shop_currency)),
        "admin_graphql_api_id": gid("DraftOrderLineItem", line.id),
    }


def _taxes(line: DraftLine, currency: str, shop_currency: str) -> list[Json]:
    return [
        {
            "rate": float(tax.rate), "title": tax.title,
            "price": text(Bag(tax.price, currency, shop_currency)),
        }
        for tax in line.tax_lines
    ]  # fmt: skip


def _discount(discount: Discount | None, currency: str, shop_currency: str) -> Json | None:
    if discount is None:
        return None
    return {
        "description": discount.description,
        "value": str(discount.value),
        "title": discount.title,
        "amount": text(Bag(discount.amount, currency, shop_currency)),
        "value_type": discount.value_type.lower(),
    }


def _payment_terms(record: DraftOrder) -> Json | None:
    """When the customer is to pay; the schedule is not kept."""
    if record.payment_terms is None:
        return None
    return {
        "id": record.id,
        "payment_terms_name": "Due on receipt",
        "payment_terms_type": "receipt",
        "due_in_days": None,
        "created_at": when(record.created_at),
        "updated_at": when(record.created_at),
        "payment_schedules": [],
        "can_pay_early": True,
    }
