"""What the buttons do: each is one operation of the Admin API, sent as staff would send it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

Form = MultiDict[str, str]
Variables = dict[str, Any]


class Incomplete(ValueError):
    """The form does not say enough; the text is for the person who sent it."""


@dataclass(frozen=True)
class Action:
    """One button. `done` is what the page says when it worked."""

    query: str
    variables: Callable[[Form], Variables]
    done: str


def _id(form: Form) -> Variables:
    return {"id": form.get("id", "")}


def _whole(form: Form, name: str) -> int:
    text = form.get(name, "").strip()
    try:
        return int(text)
    except ValueError as error:
        raise Incomplete(f"{name}: a whole number is needed, not {text!r}") from error


def _on(query: str, done: str) -> Action:
    """An operation that needs nothing but an id."""
    return Action(f"mutation ($id: ID!) {{ {query} }}", _id, done)


def _complete(form: Form) -> Variables:
    return _id(form) | {"pending": form.get("payment") == "pending"}


def _units(form: Form) -> list[Variables]:
    """Line ids and how many of them, from fields named `units:<id>`; those with 0 or nothing are left out."""
    return [
        {"id": name.removeprefix("units:"), "quantity": _whole(form, name)}
        for name in form
        if name.startswith("units:") and form[name].strip() not in ("", "0")
    ]


def _tracking(form: Form) -> Variables:
    numbers = [one for one in form.get("numbers", "").replace(",", " ").split() if one]
    return {"company": form.get("company") or None, "numbers": numbers}


def _send(form: Form) -> Variables:
    units = _units(form)
    if not units:
        raise Incomplete("say how many units of which line go into the parcel")
    group = {"fulfillmentOrderId": form.get("id", ""), "fulfillmentOrderLineItems": units}
    return {"fulfillment": {"lineItemsByFulfillmentOrder": [group], "trackingInfo": _tracking(form)}}


def _event(form: Form) -> Variables:
    return {"event": {"fulfillmentId": form.get("id", ""), "status": form.get("status", "")}}


def _cancel(form: Form) -> Variables:
    refund = {"originalPaymentMethodsRefund": "refund" in form}
    return _id(form) | {
        "reason": form.get("reason", "OTHER"), "restock": "restock" in form, "refund": refund,
    }  # fmt: skip


def _refund(form: Form) -> Variables:
    """Units of lines, and money: the two need not agree, in Shopify either."""
    restock = "CANCEL" if "restock" in form else "NO_RESTOCK"
    lines = [
        {
            "lineItemId": one["id"], "quantity": one["quantity"], "restockType": restock,
            "locationId": form.get("location") if restock == "CANCEL" else None,
        }
        for one in _units(form)
    ]  # fmt: skip
    wish: Variables = {"orderId": form.get("id", ""), "refundLineItems": lines}
    if form.get("amount", "").strip():
        wish["transactions"] = [
            {
                "orderId": form.get("id", ""), "kind": "REFUND", "gateway": form.get("gateway", "manual"),
                "amount": form["amount"].strip(), "parentId": form.get("payment") or None,
            }
        ]  # fmt: skip
    return {"input": wish, "key": str(uuid.uuid4())}


def _stock(form: Form) -> Variables:
    quantity = {
        "inventoryItemId": form.get("item", ""), "locationId": form.get("location", ""),
        "quantity": _whole(form, "available"), "changeFromQuantity": None,
    }  # fmt: skip
    wish = {"name": "available", "reason": "correction", "quantities": [quantity]}
    return {"input": wish, "key": str(uuid.uuid4())}


def _reprice(form: Form) -> Variables:
    return {
        "product": form.get("product", ""),
        "variants": [{"id": form.get("id"), "price": form.get("price")}],
    }


ERRORS = "userErrors { field message }"
ACTIONS: dict[str, Action] = {
    "complete-draft": Action(
        "mutation ($id: ID!, $pending: Boolean) {"
        f" draftOrderComplete(id: $id, paymentPending: $pending) {{ {ERRORS} }} }}",
        _complete, "The draft is an order now.",
    ),
    "duplicate-draft": _on(f"draftOrderDuplicate(id: $id) {{ {ERRORS} }}", "The draft was duplicated."),
    "delete-draft": _on(f"draftOrderDelete(input: {{id: $id}}) {{ {ERRORS} }}", "The draft is gone."),
    "send-parcel": Action(
        "mutation ($fulfillment: FulfillmentInput!) {"
        f" fulfillmentCreate(fulfillment: $fulfillment) {{ {ERRORS} }} }}",
        _send, "The parcel is on its way.",
    ),
    "report-parcel": Action(
        "mutation ($event: FulfillmentEventInput!) {"
        f" fulfillmentEventCreate(fulfillmentEvent: $event) {{ {ERRORS} }} }}",
        _event, "The carrier has reported.",
    ),
    "track-parcel": Action(
        "mutation ($id: ID!, $tracking: FulfillmentTrackingInput!) {"
        f" fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $tracking) {{ {ERRORS} }} }}",
        lambda form: _id(form) | {"tracking": _tracking(form)}, "The tracking was changed.",
    ),
    "cancel-parcel": _on(f"fulfillmentCancel(id: $id) {{ {ERRORS} }}", "The parcel was cancelled."),
    "cancel-order": Action(
        "mutation ($id: ID!, $reason: OrderCancelReason!, $restock: Boolean!, $refund: OrderCancelRefundMethodInput!)"
        " { orderCancel(orderId: $id, reason: $reason, restock: $restock, refundMethod: $refund)"
        " { orderCancelUserErrors { field message } } }",
        _cancel, "The order is being cancelled.",
    ),
    "refund-order": Action(
        "mutation ($input: RefundInput!, $key: String!) {"
        f" refundCreate(input: $input) @idempotent(key: $key) {{ {ERRORS} }} }}",
        _refund, "The refund was made.",
    ),
    "pay-order": _on(f"orderMarkAsPaid(input: {{id: $id}}) {{ {ERRORS} }}", "The order is paid."),
    "close-order": _on(f"orderClose(input: {{id: $id}}) {{ {ERRORS} }}", "The order is archived."),
    "open-order": _on(f"orderOpen(input: {{id: $id}}) {{ {ERRORS} }}", "The order is open again."),
    "delete-order": _on(f"orderDelete(orderId: $id) {{ {ERRORS} }}", "The order is gone."),
    "set-stock": Action(
        "mutation ($input: InventorySetQuantitiesInput!, $key: String!) {"
        f" inventorySetQuantities(input: $input) @idempotent(key: $key) {{ {ERRORS} }} }}",
        _stock, "The stock was changed.",
    ),
    "set-price": Action(
        "mutation ($product: ID!, $variants: [ProductVariantsBulkInput!]!) {"
        f" productVariantsBulkUpdate(productId: $product, variants: $variants) {{ {ERRORS} }} }}",
        _reprice, "The price was changed.",
    ),
    "delete-product": _on(f"productDelete(input: {{id: $id}}) {{ {ERRORS} }}", "The product is gone."),
    "unsubscribe": _on(f"webhookSubscriptionDelete(id: $id) {{ {ERRORS} }}", "The subscription is gone."),
}  # fmt: skip
