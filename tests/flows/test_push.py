"""An accepted cart becomes one draft with the customer's money, whatever happens on the way."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from sqlalchemy import text

from bridge import jobs
from bridge.db import clock
from bridge.domain.errors import OutcomeUnknown, ShopRefused, ShopUnavailable
from bridge.domain.references import token_of
from bridge.services.adopt_draft import note_candidate
from bridge.services.order_decisions import decide, request_confirm, request_reject
from bridge.services.push_order import push_order
from local import programs
from tests.flows.stage import COFFEE, TIMING, Line, Stage

THEIRS = Line(price="10.00", quantity=1, variant_id=None, title="Their mug", sku="MUG-1")


def attributes(of: dict) -> dict[str, str]:
    return {one["key"]: one["value"] for one in of["customAttributes"]}


def test_a_mixed_cart_becomes_one_draft_at_the_customers_prices(stage: Stage):
    order_id = stage.order([Line(price="31.50"), THEIRS])

    assert stage.run() == []

    [draft] = stage.drafts()
    order = stage.read(order_id)
    assert (order.draft_name, order.attention, stage.attempts(order_id)) == (draft["name"], None, ["placed"])
    assert draft["totalPriceSet"]["presentmentMoney"] == {"amount": "82.8", "currencyCode": "USD"}
    assert draft["tags"] == [token_of(order_id)]
    assert draft["taxExempt"] is True
    assert draft["poNumber"] == order.partner_order_id
    assert attributes(draft) == {
        "bridge_order": str(order_id),
        "bridge_attempt": "1",
        "partner": "Store",
        "partner_order_id": order.partner_order_id,
    }
    ours, theirs, tax = draft["lineItems"]["nodes"]
    assert ours["variant"] == {"id": f"gid://shopify/ProductVariant/{COFFEE}"}
    assert Decimal(ours["originalUnitPriceSet"]["presentmentMoney"]["amount"]) in (
        Decimal("31.50"),
        Decimal("29.99"),  # Shopify may go on showing its own price beside the override.
    )
    assert (theirs["title"], theirs["sku"], theirs["custom"]) == ("Their mug", "MUG-1", True)
    assert (theirs["requiresShipping"], theirs["taxable"]) == (False, False)
    assert tax["title"] == "Tax"
    assert [attributes(line)["_bridge_item"] for line in (ours, theirs, tax)] == ["0", "1", "tax"]
    assert draft["shippingAddress"] == {
        "firstName": "John",
        "lastName": "Doe",
        "phone": "+962790000000",
        "provinceCode": "NY",
        "countryCodeV2": "US",
    }


@pytest.mark.parametrize(
    ("because", "cart"),
    [
        ("it adds up", {}),
        ("it is a cent more", {"total": "69.79"}),
        ("it is less than the lines", {"total": "12.34"}),
        ("it is free", {"total": "0"}),
        ("it is free and has no tax", {"tax": "0", "shipping": "0", "total": "0"}),
        ("lines cost nothing", {"lines": [Line(price="0")], "total": "3.00"}),
        ("numbers are large", {"lines": [Line(price="999999999.99", quantity=9999)]}),
    ],
)
def test_the_shop_arrives_at_the_customers_total(stage: Stage, because: str, cart: dict):
    order_id = stage.pushed(**cart)

    [draft] = stage.drafts()
    order = stage.read(order_id)
    assert Decimal(draft["totalPriceSet"]["presentmentMoney"]["amount"]) == order.total
    assert (order.attention, order.review_reasons) == (None, [])


@pytest.mark.parametrize(
    ("currency", "price", "total"),
    [("JOD", "1.005", "2.010"), ("JPY", "100", "200"), ("EUR", "0.10", "0.20")],
)
def test_another_currency_is_presented_and_exact(stage: Stage, currency: str, price: str, total: str):
    order_id = stage.pushed([Line(price=price)], tax="0", shipping="0", currency=currency)

    [draft] = stage.drafts()
    money = draft["totalPriceSet"]["presentmentMoney"]
    assert (Decimal(money["amount"]), money["currencyCode"]) == (Decimal(total), currency)
    assert stage.read(order_id).attention is None


def test_a_discount_in_another_currency_than_the_shops_waits_for_staff(stage: Stage):
    order_id = stage.order(currency="JOD", total="50.000")

    [error] = stage.run()

    assert isinstance(error, ShopRefused)
    assert stage.drafts() == []
    assert "takes a discount in USD only" in (stage.read(order_id).attention or "")


def test_a_throttled_order_only_waits(stage: Stage):
    order_id = stage.order()
    stage.simulator.fault("throttle", operation="draftOrderCreate", times=1)

    stage.run()
    assert stage.read(order_id).draft_id is None
    stage.later()

    assert len(stage.drafts()) == 1
    assert stage.read(order_id).draft_id is not None
    assert stage.attempts(order_id) == ["placed"], "what was never sent is no attempt"


@pytest.mark.parametrize("fault", ["lost_reply", "refuse", "error_500", "internal_error"])
def test_an_unknown_outcome_is_looked_up_and_never_repeated_blindly(stage: Stage, fault: str):
    order_id = stage.order()
    stage.simulator.fault(fault, operation="draftOrderCreate", times=1)

    [error] = stage.run()
    made = len(stage.drafts())
    stage.later(5)

    assert isinstance(error, OutcomeUnknown)
    if made:  # It was done although nobody said so.
        assert stage.attempts(order_id) == ["placed"]
    else:
        assert stage.attempts(order_id) == ["unknown"], "the grace period is not over"
        stage.later(30)
        assert stage.attempts(order_id) == ["resolved_absent", "placed"]
    [draft] = stage.drafts()
    assert stage.read(order_id).draft_name == draft["name"]
    assert stage.timeline(order_id)[-1] == ("draft_found" if made else "draft_created")


def test_a_worker_that_died_after_sending_leaves_a_draft_that_is_found(stage: Stage):
    order_id = stage.order()
    stage.simulator.fault("lost_reply", operation="draftOrderCreate", times=1)
    stage.run()
    with stage.db.transaction() as session:  # As if the process had ended before it could write anything.
        session.execute(text("UPDATE push_attempts SET outcome = NULL, finished_at = NULL, error = NULL"))

    stage.later()

    assert len(stage.drafts()) == 1
    assert stage.attempts(order_id) == ["placed"]


def test_a_webhook_names_the_draft_and_no_page_is_turned(stage: Stage):
    order_id = stage.order()
    stage.simulator.fault("lost_reply", operation="draftOrderCreate", times=1)
    stage.run()
    [draft] = stage.drafts()

    with stage.db.transaction() as session:
        note_candidate(
            session,
            order_id=order_id,
            attempt=1,
            draft_id=int(draft["id"].rsplit("/", 1)[1]),
            now=clock(session),
        )
    stage.run()  # At once: the webhook asked for it.

    assert stage.read(order_id).draft_name == draft["name"]


def test_a_copy_made_by_staff_is_neither_adopted_nor_touched(stage: Stage):
    order_id = stage.order()
    stage.simulator.fault("lost_reply", operation="draftOrderCreate", times=1)
    stage.run()
    [original] = stage.drafts()
    copied = stage.staff(
        "mutation($id: ID!) { draftOrderDuplicate(id: $id) { draftOrder { id } userErrors { message } } }",
        id=original["id"],
    )["draftOrder"]["id"]

    with stage.db.transaction() as session:  # The shop calls about the copy first.
        note_candidate(
            session, order_id=order_id, attempt=1, draft_id=int(copied.rsplit("/", 1)[1]), now=clock(session)
        )
    stage.run()
    stage.later()

    assert stage.read(order_id).draft_name == original["name"]
    assert [draft["id"] for draft in stage.drafts()] == [original["id"], copied]


def test_a_draft_that_appears_after_the_grace_period_is_deleted(stage: Stage):
    order_id = stage.order()
    stage.simulator.fault("lost_reply", operation="draftOrderCreate", times=1)
    stage.run()
    [late] = stage.drafts()
    with stage.db.transaction() as session:  # The look came to the end of the grace period and found nothing.
        session.execute(text("UPDATE push_attempts SET outcome = 'resolved_absent'"))
    stage.later()
    assert len(stage.drafts()) == 2

    with stage.db.transaction() as session:
        note_candidate(
            session,
            order_id=order_id,
            attempt=1,
            draft_id=int(late["id"].rsplit("/", 1)[1]),
            now=clock(session),
        )
    stage.run()

    [draft] = stage.drafts()
    assert stage.read(order_id).draft_name == draft["name"] != late["name"]
    assert stage.timeline(order_id)[-1] == "spare_draft_deleted"


def test_a_variant_that_is_gone_waits_for_staff_and_is_never_custom(stage: Stage):
    order_id = stage.order()
    with stage.db.transaction() as session:
        session.execute(text("UPDATE order_items SET variant_id = 999999999999"))

    [error] = stage.run()

    assert isinstance(error, ShopRefused)
    assert stage.drafts() == []
    assert (
        stage.read(order_id).attention == "shop_refused: Product with ID 999999999999 is no longer available."
    )
    assert stage.later(3600 * 24) == [], "it is not tried again by itself"
    assert stage.attempts(order_id) == ["refused"]
    assert stage.work(jobs.PUSH_ORDER).given_up_at is not None


@pytest.mark.parametrize(
    ("phone", "country", "shown"),
    [("0790000000", "JO", "+962790000000"), ("+1234567890", "US", None), ("call me", "JO", None)],
)
def test_a_phone_number_never_loses_an_order(stage: Stage, phone: str, country: str, shown: str | None):
    stage.pushed(customer_phone=phone, shipping_country_code=country, shipping_state="khladah")

    [draft] = stage.drafts()
    assert draft["shippingAddress"]["phone"] == shown
    assert (f"Phone as given: {phone}" in draft["note2"]) is (shown is None)


def test_an_order_rejected_before_its_turn_is_never_pushed(stage: Stage):
    order_id = stage.order()
    decide(stage.db, request_reject, order_id=order_id, by="staff", reason="no")

    stage.run()

    assert stage.drafts() == []
    assert stage.read(order_id).status == "REJECTED"


def test_a_confirmation_may_come_before_the_draft(stage: Stage):
    order_id = stage.order()
    decide(stage.db, request_confirm, order_id=order_id, by="staff")

    stage.run()

    [order] = stage.orders()
    assert stage.read(order_id).shopify_order_name == order["name"]


def test_two_workers_at_once_make_one_draft(stage: Stage):
    order_id = stage.order()
    stage.simulator.fault("slow", operation="draftOrderCreate", seconds=0.5)

    with ThreadPoolExecutor(4) as pool:
        for worker in [
            pool.submit(push_order, stage.db, stage.shop, order_id=order_id, timing=TIMING) for _ in range(4)
        ]:
            worker.result()

    assert len(stage.drafts()) == 1
    assert stage.attempts(order_id) == ["placed"]


def test_a_shop_that_cannot_be_reached_loses_nothing(stage: Stage):
    order_id = stage.order()
    stage.simulator.process.stop()

    errors = [*stage.run(), *stage.later(), *stage.later()]

    assert [type(error) for error in errors] == [ShopUnavailable] * 3
    assert stage.attempts(order_id) == ["unavailable"] * 3
    assert "cannot be reached" in stage.work(jobs.PUSH_ORDER).last_error
    stage.simulator.process.start()
    stage.simulator.process.wait_until(programs.answers_at(f"{stage.simulator.url}/__state"), seconds=90)
    stage.later()
    assert len(stage.drafts()) == 1
    assert stage.attempts(order_id) == ["unavailable"] * 3 + ["placed"]
