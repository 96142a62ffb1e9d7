"""The life of an order in a test's shop, told by the Admin API as staff and an app would."""

from itertools import count
from typing import Any

from tests.simulator.shops import Shop
from tests.simulator.stocks import variant_of

ADDRESS = {
    "firstName": "Lina", "lastName": "Haddad", "address1": "12 Rainbow Street", "city": "Amman",
    "countryCode": "JO", "zip": "11181", "phone": "+962791234567",
}  # fmt: skip
CREATE = """
mutation ($input: DraftOrderInput!) {
  draftOrderCreate(input: $input) { draftOrder { id legacyResourceId } userErrors { field message } }
}"""
COMPLETE = """
mutation ($id: ID!, $pending: Boolean) {
  draftOrderComplete(id: $id, paymentPending: $pending) {
    draftOrder { order { id legacyResourceId lineItems(first: 10) { nodes { id } } } }
    userErrors { field message }
  }
}"""
TO_SEND = """
query ($id: ID!) {
  order(id: $id) { fulfillmentOrders(first: 10) { nodes {
    id status lineItems(first: 20) { nodes { id remainingQuantity lineItem { id sku } } }
  } } }
}"""
SEND = """
mutation ($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id legacyResourceId } userErrors { field message }
  }
}"""
CANCEL = """
mutation ($id: ID!, $restock: Boolean!, $refund: Boolean!) {
  orderCancel(orderId: $id, reason: CUSTOMER, restock: $restock,
              refundMethod: {originalPaymentMethodsRefund: $refund}) {
    orderCancelUserErrors { message }
  }
}"""
REFUND = """
mutation ($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund { id } userErrors { field message }
  }
}"""
_keys = count()


def draft(shop: Shop, **wish: Any) -> str:
    """A draft of two units of JDTQ1834 at 25.00, one custom line and shipping; its id."""
    lines = [
        {
            "variantId": variant_of(shop, "JDTQ1834"), "quantity": 2,
            "priceOverride": {"amount": "25.00", "currencyCode": "USD"},
            "customAttributes": [{"key": "_bridge_item", "value": "0"}],
        },
        {
            "title": "Gift wrap", "sku": "", "quantity": 1, "taxable": False, "requiresShipping": False,
            "originalUnitPriceWithCurrency": {"amount": "3.50", "currencyCode": "USD"},
        },
    ]  # fmt: skip
    given = {
        "lineItems": lines, "taxExempt": True, "tags": ["bridge-1", "partner"], "note": "Ring twice",
        "customAttributes": [{"key": "bridge_order", "value": "1"}], "email": "lina@example.com",
        "shippingAddress": ADDRESS,
        "shippingLine": {
            "title": "Courier", "priceWithCurrency": {"amount": "5.00", "currencyCode": "USD"},
        },
        **wish,
    }  # fmt: skip
    made = shop.data(CREATE, {"input": given})["draftOrderCreate"]
    assert made["userErrors"] == []
    return made["draftOrder"]["id"]


def complete(shop: Shop, draft_id: str, *, pending: bool = False) -> str:
    """Complete a draft; the order's id."""
    done = shop.data(COMPLETE, {"id": draft_id, "pending": pending})["draftOrderComplete"]
    assert done["userErrors"] == []
    return done["draftOrder"]["order"]["id"]


def place(shop: Shop, *, pending: bool = False, **wish: Any) -> str:
    """A completed draft; the order's id."""
    return complete(shop, draft(shop, **wish), pending=pending)


def send(shop: Shop, order_id: str, *, units: int | None = None, only: str = "JDTQ1834") -> str:
    """Send units of the lines with this SKU (all that remain, or everything with only="")."""
    waiting = shop.data(TO_SEND, {"id": order_id})["order"]["fulfillmentOrders"]["nodes"]
    wish = [
        {
            "fulfillmentOrderId": one["id"],
            "fulfillmentOrderLineItems": [
                {"id": part["id"], "quantity": units or part["remainingQuantity"]} for part in parts
            ],
        }
        for one in waiting
        if one["status"] in ("OPEN", "IN_PROGRESS")
        and (
            parts := [
                part for part in one["lineItems"]["nodes"]
                if part["remainingQuantity"] and (not only or part["lineItem"]["sku"] == only)
            ]
        )
    ]  # fmt: skip
    made = [
        shop.data(
            SEND,
            {
                "fulfillment": {
                    "lineItemsByFulfillmentOrder": [group],
                    "trackingInfo": {
                        "company": "Aramex", "numbers": ["AX-1", "AX-2"],
                        "urls": ["https://example.com/AX-1", "https://example.com/AX-2"],
                    },
                }
            },
        )["fulfillmentCreate"]
        for group in wish
    ]  # fmt: skip
    assert all(one["userErrors"] == [] for one in made)
    return made[0]["fulfillment"]["id"]


def cancel(shop: Shop, order_id: str, *, restock: bool = True, refund: bool = False) -> None:
    answer = shop.data(CANCEL, {"id": order_id, "restock": restock, "refund": refund})
    assert answer["orderCancel"]["orderCancelUserErrors"] == []


def refund(shop: Shop, order_id: str, **wish: Any) -> None:
    answer = shop.data(REFUND, {"input": {"orderId": order_id, **wish}, "key": f"refund-{next(_keys)}"})
    assert answer["refundCreate"]["userErrors"] == []


def number_of(global_id: str) -> int:
    return int(global_id.rpartition("/")[2])
