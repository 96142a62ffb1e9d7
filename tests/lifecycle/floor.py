"""What staff do in the shop, by the ids that they see there; the shop's answer must be yes."""

from collections.abc import Iterator
from typing import Any

from simulator.records import Order
from tests.lifecycle.world import World


def complete_draft(world: World, draft_id: int) -> None:
    world.staff(
        "mutation ($id: ID!) { draftOrderComplete(id: $id) { draftOrder { id } userErrors { message } } }",
        id=_draft(draft_id),
    )


def delete_draft(world: World, draft_id: int) -> None:
    world.staff(
        "mutation ($id: ID!) { draftOrderDelete(input: {id: $id}) { deletedId userErrors { message } } }",
        id=_draft(draft_id),
    )


def duplicate_draft(world: World, draft_id: int) -> int:
    made = world.staff(
        "mutation ($id: ID!) { draftOrderDuplicate(id: $id) { draftOrder { id } userErrors { message } } }",
        id=_draft(draft_id),
    )
    return int(made["draftOrder"]["id"].rsplit("/", 1)[1])


def take_one_more(world: World, draft_id: int, position: int) -> None:
    """Edit an open draft: one unit more of the line at this position, the rest as it is."""
    found = world.staff(
        "query ($id: ID!) { draftOrder(id: $id) { lineItems(first: 10) { nodes { quantity title variant { id }"
        " customAttributes { key value } originalUnitPriceSet { presentmentMoney { amount currencyCode } }"
        " priceOverride { amount currencyCode } } } } }",
        id=_draft(draft_id),
    )
    world.staff(
        "mutation ($id: ID!, $input: DraftOrderInput!) { draftOrderUpdate(id: $id, input: $input) {"
        " draftOrder { id } userErrors { message } } }",
        id=_draft(draft_id),
        input={"lineItems": [_kept(line, position) for line in found["lineItems"]["nodes"]]},
    )


def send_by_express(world: World, draft_id: int) -> None:
    """Change what an open draft comes to, and none of its lines: no cart has such a price for shipping."""
    world.staff(
        "mutation ($id: ID!, $input: DraftOrderInput!) { draftOrderUpdate(id: $id, input: $input) {"
        " draftOrder { id } userErrors { message } } }",
        id=_draft(draft_id),
        input={
            "shippingLine": {
                "title": "Express",
                "priceWithCurrency": {"amount": "17.00", "currencyCode": "USD"},
            }
        },
    )


def _kept(line: dict[str, Any], grows: int) -> dict[str, Any]:
    more = {"key": "_bridge_item", "value": str(grows)} in line["customAttributes"]
    kept = {
        "quantity": line["quantity"] + more,
        "customAttributes": line["customAttributes"],
    }
    if line["variant"]:
        return kept | {"variantId": line["variant"]["id"], "priceOverride": line["priceOverride"]}
    return kept | {
        "title": line["title"],
        "taxable": False,
        "requiresShipping": False,
        "originalUnitPriceWithCurrency": line["originalUnitPriceSet"]["presentmentMoney"],
    }


def ship(world: World, order: Order, position: int, units: int) -> str:
    """Send units of one line in a parcel, from wherever they wait; its gid."""
    made = world.staff(
        "mutation ($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) {"
        " fulfillment { id } userErrors { field message } } }",
        f={
            "lineItemsByFulfillmentOrder": list(_waiting(order, line_at(order, position), units)),
            "trackingInfo": {"company": "Aramex", "number": f"1Z{len(order.fulfillments)}"},
        },
    )
    return made["fulfillment"]["id"]


def _waiting(order: Order, line: Any, units: int) -> Iterator[dict[str, Any]]:
    """Units of a line, as the fulfillment orders have them: a parcel that was taken back has left one of its own."""
    for opened in order.fulfillment_orders:
        for part in opened.lines:
            taken = min(units, part.remaining)
            if opened.status in ("OPEN", "IN_PROGRESS") and part.line is line and taken:
                units -= taken
                yield {
                    "fulfillmentOrderId": f"gid://shopify/FulfillmentOrder/{opened.id}",
                    "fulfillmentOrderLineItems": [
                        {"id": f"gid://shopify/FulfillmentOrderLineItem/{part.id}", "quantity": taken}
                    ],
                }


def cancel(world: World, order: Order) -> None:
    world.staff(
        "mutation ($id: ID!) { orderCancel(orderId: $id, reason: CUSTOMER, restock: true) {"
        " job { id } orderCancelUserErrors { message } userErrors { message } } }",
        id=_order(order),
    )


def refund(world: World, order: Order, position: int, units: int, restock: str) -> None:
    world.staff(
        "mutation ($input: RefundInput!, $key: String!) { refundCreate(input: $input) @idempotent(key: $key) {"
        " refund { id } userErrors { field message } } }",
        input={
            "orderId": _order(order),
            "refundLineItems": [
                {
                    "lineItemId": f"gid://shopify/LineItem/{line_at(order, position).id}",
                    "quantity": units,
                    "restockType": restock,
                }
            ],
        },
        key=f"refund {order.id} {len(order.refunds)}",
    )


def edit(world: World, order: Order, position: int, units: int) -> None:
    """Set the units of one line of an order."""
    begun = world.staff(
        "mutation ($id: ID!) { orderEditBegin(id: $id) { calculatedOrder { id } userErrors { message } } }",
        id=_order(order),
    )["calculatedOrder"]["id"]
    world.staff(
        "mutation ($id: ID!, $line: ID!, $units: Int!) { orderEditSetQuantity(id: $id, lineItemId: $line,"
        " quantity: $units, restock: true) { calculatedOrder { id } userErrors { message } } }",
        id=begun,
        line=f"gid://shopify/CalculatedLineItem/{line_at(order, position).id}",
        units=units,
    )
    world.staff(
        "mutation ($id: ID!) { orderEditCommit(id: $id) { order { id } userErrors { message } } }", id=begun
    )


def close(world: World, order: Order) -> None:
    world.staff(
        "mutation ($input: OrderCloseInput!) { orderClose(input: $input) { userErrors { message } } }",
        input={"id": _order(order)},
    )


def reopen(world: World, order: Order) -> None:
    world.staff(
        "mutation ($input: OrderOpenInput!) { orderOpen(input: $input) { userErrors { message } } }",
        input={"id": _order(order)},
    )


def delete(world: World, order: Order) -> None:
    world.staff(
        "mutation ($id: ID!) { orderDelete(orderId: $id) { deletedId userErrors { message } } }",
        id=_order(order),
    )


def line_at(order: Order, position: int) -> Any:
    """The line that carries this position of the cart."""
    return next(
        line
        for line in order.lines
        if {"key": "_bridge_item", "value": str(position)} in line.custom_attributes
    )


def _draft(draft_id: int) -> str:
    return f"gid://shopify/DraftOrder/{draft_id}"


def _order(order: Order) -> str:
    return f"gid://shopify/Order/{order.id}"
