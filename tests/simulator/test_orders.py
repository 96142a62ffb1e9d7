"""Orders under staff's hands behave as captured answers of Shopify show."""

import pytest

from tests.simulator.sales import (
    COFFEE,
    amount,
    cancel,
    create,
    custom,
    fulfill,
    mutate,
    order,
    sell,
)
from tests.simulator.stocks import quantities

CAPTURED = (
    "Cannot cancel an order that has already been canceled",
    "Cannot cancel an order that has outstanding fulfillments",
)


def test_a_cancellation_closes_and_refunds_in_the_same_second(shop):
    placed = sell(shop, custom("20.00"))

    payload = cancel(shop, placed["id"], refundMethod={"originalPaymentMethodsRefund": True}, staffNote="why")

    assert payload["job"]["done"] is False
    found = order(shop, placed["id"])
    assert found["closed"] is True
    assert found["cancelledAt"] == found["closedAt"]
    assert (found["cancelReason"], found["displayFinancialStatus"]) == ("OTHER", "REFUNDED")
    assert amount(found["currentTotalPriceSet"]) == amount(found["totalOutstandingSet"]) == "0.0"
    assert [(one["kind"], one["status"]) for one in found["transactions"]] == [
        ("SALE", "SUCCESS"),
        ("REFUND", "SUCCESS"),
    ]
    (given_back,) = found["refunds"]
    assert amount(given_back["totalRefundedSet"]) == "20.0"
    (opened,) = found["fulfillmentOrders"]["nodes"]
    (line,) = opened["lineItems"]["nodes"]
    assert (opened["status"], line["totalQuantity"], line["remainingQuantity"]) == ("CLOSED", 0, 0)


def test_a_cancellation_is_a_job(shop):
    shop.settings(cancel_seconds=60)
    placed = sell(shop)

    job = cancel(shop, placed["id"])["job"]

    read = shop.data("query($id: ID!) { job(id: $id) { id done } }", {"id": job["id"]})["job"]
    assert read == {"id": job["id"], "done": False}
    assert order(shop, placed["id"])["cancelledAt"] is None


def test_a_finished_job_says_so(shop):
    job = cancel(shop, sell(shop)["id"])["job"]

    assert shop.data("query($id: ID!) { job(id: $id) { done } }", {"id": job["id"]})["job"] == {"done": True}


def test_cancelling_what_was_not_paid_voids_it(shop):
    placed = sell(shop, pending=True)

    cancel(shop, placed["id"])

    found = order(shop, placed["id"])
    assert (found["displayFinancialStatus"], found["refunds"]) == ("VOIDED", [])


@pytest.mark.parametrize(("because", "restock", "available", "on_hand"), [
    ("restocked units can be sold again", True, 10_000, 10_000),
    ("what is not restocked is gone", False, 9_998, 9_998),
])  # fmt: skip
def test_a_cancellation_ends_the_commitment(shop, because, restock, available, on_hand):
    placed = sell(shop, {"variantId": COFFEE, "quantity": 2})
    before = quantities(shop, "JDTQ1834")

    cancel(shop, placed["id"], restock=restock)

    after = quantities(shop, "JDTQ1834")
    assert (before["available"], before["committed"], before["on_hand"]) == (9_998, 2, 10_000)
    assert (after["available"], after["committed"], after["on_hand"]) == (available, 0, on_hand)


@pytest.mark.parametrize(("because", "wish", "field", "message"), [
    ("a note of 256 characters", {"staffNote": "x" * 256}, "staffNote",
     "Staff note is too long. Maximum length is 255 characters."),
    ("two ways to refund", {"refund": True, "refundMethod": {"originalPaymentMethodsRefund": True}}, "refund",
     "Only one of the arguments `refund` or `refund_method` is allowed."),
    ("also when one says no", {"refund": False, "refundMethod": {"originalPaymentMethodsRefund": True}}, "refund",
     "Only one of the arguments `refund` or `refund_method` is allowed."),
])  # fmt: skip
def test_a_cancellation_that_makes_no_sense_is_refused(shop, because, wish, field, message):
    placed = sell(shop)

    payload = cancel(shop, placed["id"], **wish)

    assert payload["job"] is None
    assert payload["orderCancelUserErrors"] == [{"field": [field], "message": message, "code": "INVALID"}]
    assert payload["userErrors"] == [{"field": [field], "message": message}]
    assert order(shop, placed["id"])["cancelledAt"] is None


