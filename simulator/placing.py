"""How orders come into being: from a draft that is completed, or at the shop's own storefront."""

import copy
import secrets
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from simulator import stock
from simulator.addresses import user_error
from simulator.drafts import NOT_FOUND, PAID, is_ready, payload, release_stock
from simulator.order_money import total
from simulator.records import (
    DraftLine,
    DraftOrder,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Order,
    OrderLine,
    Transaction,
)
from simulator.registry import Context, mutation
from simulator.state import Store, utc_now


@mutation("draftOrderComplete")
def complete(
    context: Context,
    id: str,  # noqa: A002 - GraphQL's name
    paymentPending: bool = False,
    paymentGatewayId: str | None = None,
    sourceName: str | None = None,  # noqa: ARG001 - Shopify does not echo it either
) -> dict[str, Any]:
    """Make the order, once: a second time answers the same order and says that it has been paid."""
    store = context.store
    draft = context.find("DraftOrder", id)
    if draft is None:
        return payload(None, user_error(NOT_FOUND, "id"))
    if draft.status == "COMPLETED":
        return payload(draft, user_error(PAID))
    if paymentGatewayId:
        return payload(draft, user_error("Invalid payment gateway"))
    if not is_ready(draft):
        return payload(draft, user_error("Draft order is still being calculated. Try again later."))
    place_draft(store, draft, paid=not (paymentPending or draft.payment_terms))
    return payload(draft)


def place_draft(store: Store, draft: DraftOrder, *, paid: bool) -> Order:
    """The order of a draft, which is completed by it."""
    release_stock(store, draft)
    order = order_of(store, draft, paid=paid)
    draft.status = "COMPLETED"
    draft.completed_at = utc_now()
    draft.order = order
    order.draft_id = draft.id
    store.touch(draft)
    store.emit("draft_orders/update", draft)
    return order


def order_of(store: Store, draft: DraftOrder, *, paid: bool) -> Order:
    """A new order with everything that a draft says. The draft stays as it is."""
    now = utc_now()
    number = store.next_number("order")
    order = Order(
        id=store.next_id(), created_at=now, updated_at=now, processed_at=now,
        name=f"#{number}", number=number, token=secrets.token_hex(16), currency=draft.currency,
        financial_status="PAID" if paid else "PENDING",
        email=draft.email, phone=draft.phone, note=draft.note, po_number=draft.po_number,
        source_name=draft.source_name, tags=list(draft.tags),
        custom_attributes=copy.deepcopy(draft.custom_attributes),
        shipping_address=copy.copy(draft.shipping_address),
        billing_address=copy.copy(draft.billing_address or draft.shipping_address),
        shipping_line=copy.copy(draft.shipping_line), discount=copy.copy(draft.applied_discount),
        tax_exempt=draft.tax_exempt, payment_terms=draft.payment_terms,
    )  # fmt: skip
    order.lines = [_order_line(store, line) for line in draft.lines]
    place(store, order, paid=paid)
    return order


def _order_line(store: Store, line: DraftLine) -> OrderLine:
    """The order's line of a draft's line, at the same price. An empty SKU becomes none (captured)."""
    return OrderLine(
        id=store.next_id(), variant_id=line.variant_id, product_id=line.product_id,
        title=line.title, variant_title=line.variant_title, sku=line.sku or None, vendor=line.vendor,
        quantity=line.quantity, current_quantity=line.quantity, price=line.price,
        taxable=line.taxable, requires_shipping=line.requires_shipping,
        custom_attributes=copy.deepcopy(line.custom_attributes),
        discount=line.discount, tax_lines=copy.deepcopy(line.tax_lines), grams=line.grams,
    )  # fmt: skip


def place(store: Store, order: Order, *, paid: bool) -> None:
    """Put an order into the store: its stock is committed, its parcels can be asked for, it is told."""
    store.add(order)
    commit_lines(store, order, order.lines)
    amount = total(order)
    if amount or not paid:
        add_transaction(store, order, "SALE", "SUCCESS" if paid else "PENDING", amount)
    store.emit("orders/create", order)
    if paid:
        store.emit("orders/paid", order)
    store.emit("orders/updated", order)


def commit_lines(store: Store, order: Order, lines: Sequence[OrderLine]) -> None:
    """Take the units of new lines from stock, and open fulfillment orders for them.

    One per location, and apart what needs no shipping, as Shopify groups them.
    """
    groups: dict[tuple[int, bool], list[OrderLine]] = {}
    for line in lines:
        line.owner = order
        store.add(line)
        variant = store.get("ProductVariant", line.variant_id) if line.variant_id else None
        if variant:
            line.level = stock.choose_level(store, variant.inventory_item, line.quantity)
            if line.level:
                stock.commit(store, line.level, line.quantity)
        location = line.level.location if line.level else store.default_location
        groups.setdefault((location.id, line.requires_shipping), []).append(line)
    for (location_id, _shipped), members in groups.items():
        open_fulfillment_order(store, order, store.get("Location", location_id), members)


def open_fulfillment_order(store: Store, order: Order, location: Any, lines: Sequence[OrderLine]) -> None:
    now = utc_now()
    opened = FulfillmentOrder(
        id=store.next_id(), created_at=now, updated_at=now, order=order, location=location
    )
    for line in lines:
        part = FulfillmentOrderLine(store.next_id(), line, line.quantity, line.quantity)
        opened.lines.append(store.add(part))
    order.fulfillment_orders.append(store.add(opened))


def add_transaction(
    store: Store, order: Order, kind: str, status: str, amount: Decimal, *, gateway: str = "manual"
) -> Transaction:
    """Money that moved, or will."""
    now = utc_now()
    transaction = Transaction(
        id=store.next_id(), created_at=now, updated_at=now, order=order,
        transaction_kind=kind, status=status, gateway=gateway, amount=amount,
    )  # fmt: skip
    order.transactions.append(store.add(transaction))
    return transaction
