"""POST /v1/carts/submit: totals that do not add up, and what the partner's settings change about a cart."""

import pytest

from bridge.models import Order
from tests.api.rows import only
from tests.support.partner_api import cart, make_partner, stock, submit


def test_totals_that_do_not_add_up_are_accepted_and_flagged(client, db, account):
    answer = submit(client, account, cart(totals={"subtotal": 1, "tax": 0, "shipping": 0, "total": 91.37}))

    assert answer.status_code == 200
    order = only(db, Order)
    assert order.totals_mismatch
    assert order.review_reasons == []


def test_a_partner_with_strict_totals_gets_422_for_them(client, db, account):
    strict = make_partner(db, name="Strict", strict_totals=True)

    answer = submit(client, strict, cart(totals={"subtotal": 1, "tax": 0, "shipping": 0, "total": 1}))

    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["totals"]


@pytest.mark.parametrize(
    ("because", "method", "status", "reasons", "confirmed"),
    [
        ("paid by card", "Credit Card", "paid", [], "auto_confirm"),
        (
            "collected, and said to be paid",
            "Cash On Delivery (COD)",
            "paid",
            ["payment_contradiction", "collects_partner_lines"],
            None,
        ),
        (
            "the courier would collect their line",
            "Cash On Delivery (COD)",
            None,
            ["collects_partner_lines"],
            None,
        ),
    ],
)
def test_an_auto_confirming_partner_waits_for_staff_only_with_a_reason(
    client, db, because, method, status, reasons, confirmed
):
    account = make_partner(db, auto_confirm=True)
    stock(db, account, {"JDTQ1834": 10})

    submit(client, account, cart(payment_method=method, payment_status=status))

    order = only(db, Order)
    assert (order.review_reasons, order.confirm_requested_by) == (reasons, confirmed)
    assert (order.confirm_requested_at is not None) == (confirmed is not None)


def test_a_partner_with_the_older_names_reads_them(client, db):
    account = make_partner(db, status_names="legacy")
    stock(db, account, {"JDTQ1834": 10})

    assert submit(client, account, cart()).json["status"] == "PENDING_CONFIRMATION"


def test_amounts_of_a_three_digit_currency_are_kept_to_the_last_digit(client, db):
    account = make_partner(db, currency="JOD")
    stock(db, account, {"JDTQ1834": 10})
    totals = {"subtotal": 0.015, "tax": 0, "shipping": 0, "total": 0.015}
    body = cart(sku="JDTQ1834", totals=totals)
    body["items"][0]["price"] = 0.015

    order_id = submit(client, account, body).json["supplier_order_id"]
    answer = client.get(f"/v1/orders/{order_id}", headers=account.headers)

    assert b'"cart_total":0.015,' in answer.data
    assert submit(client, account, cart(totals=totals | {"total": 0.0155})).status_code == 422