def test_what_is_cancelled_or_has_been_sent_cannot_be_cancelled(shop):
    cancelled, sent = sell(shop), sell(shop)
    cancel(shop, cancelled["id"])
    fulfill(shop, sent["id"])

    answers = [cancel(shop, one["id"]) for one in (cancelled, sent)]

    errors = [answer["orderCancelUserErrors"][0] for answer in answers]
    assert [error["message"] for error in errors] == list(CAPTURED)
    assert [error["field"] for error in errors] == [["orderId"], ["orderId"]]


def test_closing_and_opening_move_only_the_archive(shop):
    placed = sell(shop, pending=True)

    mutate(
        shop, "orderClose", "$input: OrderCloseInput!", "userErrors { message }", input={"id": placed["id"]}
    )
    closed = order(shop, placed["id"])
    mutate(shop, "orderOpen", "$input: OrderOpenInput!", "userErrors { message }", input={"id": placed["id"]})
    opened = order(shop, placed["id"])

    assert (closed["closed"], closed["cancelledAt"], closed["displayFinancialStatus"]) == (
        True,
        None,
        "PENDING",
    )
    assert closed["closedAt"] is not None
    assert (opened["closed"], opened["closedAt"]) == (False, None)


@pytest.mark.parametrize(("because", "wish", "archived"), [
    ("Shopify's own default", True, True),
    ("a shop may switch it off", False, False),
])  # fmt: skip
def test_a_paid_order_that_was_sent_is_put_away_by_the_shop(shop, because, wish, archived):
    shop.settings(auto_archive=wish)
    placed = sell(shop)

    fulfill(shop, placed["id"])

    assert order(shop, placed["id"])["closed"] is archived


def test_marking_as_paid_receives_what_was_owed_once(shop):
    placed = sell(shop, pending=True)

    def pay():
        return mutate(
            shop, "orderMarkAsPaid", "$input: OrderMarkAsPaidInput!", "userErrors { message }",
            input={"id": placed["id"]},
        )  # fmt: skip

    first, second = pay(), pay()

    found = order(shop, placed["id"])
    assert first == {"userErrors": []}
    assert second == {"userErrors": [{"message": "Order cannot be marked as paid."}]}
    assert (found["displayFinancialStatus"], amount(found["totalReceivedSet"])) == ("PAID", "10.0")


@pytest.mark.parametrize(("because", "wish", "errors"), [
    ("nothing to change", {}, [(None, "No valid update parameters have been provided")]),
    ("no phone", {"phone": "not a phone"}, [(["phone"], "Phone is invalid")]),
    ("a bad address", {"shippingAddress": {"address1": "3 Bad Province", "city": "Chicago", "countryCode": "US",
                                           "provinceCode": "ON"}},
     [(["shippingAddress", "lastName"], "Enter a last name"), (["shippingAddress", "zip"], "Enter a ZIP code"),
      (["shippingAddress", "province"], "State is not a valid state in United States")]),
])  # fmt: skip
def test_an_update_that_makes_no_sense_is_refused_in_shopifys_words(shop, because, wish, errors):
    placed = sell(shop, note="baseline")

    payload = mutate(
        shop, "orderUpdate", "$input: OrderInput!", "order { note } userErrors { field message }",
        input={"id": placed["id"], **wish},
    )  # fmt: skip

    assert [(one["field"], one["message"]) for one in payload["userErrors"]] == errors
    assert payload["order"] == {"note": "baseline"}


def test_a_deleted_order_is_gone_and_its_units_can_be_sold(shop):
    placed = sell(shop, {"variantId": COFFEE, "quantity": 2})

    payload = mutate(shop, "orderDelete", "$orderId: ID!", "deletedId", orderId=placed["id"])

    assert payload == {"deletedId": placed["id"]}
    assert order(shop, placed["id"]) is None
    assert quantities(shop, "JDTQ1834")["available"] == 10_000


def test_ids_are_too_large_for_32_bits_and_grow(shop):
    numbers = [int(create(shop)["id"].rpartition("/")[2]) for _ in range(3)]

    assert numbers == sorted(set(numbers))
    assert numbers[0] > 2**40
