"""The body of refunds/create, which orders carry too."""

from simulator.gids import gid
from simulator.money import Bag, money_text
from simulator.records import Refund, RefundLine, Transaction
from simulator.state import Store
from simulator.webhooks.line_bodies import line_item
from simulator.webhooks.shapes import Json, money_set, text, when


def refund(record: Refund, store: Store) -> Json:
    """A refund: the units taken back, where they were put, and the money given back."""
    currency, shop_currency = record.order.currency, store.settings.currency
    zero = Bag(record.shipping * 0, currency, shop_currency)
    return {
        "id": record.id,
        "order_id": record.order.id,
        "created_at": when(record.created_at),
        "note": record.note,
        "user_id": None,
        "processed_at": when(record.created_at),
        "duties": [],
        "total_duties_set": money_set(zero),
        "return": None,
        "restock": any(line.restock_type != "NO_RESTOCK" for line in record.lines),
        "refund_shipping_lines": [],
        "admin_graphql_api_id": gid("Refund", record.id),
        "order_adjustments": _shipping(record, shop_currency),
        "refund_line_items": [_line(record, line, store) for line in record.lines],
        "transactions": [_transaction(one, shop_currency) for one in record.transactions],
    }


def _shipping(record: Refund, shop_currency: str) -> list[Json]:
    """Shipping given back, as REST says it: an adjustment below zero."""
    if not record.shipping:
        return []
    back = Bag(-record.shipping, record.order.currency, shop_currency)
    none = Bag(record.shipping * 0, record.order.currency, shop_currency)
    return [
        {
            "id": record.id + 1, "order_id": record.order.id, "refund_id": record.id,
            "amount": text(back), "tax_amount": text(none), "kind": "shipping_refund",
            "reason": "Shipping refund", "amount_set": money_set(back),
            "tax_amount_set": money_set(none),
        }
    ]  # fmt: skip


def _line(record: Refund, line: RefundLine, store: Store) -> Json:
    currency, shop_currency = record.order.currency, store.settings.currency
    subtotal = Bag(line.subtotal, currency, shop_currency)
    tax = Bag(line.total_tax, currency, shop_currency)
    return {
        "id": line.id,
        "quantity": line.quantity,
        "line_item_id": line.line.id,
        "location_id": line.location.id if line.location else None,
        "restock_type": line.restock_type.lower(),
        "subtotal": float(subtotal.shop[0]),
        "total_tax": float(tax.shop[0]),
        "subtotal_set": money_set(subtotal),
        "total_tax_set": money_set(tax),
        "line_item": line_item(record.order, line.line, store),
    }


def _transaction(record: Transaction, shop_currency: str) -> Json:
    return {
        "id": record.id,
        "order_id": record.order.id,
        "kind": record.transaction_kind.lower(),
        "gateway": record.gateway,
        "status": record.status.lower(),
        "message": None,
        "created_at": when(record.created_at),
        "test": False,
        "authorization": None,
        "location_id": None,
        "user_id": None,
        "parent_id": record.parent.id if record.parent else None,
        "processed_at": when(record.created_at),
        "device_id": None,
        "error_code": None,
        "source_name": "web",
        "receipt": {},
        "amount": money_text(record.amount, record.order.currency),
        "currency": record.order.currency,
        "payment_id": f"{record.order.name}.{record.order.transactions.index(record) + 1}",
        "total_unsettled_set": {
            "presentment_money": {"amount": "0.0", "currency": record.order.currency},
            "shop_money": {"amount": "0.0", "currency": shop_currency},
        },
        "manual_payment_gateway": record.gateway == "manual",
        "amount_rounding": None,
        "admin_graphql_api_id": gid("OrderTransaction", record.id),
    }
