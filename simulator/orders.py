"""What staff do with an order as a whole: cancel, close, open, mark as paid, edit its texts, delete."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from simulator import order_money, stock
from simulator.addresses import is_phone, read_address, user_error
from simulator.draft_input import read_attributes, read_tags
from simulator.fulfillment_state import waiting_parts
from simulator.order_changes import archive_when_done, changed
from simulator.placing import add_transaction
from simulator.records import Job, Order
from simulator.refunds import record_refund, take_back
from simulator.registry import Context, mutation
from simulator.state import Store, utc_now
from simulator.tasks import task

NOT_FOUND = "Order does not exist"
MAX_STAFF_NOTE = 255


# -- cancel


def _cancel_problem(order: Order | None, arguments: dict[str, Any]) -> dict[str, Any] | None:
    if order is None:
        return user_error(NOT_FOUND, "orderId", code="NOT_FOUND")
    if len(arguments.get("staffNote") or "") > MAX_STAFF_NOTE:
        message = f"Staff note is too long. Maximum length is {MAX_STAFF_NOTE} characters."
        return user_error(message, "staffNote", code="INVALID")
    if arguments.get("refund") is not None and arguments.get("refundMethod") is not None:
        message = "Only one of the arguments `refund` or `refund_method` is allowed."
        return user_error(message, "refund", code="INVALID")
    if order.cancelled_at:
        message = "Cannot cancel an order that has already been canceled"
        return user_error(message, "orderId", code="INVALID")
    if any(parcel.status == "SUCCESS" for parcel in order.fulfillments):
        message = "Cannot cancel an order that has outstanding fulfillments"
        return user_error(message, "orderId", code="INVALID")
    if arguments.get("restock") and order_money.received(order) and _waits_where_it_is_closed(order):
        # Shopify documents the refusal and not its words: a client must not rely on any.
        return user_error("The order cannot be canceled", "orderId", code="INVALID")
    return None


def _waits_where_it_is_closed(order: Order) -> bool:
    return any(not waiting.location.is_active for waiting in order.fulfillment_orders)


@mutation("orderCancel")
def cancel(context: Context, orderId: str, reason: str, restock: bool, **arguments: Any) -> dict[str, Any]:
    """Ask for a cancellation; the order is cancelled after the answer, by a job."""
    store = context.store
    order = context.find("Order", orderId)
    problem = _cancel_problem(order, {**arguments, "restock": restock})
    if problem:
        return {"job": None, "orderCancelUserErrors": [problem], "userErrors": [problem]}
    job = store.add(Job(str(uuid.uuid4())))
    method = arguments.get("refundMethod") or {}
    store.later(
        datetime.now(UTC) + timedelta(seconds=store.settings.cancel_seconds),
        "finish_cancellation",
        job_id=job.id, order_id=order.id, reason=reason, restock=restock,
        note=arguments.get("staffNote"),
        refund=bool(arguments.get("refund") or method.get("originalPaymentMethodsRefund")),
    )  # fmt: skip
    return {
        "job": {"id": f"gid://shopify/Job/{job.id}", "done": False},
        "orderCancelUserErrors": [],
        "userErrors": [],
    }


@task
def finish_cancellation(
    store: Store, job_id: str, order_id: int, reason: str, restock: bool, note: str | None, refund: bool
) -> None:
    """Cancel, refund and close, all in one second."""
    job, order = store.get("Job", job_id), store.get("Order", order_id)
    if job:
        job.done = True
    if order is None or _cancel_problem(order, {}):
        return
    now = utc_now()
    shipping = order_money.current_shipping(order)  # Nothing any more, once it is cancelled.
    order.cancelled_at, order.cancel_reason, order.cancel_note = now, reason, note
    order.closed_at = order.closed_at or now
    give_back = order_money.received(order) - order_money.refunded(order) if refund else 0
    # What was never paid is canceled all the same, and its units come back nowhere.
    kind = "CANCEL" if restock and not _waits_where_it_is_closed(order) else "NO_RESTOCK"
    parts = [(line, line.current_quantity, kind) for line in order.lines if line.current_quantity]
    if give_back:
        returned = record_refund(store, order, parts, shipping=shipping)
        sale = next(t for t in order.transactions if t.transaction_kind == "SALE" and t.status == "SUCCESS")
        payment = add_transaction(store, order, "REFUND", "SUCCESS", give_back, gateway=sale.gateway)
        payment.parent = sale
        returned.transactions.append(payment)
    else:
        for line, units, how in parts:
            take_back(store, order, line, units, how)
    for opened in order.fulfillment_orders:
        if opened.status in ("OPEN", "IN_PROGRESS"):
            opened.status = "CLOSED"
            store.touch(opened)
    order_money.settle(order)
    changed(store, order, "orders/cancelled")


# -- close, open, pay


@mutation("orderClose")
def close(context: Context, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002 - GraphQL's name
    order = context.find("Order", input["id"])
    if order is None:
        return {"order": None, "userErrors": [user_error(NOT_FOUND, "id")]}
    if order.closed_at is None:
        order.closed_at = utc_now()
        changed(context.store, order)
    return {"order": order, "userErrors": []}


@mutation("orderOpen")
def reopen(context: Context, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002 - GraphQL's name
    order = context.find("Order", input["id"])
    if order is None:
        return {"order": None, "userErrors": [user_error(NOT_FOUND, "id")]}
    if order.closed_at is not None:
        order.closed_at = None
        changed(context.store, order)
    return {"order": order, "userErrors": []}


@mutation("orderMarkAsPaid")
def mark_as_paid(context: Context, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002 - GraphQL's name
    """The customer has paid what was outstanding, by hand."""
    store = context.store
    order = context.find("Order", input["id"])
    if order is None:
        return {"order": None, "userErrors": [user_error(NOT_FOUND, "id")]}
    owed = order_money.outstanding(order)
    if order.cancelled_at or order.financial_status not in ("PENDING", "PARTIALLY_PAID") or not owed:
        return {"order": order, "userErrors": [user_error("Order cannot be marked as paid.", "id")]}
    add_transaction(store, order, "SALE", "SUCCESS", owed)
    order_money.settle(order)
    archive_when_done(store, order)
    changed(store, order, "orders/paid")
    return {"order": order, "userErrors": []}


# -- update, delete

TEXTS = {"note": "note", "email": "email", "phone": "phone", "poNumber": "po_number"}


@mutation("orderUpdate")
def update(context: Context, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002 - GraphQL's name
    """Change texts, tags, attributes or the address."""
    store = context.store
    order = context.find("Order", input["id"])
    if order is None:
        return {"order": None, "userErrors": [user_error(NOT_FOUND, "id")]}
    if set(input) == {"id"}:
        return {"order": order, "userErrors": [user_error("No valid update parameters have been provided")]}
    address, errors = read_address(store, input.get("shippingAddress"), "shippingAddress")
    if input.get("phone") and not is_phone(input["phone"], "US"):
        errors.append(user_error("Phone is invalid", "phone"))
    tags, wrong = read_tags(input.get("tags") or [], update=False)
    errors.extend(wrong)
    if errors:
        return {"order": order, "userErrors": errors}
    for name, attribute in TEXTS.items():
        if name in input:
            setattr(order, attribute, input[name])
    if "tags" in input:
        order.tags = tags
    if "customAttributes" in input:
        order.custom_attributes = read_attributes(input["customAttributes"])
    if address:
        order.shipping_address = address
    changed(store, order)
    return {"order": order, "userErrors": []}


@mutation("orderDelete")
def delete(context: Context, orderId: str) -> dict[str, Any]:
    """Forget an order. Units it still holds go back for sale."""
    store = context.store
    order = context.find("Order", orderId)
    if order is None:
        return {"deletedId": None, "userErrors": [user_error(NOT_FOUND, "orderId", code="NOT_FOUND")]}
    for line in order.lines:
        for _, part in waiting_parts(order, line):
            if line.level:
                stock.give_back(store, line.level, part.remaining)
    store.drop(order)
    store.emit("orders/delete", order)
    return {"deletedId": orderId, "userErrors": []}
