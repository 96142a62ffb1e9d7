"""Refunds and returns: money and units that go back."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from simulator import order_money, stock
from simulator.addresses import user_error
from simulator.fulfillment_state import status, unsent, waiting_parts
from simulator.gids import number
from simulator.idempotency import once
from simulator.money import ZERO
from simulator.order_changes import changed, now_fulfilled
from simulator.placing import add_transaction
from simulator.records import Location, Order, OrderLine, Refund, RefundLine, Return, ReturnLine
from simulator.registry import Context, mutation
from simulator.state import Store, utc_now

Part = tuple[OrderLine, int, str]  # line, units, restock type


def take_back(
    store: Store, order: Order, line: OrderLine, units: int, how: str, location: Location | None = None
) -> None:
    """Units of a line leave the order: those that were not sent first, but a RETURN is of what was sent.

    :param how: CANCEL and RETURN put them back for sale, NO_RESTOCK does not
    """
    waiting = unsent(order, line)
    sent_ones = line.current_quantity - waiting
    returned = min(units, sent_ones) if how == "RETURN" else max(units - waiting, 0)
    line.current_quantity -= units
    units -= returned
    for opened, part in waiting_parts(order, line):
        taken = min(units, part.remaining)
        part.remaining -= taken
        part.total -= taken
        units -= taken
        store.touch(opened)
        if not any(one.remaining for one in opened.lines):
            opened.status = "CLOSED"
        if line.level and taken:
            if how == "NO_RESTOCK":
                stock.write_off(store, line.level, taken)
            else:
                stock.give_back(store, line.level, taken)
    if returned and how != "NO_RESTOCK" and line.level:
        level = line.level.item.levels.get(location.id) if location else None
        stock.take_back(store, level or line.level, returned)


def record_refund(
    store: Store,
    order: Order,
    parts: Sequence[Part],
    *,
    shipping: Decimal = ZERO,
    note: str | None = None,
    location: Location | None = None,
) -> Refund:
    """Write a refund down and take its units back; its money is added by the caller."""
    now = utc_now()
    refund = Refund(
        id=store.next_id(), created_at=now, updated_at=now, order=order, note=note, shipping=shipping
    )
    for line, units, how in parts:
        refund.lines.append(
            store.add(
                RefundLine(
                    id=store.next_id(),
                    line=line,
                    quantity=units,
                    restock_type=how,
                    location=location or (line.level.location if line.level else None),
                    subtotal=order_money.line_total(order, line, units),
                    total_tax=order_money.line_tax(order, line, units),
                    refund=refund,
                )
            )
        )
        take_back(store, order, line, units, how, location)
    order.refunds.append(store.add(refund))
    store.emit("refunds/create", refund)
    return refund


@mutation("refundCreate", idempotent=True)
def refund_create(context: Context, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002 - GraphQL's name
    """Refund lines, shipping and money: each only as far as the input says."""
    return once(context, "refundCreate", input, lambda: _refund(context, input))


def _refused(order: Order | None, message: str, *field: str) -> dict[str, Any]:
    return {"refund": None, "order": order, "userErrors": [user_error(message, *field)]}


def _refund(context: Context, given: dict[str, Any]) -> dict[str, Any]:
    store = context.store
    order = context.find("Order", given["orderId"])
    if order is None:
        return _refused(None, "Order does not exist", "orderId")
    lines = {line.id: line for line in order.lines}
    parts: list[Part] = []
    location = None
    for index, one in enumerate(given.get("refundLineItems") or ()):
        line = lines.get(number(one["lineItemId"], "LineItem"))
        where = ("refundLineItems", str(index))
        if line is None:
            return _refused(order, "Line item does not exist", *where, "lineItemId")
        if one["quantity"] < 1:
            return _refused(order, "Quantity must be greater than 0", *where, "quantity")
        already = sum(units for taken, units, _ in parts if taken is line)
        if one["quantity"] + already > line.current_quantity:
            message = "Quantity cannot refund more items than were purchased"
            return _refused(order, message, *where, "quantity")
        if one.get("locationId"):
            location = context.find("Location", one["locationId"])
        parts.append((line, one["quantity"], one.get("restockType") or "NO_RESTOCK"))
    shipping = _shipping(order, given.get("shipping"))
    money = [one for one in given.get("transactions") or () if one["kind"] == "REFUND"]
    amount = sum((one["amount"] for one in money), ZERO)
    available = order_money.received(order) - order_money.refunded(order)
    if shipping > order_money.current_shipping(order):
        return _refused(order, "Shipping refund amount exceeds the amount available", "shipping", "amount")
    if amount > available and not given.get("allowOverRefunding"):
        return _refused(
            order, f"Refund amount {amount} exceeds the {available} that was paid", "transactions"
        )
    if not parts and not shipping and not amount:
        return _refused(order, "Refund must have at least one line item, shipping or transaction")
    before = status(order)
    refund = record_refund(store, order, parts, shipping=shipping, note=given.get("note"), location=location)
    for one in money:
        payment = add_transaction(store, order, "REFUND", "SUCCESS", one["amount"], gateway=one["gateway"])
        payment.parent = context.find("OrderTransaction", one["parentId"]) if one.get("parentId") else None
        refund.transactions.append(payment)
    if money:
        order_money.settle(order)
    changed(store, order, *now_fulfilled(store, order, before))
    return {"refund": refund, "order": order, "userErrors": []}


def _shipping(order: Order, given: dict[str, Any] | None) -> Decimal:
    if not given:
        return ZERO
    return order_money.current_shipping(order) if given.get("fullRefund") else given.get("amount") or ZERO


@mutation("returnCreate")
def return_create(context: Context, returnInput: dict[str, Any]) -> dict[str, Any]:
    """The customer will send units back; nothing moves until a refund says so."""
    store = context.store
    order = context.find("Order", returnInput["orderId"])
    if order is None:
        return _no_return("Order not found.", "returnInput", "orderId")
    now = utc_now()
    record = Return(
        id=store.next_id(),
        created_at=now,
        updated_at=now,
        order=order,
        name=f"{order.name}-R{len(order.returns) + 1}",
    )
    for index, one in enumerate(returnInput["returnLineItems"]):
        part = context.find("FulfillmentLineItem", one["fulfillmentLineItemId"])
        where = ("returnInput", "returnLineItems", str(index))
        if part is None:
            return _no_return("Fulfillment line item not found.", *where, "fulfillmentLineItemId")
        if one["quantity"] < 1 or one["quantity"] > part.quantity:
            return _no_return("Return line item has an invalid quantity.", *where, "quantity")
        record.lines.append(
            store.add(
                ReturnLine(
                    store.next_id(),
                    part,
                    one["quantity"],
                    one.get("returnReason") or "UNKNOWN",
                    one.get("returnReasonNote") or "",
                )
            )
        )
    order.returns.append(store.add(record))
    changed(store, order)
    return {"return": record, "userErrors": []}


def _no_return(message: str, *field: str) -> dict[str, Any]:
    return {"return": None, "userErrors": [user_error(message, *field, code="INVALID")]}
