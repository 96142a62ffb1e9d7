"""What JafarShop's staff does in its Shopify admin, by the Admin API that stands behind it."""

from collections.abc import Mapping

from local.shop import AdminAPI

_MONEY = "{ shopMoney { amount currencyCode } }"

_DRAFTS = f"""
query Drafts {{
  draftOrders(first: 50, reverse: true) {{
    nodes {{
      id name status poNumber totalPriceSet {_MONEY}
      lineItems(first: 50) {{
        nodes {{ sku title quantity custom variant {{ id }} originalUnitPriceSet {_MONEY} }}
      }}
    }}
  }}
}}
"""
_ORDER = f"""
query Order($id: ID!) {{
  order(id: $id) {{
    id name displayFinancialStatus displayFulfillmentStatus totalPriceSet {_MONEY}
    fulfillments {{ id }}
    fulfillmentOrders(first: 10) {{
      nodes {{ id status lineItems(first: 50) {{ nodes {{ id sku remainingQuantity }} }} }}
    }}
  }}
}}
"""
_STOCK = """
query Stock {
  productVariants(first: 250) { nodes { sku title price inventoryQuantity } }
}
"""
_COMPLETE = """
mutation Complete($id: ID!) {
  draftOrderComplete(id: $id, paymentPending: true) {
    draftOrder { id order { id name } } userErrors { field message }
  }
}
"""
_FULFILL = """
mutation Fulfill($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id status } userErrors { field message }
  }
}
"""
_TRACK = """
mutation Track($id: ID!, $tracking: FulfillmentTrackingInput!) {
  fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $tracking) {
    fulfillment { id } userErrors { field message }
  }
}
"""
_EVENT = """
mutation Event($event: FulfillmentEventInput!) {
  fulfillmentEventCreate(fulfillmentEvent: $event) {
    fulfillmentEvent { id status } userErrors { field message }
  }
}
"""


class Staff:
    """A person in the shop's admin. Every method raises ShopError when the shop refuses."""

    def __init__(self, admin: AdminAPI) -> None:
        """Sign in with a token of their own: the bridge's rate budget is the bridge's."""
        self._admin = admin

    def stock(self) -> dict[str, dict]:
        """Return title, price and units of every variant, by SKU."""
        variants = self._admin.execute(_STOCK)["productVariants"]["nodes"]
        return {variant["sku"]: variant for variant in variants if variant["sku"]}

    def drafts(self, partner_order_id: str) -> list[dict]:
        """Return the draft orders that carry this number of the partner's, newest first."""
        drafts = self._admin.execute(_DRAFTS)["draftOrders"]["nodes"]
        return [draft for draft in drafts if draft["poNumber"] == partner_order_id]

    def order(self, order_id: int) -> dict:
        """Return one order."""
        return self._admin.execute(_ORDER, id=f"gid://shopify/Order/{order_id}")["order"]

    def complete(self, draft: Mapping) -> str:
        """Complete a draft, payment pending; returns the order's name."""
        payload = self._admin.execute(_COMPLETE, id=draft["id"])["draftOrderComplete"]
        return payload["draftOrder"]["order"]["name"]

    def ship(self, order_id: int, *, sku: str, quantity: int, tracking: Mapping) -> str:
        """Send a parcel with some units of one SKU; returns the fulfillment's id."""
        parts = [
            {
                "fulfillmentOrderId": part["id"],
                "fulfillmentOrderLineItems": [{"id": line["id"], "quantity": quantity}],
            }
            for part in self.order(order_id)["fulfillmentOrders"]["nodes"]
            for line in part["lineItems"]["nodes"]
            if line["sku"] == sku and line["remainingQuantity"] >= quantity
        ]
        fulfillment = {
            "lineItemsByFulfillmentOrder": parts[:1],
            "trackingInfo": dict(tracking),
            "notifyCustomer": False,
        }
        answer = self._admin.execute(_FULFILL, fulfillment=fulfillment)
        return answer["fulfillmentCreate"]["fulfillment"]["id"]

    def correct_tracking(self, fulfillment_id: str, tracking: Mapping) -> None:
        """Replace carrier, number and link of a parcel."""
        self._admin.execute(_TRACK, id=fulfillment_id, tracking=dict(tracking))

    def deliver(self, fulfillment_id: str) -> None:
        """Say, as a carrier does, that a parcel was delivered."""
        self._admin.execute(_EVENT, event={"fulfillmentId": fulfillment_id, "status": "DELIVERED"})
