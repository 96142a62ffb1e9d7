"""Parcels and their scans behave as captured answers of Shopify show."""

import pytest

from tests.simulator.sales import (
    COFFEE,
    FULFILLMENT,
    PARCEL,
    cancel,
    custom,
    fulfill,
    mutate,
    order,
    refund,
    scan,
    sell,
    try_fulfill,
)
from tests.simulator.stocks import quantities

BENCH = "gid://shopify/ProductVariant/44219312799956"  # JS-FAR-001: none here, 25 at the other location


def cancel_parcel(shop, parcel_id):
    return mutate(shop, "fulfillmentCancel", "$id: ID!", FULFILLMENT, id=parcel_id)


def opened(shop, order_id):
    return order(shop, order_id)["fulfillmentOrders"]["nodes"]


def test_several_numbers_of_one_parcel_are_several_rows(shop):
    placed = sell(shop)
    numbers, urls = ["MULTI-1", "MULTI-2"], ["https://example.com/1", "https://example.com/2"]

    parcel = fulfill(shop, placed["id"], numbers=numbers, urls=urls, company="Hermes")

    assert (parcel["status"], parcel["displayStatus"]) == ("SUCCESS", "FULFILLED")
    assert parcel["name"] == f"{placed['name']}-F1"
    assert parcel["trackingInfo"] == [
        {"number": number, "url": url, "company": "Hermes"} for number, url in zip(numbers, urls, strict=True)
    ]


