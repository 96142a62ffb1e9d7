"""A rejected or canceled order leaves nothing alive in the shop; only then does its status move."""

import pytest

from bridge.domain.errors import IllegalMove, InvalidRequest
from bridge.services.order_decisions import decide, request_confirm
from tests.flows.closing import cancel, confirmed, reject, ship
from tests.flows.stage import Line, Stage
from tests.flows.test_confirm import COMPLETE


def units_in_the_shop(stage: Stage) -> int:
    """Units that anybody could buy, of the one article these tests sell."""
    levels = stage.simulator.state()["inventory_levels"]
    return sum(level["available"] for level in levels if level["sku"] == Line.sku)


def test_rejecting_deletes_the_draft_and_gives_the_stock_back(stage):
    order_id = stage.pushed()

    reject(stage, order_id)
    assert stage.read(order_id).status == "INCOMPLETE_CAUTION", "Shopify's end is not closed yet"
    assert stage.run() == []

    order = stage.read(order_id)
    assert (order.status, order.rejection_reason) == ("REJECTED", "we do not ship there")
    assert stage.drafts() == []
    assert stage.stock(order_id) == ["released"]


def test_an_order_that_was_never_pushed_is_closed_without_asking_shopify(stage):
    order_id = stage.order()
    asked = stage.times_asked("total")

    reject(stage, order_id)

    assert stage.run() == []
    assert stage.times_asked("total") == asked
    assert stage.read(order_id).status == "REJECTED"


def test_rejecting_while_the_push_is_unanswered_finds_and_deletes_its_draft(stage):
    order_id = stage.order()
    stage.simulator.fault("lost_reply", operation="draftOrderCreate", times=1)
    stage.run()
    assert len(stage.drafts()) == 1

    reject(stage, order_id)
    stage.run()
    stage.later()

    assert stage.read(order_id).status == "REJECTED"
    assert stage.drafts() == []


def test_a_push_that_may_still_arrive_is_waited_for_before_an_order_counts_as_rejected(stage):
    order_id = stage.order()
    stage.simulator.fault("error_500", operation="draftOrderCreate", times=1)
    stage.run()
    made = len(stage.drafts())

    reject(stage, order_id)
    stage.run()
    if not made:
        assert stage.read(order_id).status == "INCOMPLETE_CAUTION"
    stage.later()
    stage.later()

    assert stage.read(order_id).status == "REJECTED"
    assert stage.drafts() == []


@pytest.mark.parametrize(
    ("payment_status", "refunds"), [("paid", 1), ("pending", 0)], ids=["paid is refunded", "pending is not"]
)
def test_canceling_a_confirmed_order_cancels_it_in_the_shop(stage, payment_status, refunds):
    before = units_in_the_shop(stage)
    order_id = confirmed(stage, payment_status=payment_status)
    assert units_in_the_shop(stage) < before

    cancel(stage, order_id)
    stage.run()
    stage.later(5)

    assert units_in_the_shop(stage) == before
    [order] = stage.orders()
    ours = stage.read(order_id)
    assert order["cancelledAt"] is not None
    assert len(order["refunds"]) == refunds
    assert (ours.status, ours.rejection_reason) == ("CANCELED", "the customer changed their mind")
    assert stage.stock(order_id) == ["in_shopify"], "a read has to show the restock first"


@pytest.mark.parametrize("fault", ["lost_reply", "refuse", "error_500", "throttle"])
def test_canceling_is_repeated_until_it_is_done(stage, fault):
    order_id = confirmed(stage)
    stage.simulator.fault(fault, operation="orderCancel", times=1)

    cancel(stage, order_id)
    stage.run()
    stage.later()
    stage.later(5)

    assert stage.read(order_id).status == "CANCELED"
    assert len(stage.orders()[0]["refunds"]) == 1


@pytest.mark.parametrize("fault", ["lost_reply", "refuse", "throttle"])
def test_deleting_is_repeated_until_it_is_done(stage, fault):
    order_id = stage.pushed()
    stage.simulator.fault(fault, operation="draftOrderDelete", times=1)

    reject(stage, order_id)
    stage.run()
    stage.later()

    assert stage.read(order_id).status == "REJECTED"
    assert stage.drafts() == []


def test_what_has_shipped_is_not_canceled_and_staff_are_told(stage):
    order_id = confirmed(stage)
    ship(stage, "Ceramic Coffee Set")

    cancel(stage, order_id)
    stage.run()

    order = stage.read(order_id)
    assert (order.status, order.intent) == ("FULFILLED", None)
    assert order.attention == "intent_dropped: the order could not be canceled: it has shipped"
    assert stage.orders()[0]["cancelledAt"] is None


def test_a_draft_that_staff_completed_under_a_rejection_is_canceled(stage):
    order_id = stage.pushed()
    reject(stage, order_id)
    stage.staff(COMPLETE, id=stage.drafts()[0]["id"])

    stage.run()
    stage.later(5)

    [order] = stage.orders()
    assert order["cancelledAt"] is not None
    assert stage.read(order_id).status == "REJECTED"
    assert "completed_under_intent" in stage.timeline(order_id)


def test_a_rejection_stops_a_confirmation_that_was_asked_for_before(stage):
    order_id = stage.pushed()
    decide(stage.db, request_confirm, order_id=order_id, by="staff")
    reject(stage, order_id)

    stage.run()

    assert stage.orders() == []
    assert stage.read(order_id).status == "REJECTED"


def test_one_intent_at_a_time_and_never_without_a_reason(stage):
    order_id = stage.pushed()

    with pytest.raises(InvalidRequest):
        reject(stage, order_id, reason="  ")
    reject(stage, order_id)
    reject(stage, order_id, reason="asked twice")
    with pytest.raises(IllegalMove, match="about to be rejected: we do not ship there"):
        cancel(stage, order_id)
    with pytest.raises(IllegalMove, match="about to be rejected"):
        decide(stage.db, request_confirm, order_id=order_id, by="staff")

    stage.run()
    assert stage.read(order_id).rejection_reason == "we do not ship there"
