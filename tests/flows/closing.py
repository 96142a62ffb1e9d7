"""What tests of closing do to an order: reject it, cancel it, confirm it, ship it."""

from bridge.services.order_decisions import decide, request_cancel, request_confirm, request_reject
from tests.flows.stage import Line, Stage

FULFILLMENT_ORDERS = (
    "query($id: ID!) { order(id: $id) { fulfillmentOrders(first: 10) { nodes { id status"
    " lineItems(first: 10) { nodes { id remainingQuantity lineItem { title } } } } } } }"
)
FULFILL = (
    "mutation($fulfillment: FulfillmentInput!) { fulfillmentCreate(fulfillment: $fulfillment) {"
    " fulfillment { id } userErrors { message } } }"
)


def reject(stage: Stage, order_id, reason: str = "we do not ship there"):
    return decide(stage.db, request_reject, order_id=order_id, by="staff", reason=reason)


def cancel(stage: Stage, order_id, reason: str = "the customer changed their mind"):
    return decide(stage.db, request_cancel, order_id=order_id, by="staff", reason=reason)


def confirmed(stage: Stage, lines=(Line(),), **columns):
    order_id = stage.pushed(lines, **columns)
    decide(stage.db, request_confirm, order_id=order_id, by="staff")
    assert stage.run() == []
    return order_id


def ship(stage: Stage, *titles: str) -> str:
    """Ship the lines with these titles, with tracking; returns the fulfillment."""
    [order] = stage.orders()
    found = stage.staff(FULFILLMENT_ORDERS, id=order["id"])["fulfillmentOrders"]["nodes"]
    wanted = [
        {
            "fulfillmentOrderId": one["id"],
            "fulfillmentOrderLineItems": [
                {"id": line["id"], "quantity": line["remainingQuantity"]}
                for line in one["lineItems"]["nodes"]
                if line["lineItem"]["title"] in titles
            ],
        }
        for one in found
    ]
    wanted = [one for one in wanted if one["fulfillmentOrderLineItems"]]
    return stage.staff(
        FULFILL,
        fulfillment={
            "lineItemsByFulfillmentOrder": wanted,
            "trackingInfo": {"company": "Aramex", "number": "AWB1"},
        },
    )["fulfillment"]["id"]
