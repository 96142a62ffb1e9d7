"""What staff and apps do with drafts, orders and parcels, in the words of the Admin API."""

from typing import Any

from tests.simulator.shops import Shop

COFFEE = "gid://shopify/ProductVariant/44219312570580"  # JDTQ1834 at 29.99
MONEY = "{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }"
DRAFT = f"""
    id name status ready email note2 poNumber tags taxExempt completedAt reserveInventoryUntil
    customAttributes {{ key value }}
    subtotalPriceSet {MONEY} totalTaxSet {MONEY} totalPriceSet {MONEY} totalDiscountsSet {MONEY}
    totalShippingPriceSet {MONEY}
    shippingAddress {{ firstName lastName countryCodeV2 }}
    shippingLine {{ title code custom }}
    appliedDiscount {{ value valueType amountSet {MONEY} }}
    order {{ id name }}
    lineItems(first: 10) {{
        nodes {{
            id title sku quantity custom taxable requiresShipping
            customAttributes {{ key value }} variant {{ id }}
            originalUnitPriceSet {MONEY} discountedTotalSet {MONEY}
        }}
    }}
"""
ORDER = f"""
    id name note poNumber tags closed closedAt cancelledAt cancelReason createdAt updatedAt
    displayFinancialStatus displayFulfillmentStatus paymentGatewayNames
    customAttributes {{ key value }}
    shippingAddress {{ firstName lastName countryCodeV2 }}
    totalPriceSet {MONEY} currentTotalPriceSet {MONEY} totalOutstandingSet {MONEY}
    totalReceivedSet {MONEY} totalRefundedSet {MONEY}
    transactions {{ id kind status gateway amountSet {MONEY} }}
    refunds {{ id totalRefundedSet {MONEY} }}
    fulfillments {{ id status displayStatus }}
    lineItems(first: 10) {{
        nodes {{ id title sku quantity currentQuantity unfulfilledQuantity customAttributes {{ key value }} }}
    }}
    fulfillmentOrders(first: 10) {{
        nodes {{
            id status assignedLocation {{ name }}
            lineItems(first: 10) {{
                nodes {{ id totalQuantity remainingQuantity lineItem {{ id }} variant {{ id }} }}
            }}
        }}
    }}
"""


def custom(price: str = "10.00", quantity: int = 1, **more: Any) -> dict[str, Any]:
    """A line of no catalog, not taxed unless said otherwise."""
    return {"title": "Gift wrap", "quantity": quantity, "originalUnitPrice": price, "taxable": False, **more}


def draft_input(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"lineItems": list(lines) or [custom()], "taxExempt": True, **more}


