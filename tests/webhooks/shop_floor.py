"""What staff and carriers do to orders in the shop: through its API, and without telling the bridge."""

import random
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select

from bridge.models import OrderItem
from tests.flows import stage


class ShopFloor(stage.Stage):
    """Orders of the shop, by what the bridge has recorded of them."""

    def ship(self, order_id: UUID, units: int | None = None, *, tracking: str = "1Z") -> str:
        """Send units of the first line (default all) in a parcel; its gid."""
        order = self.staff(
            'query ($id: ID!) { order(id: $id) { fulfillmentOrders(first: 10, query: "status:OPEN OR'
            ' status:IN_PROGRESS") { nodes { id status lineItems(first: 10) { nodes { id remainingQuantity'
            " lineItem { id } } } } } } }",
            id=self.gid(order_id),
        )
        with self.db.transaction() as session:
            line = session.scalar(
                select(OrderItem.shopify_line_id)
                .where(OrderItem.order_id == order_id, OrderItem.is_supplier_item)
                .order_by(OrderItem.position)
                .limit(1)
            )
        wishes = [
            {
                "fulfillmentOrderId": group["id"],
                "fulfillmentOrderLineItems": [
                    {"id": part["id"], "quantity": units or part["remainingQuantity"]}
                    for part in group["lineItems"]["nodes"]
                    if part["lineItem"]["id"].endswith(f"/{line}") and part["remainingQuantity"]
                ],
            }
            for group in order["fulfillmentOrders"]["nodes"]
            if group["status"] in ("OPEN", "IN_PROGRESS")
        ]
        made = self.staff(
            "mutation ($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) {"
            " fulfillment { id } userErrors { field message } } }",
            f={
                "lineItemsByFulfillmentOrder": [w for w in wishes if w["fulfillmentOrderLineItems"]][:1],
                "trackingInfo": {
                    "company": "Aramex",
                    "number": tracking,
                    "url": f"https://t.example/{tracking}",
                },
            },
        )
        return made["fulfillment"]["id"]

    def ship_all(self, order_gid: str) -> None:
        """Send everything of any order of the shop."""
        order = self.staff(
            "query ($id: ID!) { order(id: $id) { fulfillmentOrders(first: 10) { nodes { id status } } } }",
            id=order_gid,
        )
        self.staff(
            "mutation ($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) {"
            " fulfillment { id } userErrors { field message } } }",
            f={
                "lineItemsByFulfillmentOrder": [
                    {"fulfillmentOrderId": group["id"]}
                    for group in order["fulfillmentOrders"]["nodes"]
                    if group["status"] == "OPEN"
                ]
            },
        )

    def unship_all(self, order_gid: str) -> None:
        order = self.staff("query ($id: ID!) { order(id: $id) { fulfillments { id } } }", id=order_gid)
        for parcel in order["fulfillments"]:
            self.unship(parcel["id"])

    def track(self, parcel: str, number: str) -> None:
        self.staff(
            "mutation ($id: ID!, $t: FulfillmentTrackingInput!) { fulfillmentTrackingInfoUpdate("
            "fulfillmentId: $id, trackingInfoInput: $t) { fulfillment { id } userErrors { field message } } }",
            id=parcel,
            t={"company": "Aramex", "number": number},
        )

    def unship(self, parcel: str) -> None:
        self.staff(
            "mutation ($id: ID!) { fulfillmentCancel(id: $id) { fulfillment { id }"
            " userErrors { field message } } }",
            id=parcel,
        )

    def scan(self, parcel: str, status: str) -> None:
        """A carrier's event."""
        self.staff(
            "mutation ($e: FulfillmentEventInput!) { fulfillmentEventCreate(fulfillmentEvent: $e) {"
            " fulfillmentEvent { id } userErrors { field message } } }",
            e={"fulfillmentId": parcel, "status": status},
        )

    def cancel(self, order_id: UUID, *, refund: bool = False) -> None:
        self.staff(
            "mutation ($id: ID!, $refund: OrderCancelRefundMethodInput) { orderCancel(orderId: $id,"
            " reason: CUSTOMER, restock: true, refundMethod: $refund) { job { id }"
            " orderCancelUserErrors { message } userErrors { field message } } }",
            id=self.gid(order_id),
            refund={"originalPaymentMethodsRefund": True} if refund else None,
        )

    def refund(self, order_id: UUID, units: int, *, restock: str = "CANCEL", position: int = 0) -> None:
        with self.db.transaction() as session:
            line = session.get_one(OrderItem, (order_id, position)).shopify_line_id
        self.staff(
            "mutation ($input: RefundInput!, $key: String!) { refundCreate(input: $input)"
            " @idempotent(key: $key) { refund { id } userErrors { field message } } }",
            input={
                "orderId": self.gid(order_id),
                "refundLineItems": [
                    {
                        "lineItemId": f"gid://shopify/LineItem/{line}",
                        "quantity": units,
                        "restockType": restock,
                    }
                ],
            },
            key=f"refund-{random.random()}",
        )

    def edit(self, order_id: UUID, wanted: Mapping[int, int]) -> None:
        """Set units of lines by position, as an order edit does."""
        begun = self.staff(
            "mutation ($id: ID!) { orderEditBegin(id: $id) { calculatedOrder { id"
            " lineItems(first: 10) { nodes { id customAttributes { key value } } } }"
            " userErrors { field message } } }",
            id=self.gid(order_id),
        )["calculatedOrder"]
        for line in begun["lineItems"]["nodes"]:
            position = next(a["value"] for a in line["customAttributes"] if a["key"] == "_bridge_item")
            if position.isdecimal() and int(position) in wanted:
                self.staff(
                    "mutation ($id: ID!, $line: ID!, $units: Int!) { orderEditSetQuantity(id: $id,"
                    " lineItemId: $line, quantity: $units, restock: true) { calculatedOrder { id }"
                    " userErrors { field message } } }",
                    id=begun["id"],
                    line=line["id"],
                    units=wanted[int(position)],
                )
        self.staff(
            "mutation ($id: ID!) { orderEditCommit(id: $id) { order { id } userErrors { field message } } }",
            id=begun["id"],
        )

    def close(self, order_id: UUID) -> None:
        self.staff(
            "mutation ($input: OrderCloseInput!) { orderClose(input: $input) { userErrors { message } } }",
            input={"id": self.gid(order_id)},
        )

    def reopen(self, order_id: UUID) -> None:
        self.staff(
            "mutation ($input: OrderOpenInput!) { orderOpen(input: $input) { userErrors { message } } }",
            input={"id": self.gid(order_id)},
        )

    def delete(self, order_id: UUID) -> None:
        self.staff(
            "mutation ($id: ID!) { orderDelete(orderId: $id) { deletedId userErrors { message } } }",
            id=self.gid(order_id),
        )

    def shop_settings(self, **wish: object) -> None:
        """Change what a merchant would set."""
        self.simulator.settings(**wish)

    def gid(self, order_id: UUID) -> str:
        return f"gid://shopify/Order/{self.read(order_id).shopify_order_id}"

    def draft_gid(self, order_id: UUID) -> str:
        return f"gid://shopify/DraftOrder/{self.read(order_id).draft_id}"
