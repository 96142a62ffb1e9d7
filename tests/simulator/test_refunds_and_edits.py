"""Orders after they were placed: lines that staff add or take away, money that goes back."""

import pytest

from tests.simulator.sales import (
    COFFEE,
    amount,
    custom,
    mutate,
    order,
    refund,
    sell,
)
from tests.simulator.stocks import quantities


def test_an_edit_that_removes_a_line_leaves_its_quantity_and_takes_its_current_one(shop):
    placed = sell(shop, custom("20.00", 2), {"variantId": COFFEE, "quantity": 3})
    coffee = placed["lineItems"]["nodes"][1]["id"].rpartition("/")[2]
    edit = mutate(shop, "orderEditBegin", "$id: ID!", "calculatedOrder { id }", id=placed["id"])[
        "calculatedOrder"
    ]

    staged = mutate(
        shop, "orderEditSetQuantity", "$id: ID!, $lineItemId: ID!, $quantity: Int!, $restock: Boolean",
        "calculatedLineItem { quantity } userErrors { message }",
        id=edit["id"], lineItemId=f"gid://shopify/CalculatedLineItem/{coffee}", quantity=1, restock=True,
    )  # fmt: skip
    untouched = order(shop, placed["id"])["lineItems"]["nodes"][1]["currentQuantity"]
    mutate(shop, "orderEditCommit", "$id: ID!", "userErrors { message }", id=edit["id"])

    line = order(shop, placed["id"])["lineItems"]["nodes"][1]
    assert staged == {"calculatedLineItem": {"quantity": 1}, "userErrors": []}
    assert untouched == 3
    assert (line["quantity"], line["currentQuantity"], line["unfulfilledQuantity"]) == (3, 1, 1)
    assert quantities(shop, "JDTQ1834")["available"] == 9_999


def test_an_edit_can_add_what_was_not_ordered(shop):
    placed = sell(shop, custom("20.00"))
    edit = mutate(shop, "orderEditBegin", "$id: ID!", "calculatedOrder { id }", id=placed["id"])[
        "calculatedOrder"
    ]

    mutate(
        shop, "orderEditAddVariant", "$id: ID!, $variantId: ID!, $quantity: Int!", "userErrors { message }",
        id=edit["id"], variantId=COFFEE, quantity=2,
    )  # fmt: skip
    mutate(shop, "orderEditCommit", "$id: ID!", "userErrors { message }", id=edit["id"])

    found = order(shop, placed["id"])
    assert [line["currentQuantity"] for line in found["lineItems"]["nodes"]] == [1, 2]
    assert found["displayFinancialStatus"] == "PARTIALLY_PAID"
    assert quantities(shop, "JDTQ1834")["committed"] == 2


def test_a_full_refund_keeps_the_order_open_and_unfulfilled(shop):
    placed = sell(shop, custom("10.00"), shippingLine={"title": "Courier", "price": "5.00"})
    line, sale = placed["lineItems"]["nodes"][0]["id"], placed["transactions"][0]["id"]

    payload = refund(
        shop, orderId=placed["id"], note="sorry", shipping={"fullRefund": True},
        refundLineItems=[{"lineItemId": line, "quantity": 1, "restockType": "NO_RESTOCK"}],
        transactions=[{"amount": "15.00", "gateway": "manual", "kind": "REFUND", "orderId": placed["id"],
                       "parentId": sale}],
    )  # fmt: skip

    found = order(shop, placed["id"])
    (part,) = payload["refund"]["refundLineItems"]["nodes"]
    assert payload["userErrors"] == []
    assert amount(payload["refund"]["totalRefundedSet"]) == "15.0"
    assert (part["quantity"], part["restockType"], part["restocked"]) == (1, "NO_RESTOCK", False)
    assert (found["displayFinancialStatus"], found["displayFulfillmentStatus"]) == ("REFUNDED", "UNFULFILLED")
    assert (found["closed"], amount(found["currentTotalPriceSet"])) == (False, "0.0")
    assert found["lineItems"]["nodes"][0]["currentQuantity"] == 0


def test_a_partial_refund_before_shipping_takes_units_off_what_can_be_sent(shop):
    placed = sell(shop, {"variantId": COFFEE, "quantity": 3})
    line = placed["lineItems"]["nodes"][0]["id"]

    refund(
        shop, orderId=placed["id"],
        refundLineItems=[{"lineItemId": line, "quantity": 1, "restockType": "CANCEL"}],
        transactions=[{"amount": "29.99", "gateway": "manual", "kind": "REFUND", "orderId": placed["id"]}],
    )  # fmt: skip

    found = order(shop, placed["id"])
    stock = quantities(shop, "JDTQ1834")
    assert found["displayFinancialStatus"] == "PARTIALLY_REFUNDED"
    assert found["lineItems"]["nodes"][0]["unfulfilledQuantity"] == 2
    assert (stock["available"], stock["committed"]) == (9_998, 2)


@pytest.mark.parametrize(("because", "units", "money", "message"), [
    ("more units than there are", 2, "0.00", "Quantity cannot refund more items than were purchased"),
    ("more money than was paid", 1, "10.01", "Refund amount 10.01 exceeds the 10.00 that was paid"),
])  # fmt: skip
def test_no_more_is_refunded_than_there_is(shop, because, units, money, message):
    placed = sell(shop)

    payload = refund(
        shop, orderId=placed["id"],
        refundLineItems=[{"lineItemId": placed["lineItems"]["nodes"][0]["id"], "quantity": units}],
        transactions=[{"amount": money, "gateway": "manual", "kind": "REFUND", "orderId": placed["id"]}],
    )  # fmt: skip

    assert [one["message"] for one in payload["userErrors"]] == [message]
    assert order(shop, placed["id"])["refunds"] == []


def test_a_refund_needs_a_key_and_a_key_refunds_once(shop):
    placed = sell(shop)
    text = """mutation($input: RefundInput!) {
      refundCreate(input: $input) { refund { id } userErrors { message } }
    }"""
    wish = {"orderId": placed["id"],
            "transactions": [{"amount": "1.00", "gateway": "manual", "kind": "REFUND",
                              "orderId": placed["id"]}]}  # fmt: skip

    without = shop.graphql(text, {"input": wish})
    first, again = refund(shop, **wish), refund(shop, **wish)

    (error,) = without["errors"]
    assert error["message"] == "The @idempotent directive is required for this mutation but was not provided."
    assert (error["path"], error["extensions"]) == (["refundCreate"], {"code": "BAD_REQUEST"})
    assert without["data"] == {"refundCreate": None}
    assert first == again
    assert amount(order(shop, placed["id"])["totalRefundedSet"]) == "1.0"