def test_parcels_send_an_order_by_and_by(shop):
    placed = sell(shop, {"variantId": COFFEE, "quantity": 3})

    fulfill(shop, placed["id"], 1)
    halfway = order(shop, placed["id"])
    fulfill(shop, placed["id"])
    done = order(shop, placed["id"])

    assert halfway["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert [one["status"] for one in halfway["fulfillmentOrders"]["nodes"]] == ["IN_PROGRESS"]
    assert done["displayFulfillmentStatus"] == "FULFILLED"
    assert [one["status"] for one in done["fulfillmentOrders"]["nodes"]] == ["CLOSED"]
    stock = quantities(shop, "JDTQ1834")
    assert (stock["available"], stock["committed"], stock["on_hand"]) == (9_997, 0, 9_997)


def test_an_order_commits_where_the_stock_is(shop):
    placed = sell(shop, {"variantId": BENCH, "quantity": 2}, {"variantId": COFFEE, "quantity": 1})

    places = [one["assignedLocation"]["name"] for one in opened(shop, placed["id"])]

    assert places == ["Aqaba Depot", "Amman Warehouse"]
    assert quantities(shop, "JS-FAR-001", "Aqaba Depot")["committed"] == 2
    assert quantities(shop, "JS-FAR-001")["committed"] == 0


def test_lines_that_need_no_shipping_are_asked_for_apart(shop):
    placed = sell(shop, {"variantId": COFFEE, "quantity": 1}, custom(requiresShipping=False))

    assert [len(one["lineItems"]["nodes"]) for one in opened(shop, placed["id"])] == [1, 1]


@pytest.mark.parametrize(("because", "quantity", "field", "message"), [
    ("no units", 0,
     ["fulfillment", "lineItemsByFulfillmentOrder", "0", "fulfillmentOrderLineItems", "0", "quantity"],
     "Quantity must be greater than 0"),
    ("more than wait", 2, ["fulfillment"], "Invalid fulfillment order line item quantity requested."),
])  # fmt: skip
def test_units_that_are_not_there_are_not_sent(shop, because, quantity, field, message):
    placed = sell(shop)
    (waiting,) = opened(shop, placed["id"])
    line = waiting["lineItems"]["nodes"][0]["id"]

    payload = try_fulfill(
        shop,
        [
            {
                "fulfillmentOrderId": waiting["id"],
                "fulfillmentOrderLineItems": [{"id": line, "quantity": quantity}],
            }
        ],
    )

    assert payload == {"fulfillment": None, "userErrors": [{"field": field, "message": message}]}
    assert order(shop, placed["id"])["fulfillments"] == []


def test_a_closed_or_unknown_fulfillment_order_sends_nothing(shop):
    sent, cancelled = sell(shop), sell(shop)
    fulfill(shop, sent["id"])
    cancel(shop, cancelled["id"])
    closed = [opened(shop, one["id"])[0]["id"] for one in (sent, cancelled)]
    unknown = "gid://shopify/FulfillmentOrder/999999999999"

    refusals = [try_fulfill(shop, [{"fulfillmentOrderId": one}]) for one in (*closed, unknown)]

    numbers = [one.rpartition("/")[2] for one in closed]
    assert [one["userErrors"][0]["message"] for one in refusals] == [
        f"Fulfillment order {numbers[0]} has an unfulfillable status= closed.",
        f"Fulfillment order {numbers[1]} has an unfulfillable status= closed.",
        "Fulfillment order does not exist.",
    ]
    assert {tuple(one["userErrors"][0]["field"]) for one in refusals} == {("fulfillment",)}


def test_the_newest_scan_by_when_it_happened_is_what_the_parcel_shows(shop):
    parcel = fulfill(shop, sell(shop)["id"])

    scan(shop, parcel["id"], "DELIVERED", happenedAt="2026-04-26T10:00:00Z")
    scan(shop, parcel["id"], "IN_TRANSIT", happenedAt="2026-04-25T10:00:00Z")

    text = f"query($id: ID!) {{ fulfillment(id: $id) {{ {PARCEL} }} }}"
    found = shop.data(text, {"id": parcel["id"]})["fulfillment"]
    assert found["displayStatus"] == "DELIVERED"
    assert (found["deliveredAt"], found["inTransitAt"]) == ("2026-04-26T10:00:00Z", "2026-04-25T10:00:00Z")


@pytest.mark.parametrize("status", [
    "LABEL_PURCHASED", "LABEL_PRINTED", "READY_FOR_PICKUP", "CONFIRMED", "CARRIER_PICKED_UP", "IN_TRANSIT",
    "OUT_FOR_DELIVERY", "ATTEMPTED_DELIVERY", "DELAYED", "DELIVERED", "FAILURE",
])  # fmt: skip
def test_every_scan_of_a_carrier_is_taken(shop, status):
    parcel = fulfill(shop, sell(shop)["id"])

    payload = scan(shop, parcel["id"], status, message="scanned")

    assert payload["userErrors"] == []
    assert (payload["fulfillmentEvent"]["status"], payload["fulfillmentEvent"]["message"]) == (
        status,
        "scanned",
    )


def test_a_delivered_parcel_can_still_be_cancelled_and_again_without_a_word(shop):
    placed = sell(shop, {"variantId": COFFEE, "quantity": 2})
    parcel = fulfill(shop, placed["id"], number="FSP-1", company="Hermes")
    scan(shop, parcel["id"], "DELIVERED")

    first, second = cancel_parcel(shop, parcel["id"]), cancel_parcel(shop, parcel["id"])

    assert first["userErrors"] == second["userErrors"] == []
    for payload in (first, second):
        assert (payload["fulfillment"]["status"], payload["fulfillment"]["displayStatus"]) == (
            "CANCELLED",
            "CANCELED",
        )
    assert first["fulfillment"]["trackingInfo"] == [{"number": "FSP-1", "url": None, "company": "Hermes"}]
    assert order(shop, placed["id"])["displayFulfillmentStatus"] == "UNFULFILLED"
    stock = quantities(shop, "JDTQ1834")
    assert (stock["available"], stock["committed"], stock["on_hand"]) == (9_998, 2, 10_000)


def test_units_of_a_cancelled_parcel_wait_in_a_new_fulfillment_order(shop):
    placed = sell(shop, {"variantId": COFFEE, "quantity": 2})
    parcel = fulfill(shop, placed["id"])
    cancel_parcel(shop, parcel["id"])

    statuses = [one["status"] for one in opened(shop, placed["id"])]
    again = fulfill(shop, placed["id"])

    assert statuses == ["CLOSED", "OPEN"]
    assert (again["totalQuantity"], again["name"]) == (2, f"{placed['name']}-F2")


def test_a_cancelled_parcel_takes_scans_and_tracking(shop):
    parcel = fulfill(shop, sell(shop)["id"], number="OLD")
    cancel_parcel(shop, parcel["id"])

    scanned = scan(shop, parcel["id"], "DELIVERED")
    tracked = mutate(
        shop, "fulfillmentTrackingInfoUpdate", "$fulfillmentId: ID!, $trackingInfoInput: FulfillmentTrackingInput!",
        FULFILLMENT, fulfillmentId=parcel["id"], trackingInfoInput={"number": "NEW", "company": "Hermes"},
    )  # fmt: skip

    assert scanned["userErrors"] == tracked["userErrors"] == []
    assert tracked["fulfillment"]["displayStatus"] == "CANCELED"
    assert [one["number"] for one in tracked["fulfillment"]["trackingInfo"]] == ["NEW"]


def test_a_return_names_units_of_a_parcel_and_moves_nothing(shop):
    placed = sell(shop, {"variantId": COFFEE, "quantity": 2})
    parcel = fulfill(shop, placed["id"])
    read = shop.data(
        "query($id: ID!) { fulfillment(id: $id) { fulfillmentLineItems(first: 1) { nodes { id quantity } } } }",
        {"id": parcel["id"]},
    )
    (part,) = read["fulfillment"]["fulfillmentLineItems"]["nodes"]

    def send_back(units):
        wish = {"fulfillmentLineItemId": part["id"], "quantity": units, "returnReason": "UNWANTED"}
        return mutate(
            shop, "returnCreate", "$returnInput: ReturnInput!",
            "return { name status totalQuantity } userErrors { message }",
            returnInput={"orderId": placed["id"], "returnLineItems": [wish]},
        )  # fmt: skip

    refused, taken = send_back(3), send_back(1)

    assert refused["return"] is None
    assert taken["return"] == {"name": f"{placed['name']}-R1", "status": "OPEN", "totalQuantity": 1}
    assert quantities(shop, "JDTQ1834")["available"] == 9_998


def test_a_return_is_of_what_was_sent_and_comes_back_on_the_shelf(shop):
    placed = sell(shop, {"variantId": COFFEE, "quantity": 3})
    fulfill(shop, placed["id"], 1)
    line = placed["lineItems"]["nodes"][0]["id"]

    refund(
        shop, orderId=placed["id"],
        refundLineItems=[{"lineItemId": line, "quantity": 1, "restockType": "RETURN"}],
    )  # fmt: skip

    found = order(shop, placed["id"])["lineItems"]["nodes"][0]
    stock = quantities(shop, "JDTQ1834")
    assert (found["currentQuantity"], found["unfulfilledQuantity"]) == (2, 2)
    assert (stock["available"], stock["committed"], stock["on_hand"]) == (9_998, 2, 10_000)


def test_refunded_units_do_not_wait_again_when_their_parcel_is_cancelled(shop):
    placed = sell(shop, {"variantId": COFFEE, "quantity": 2})
    parcel = fulfill(shop, placed["id"])
    refund(
        shop, orderId=placed["id"],
        refundLineItems=[{"lineItemId": placed["lineItems"]["nodes"][0]["id"], "quantity": 1,
                          "restockType": "RETURN"}],
    )  # fmt: skip

    cancel_parcel(shop, parcel["id"])

    found = order(shop, placed["id"])["lineItems"]["nodes"][0]
    stock = quantities(shop, "JDTQ1834")
    assert (found["currentQuantity"], found["unfulfilledQuantity"]) == (1, 1)
    assert (stock["available"], stock["committed"], stock["on_hand"]) == (9_999, 1, 10_000)


def test_taking_away_what_still_waits_finishes_an_order(shop):
    placed = sell(shop, {"variantId": COFFEE, "quantity": 2})
    fulfill(shop, placed["id"], 1)

    refund(
        shop, orderId=placed["id"],
        refundLineItems=[{"lineItemId": placed["lineItems"]["nodes"][0]["id"], "quantity": 1,
                          "restockType": "CANCEL"}],
    )  # fmt: skip

    found = order(shop, placed["id"])
    assert (found["displayFulfillmentStatus"], found["closed"]) == ("FULFILLED", True)