def create(shop: Shop, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A draft that must come into being."""
    payload = try_create(shop, draft_input(*lines, **more))
    assert payload["userErrors"] == []
    return payload["draftOrder"]


def try_create(shop: Shop, wish: dict[str, Any]) -> dict[str, Any]:
    """The payload of draftOrderCreate."""
    text = (
        "mutation($input: DraftOrderInput!) { draftOrderCreate(input: $input) "
        f"{{ draftOrder {{ {DRAFT} }} userErrors {{ field message }} }} }}"
    )
    return shop.data(text, {"input": wish})["draftOrderCreate"]


def draft(shop: Shop, draft_id: str) -> dict[str, Any] | None:
    return shop.data(f"query($id: ID!) {{ draftOrder(id: $id) {{ {DRAFT} }} }}", {"id": draft_id})[
        "draftOrder"
    ]


def complete(shop: Shop, draft_id: str, *, pending: bool = False) -> dict[str, Any]:
    """The payload of draftOrderComplete."""
    text = (
        "mutation($id: ID!, $pending: Boolean) { draftOrderComplete(id: $id, paymentPending: $pending) "
        f"{{ draftOrder {{ {DRAFT} }} userErrors {{ field message }} }} }}"
    )
    return shop.data(text, {"id": draft_id, "pending": pending})["draftOrderComplete"]


def order(shop: Shop, order_id: str) -> dict[str, Any]:
    return shop.data(f"query($id: ID!) {{ order(id: $id) {{ {ORDER} }} }}", {"id": order_id})["order"]


def sell(shop: Shop, *lines: dict[str, Any], pending: bool = False, **more: Any) -> dict[str, Any]:
    """An order made from a draft."""
    completed = complete(shop, create(shop, *lines, **more)["id"], pending=pending)
    assert completed["userErrors"] == []
    return order(shop, completed["draftOrder"]["order"]["id"])


def mutate(shop: Shop, name: str, arguments: str, selection: str, **variables: Any) -> dict[str, Any]:
    """One mutation with its variables declared in `arguments`: "$id: ID!" -> (id: $id); its payload."""
    names = [part.split(":")[0].strip().lstrip("$") for part in arguments.split(",")]
    passed = ", ".join(f"{one}: ${one}" for one in names)
    directive = ' @idempotent(key: "test")' if name == "refundCreate" else ""
    text = f"mutation({arguments}) {{ {name}({passed}){directive} {{ {selection} }} }}"
    return shop.data(text, variables)[name]


PARCEL = """
    id name status displayStatus deliveredAt inTransitAt totalQuantity
    trackingInfo { number url company }
"""
FULFILLMENT = f"fulfillment {{ {PARCEL} }} userErrors {{ field message }}"


def fulfill(shop: Shop, order_id: str, units: int | None = None, **tracking: Any) -> dict[str, Any]:
    """Send what waits of the first open fulfillment order: all of it, or some of its first line."""
    opened = next(
        one
        for one in order(shop, order_id)["fulfillmentOrders"]["nodes"]
        if one["status"] in ("OPEN", "IN_PROGRESS")
    )
    wish: dict[str, Any] = {"fulfillmentOrderId": opened["id"]}
    if units is not None:
        line = opened["lineItems"]["nodes"][0]["id"]
        wish["fulfillmentOrderLineItems"] = [{"id": line, "quantity": units}]
    payload = try_fulfill(shop, [wish], **tracking)
    assert payload["userErrors"] == []
    return payload["fulfillment"]


def try_fulfill(shop: Shop, wishes: list[dict[str, Any]], **tracking: Any) -> dict[str, Any]:
    wish = {"lineItemsByFulfillmentOrder": wishes, "trackingInfo": tracking}
    return mutate(shop, "fulfillmentCreate", "$fulfillment: FulfillmentInput!", FULFILLMENT, fulfillment=wish)


def scan(shop: Shop, fulfillment_id: str, status: str, **more: Any) -> dict[str, Any]:
    """A carrier's event."""
    return mutate(
        shop, "fulfillmentEventCreate", "$fulfillmentEvent: FulfillmentEventInput!",
        "fulfillmentEvent { id status happenedAt createdAt message } userErrors { field message }",
        fulfillmentEvent={"fulfillmentId": fulfillment_id, "status": status, **more},
    )  # fmt: skip


def cancel(shop: Shop, order_id: str, *, restock: bool = True, **more: Any) -> dict[str, Any]:
    """The payload of orderCancel."""
    arguments = (
        "$orderId: ID!, $reason: OrderCancelReason!, $restock: Boolean!, $refund: Boolean, "
        "$refundMethod: OrderCancelRefundMethodInput, $staffNote: String"
    )
    return mutate(
        shop, "orderCancel", arguments,
        "job { id done } orderCancelUserErrors { field message code } userErrors { field message }",
        orderId=order_id, reason="OTHER", restock=restock, **more,
    )  # fmt: skip


def refund(shop: Shop, **wish: Any) -> dict[str, Any]:
    """The payload of refundCreate."""
    return mutate(
        shop, "refundCreate", "$input: RefundInput!",
        f"refund {{ id note totalRefundedSet {MONEY} refundLineItems(first: 5) {{ nodes {{ quantity restockType "
        f"restocked subtotalSet {MONEY} lineItem {{ id }} }} }} transactions(first: 5) {{ nodes {{ kind status }} }} }}"
        " userErrors { field message }",
        input=wish,
    )  # fmt: skip


def amount(bag: dict[str, Any]) -> str:
    """What the customer sees."""
    return bag["presentmentMoney"]["amount"]
