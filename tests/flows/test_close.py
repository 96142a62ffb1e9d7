"""A rejected or canceled order leaves nothing alive in the shop; only then does its status move."""

import pytest

from bridge import jobs
from bridge.domain.errors import IllegalMove, InvalidRequest
from bridge.services.close_custom_lines import closing_ids
from bridge.services.order_decisions import decide, request_cancel, request_confirm, request_reject
from tests.flows.stage import Line, Stage
from tests.flows.test_confirm import COMPLETE

FULFILLMENT_ORDERS = (
    "query($id: ID!) { order(id: $id) { fulfillmentOrders(first: 10) { nodes { id status"
    " lineItems(first: 10) { nodes { id remainingQuantity lineItem { title } } } } } } }"
)
FULFILL = (
    "mutation($fulfillment: FulfillmentInput!) { fulfillmentCreate(fulfillment: $fulfillment) {"
    " fulfillment { id } userErrors { message } } }"
)
CANCEL_FULFILLMENT = (
    "mutation($id: ID!) { fulfillmentCancel(id: $id) { fulfillment { id } userErrors { message } } }"
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


def units_in_the_shop(stage: Stage) -> int:
    """Units that anybody could buy, of the one article these tests sell."""
    levels = stage.simulator.state()["inventory_levels"]
    return sum(level["available"] for level in levels if level["sku"] == Line.sku)


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


def test_lines_that_are_not_ours_are_closed_when_ours_have_shipped(stage):
    order_id = confirmed(stage, [Line(), Line(variant_id=None, title="Their mug")])
    ship(stage, "Ceramic Coffee Set")

    close_lines(stage, order_id)
    close_lines(stage, order_id)

    [order] = stage.orders()
    assert order["displayFulfillmentStatus"] == "FULFILLED"
    tracked = [bool(parcel["trackingInfo"]) for parcel in order["fulfillments"]]
    assert tracked == [True, False]


def test_more_lines_than_one_call_takes_are_all_closed(stage):
    theirs = [Line(variant_id=None, title=f"Their thing {n}", price="1.00", quantity=1) for n in range(251)]
    order_id = confirmed(stage, [Line(), *theirs])
    ship(stage, "Ceramic Coffee Set")

    close_lines(stage, order_id)

    assert stage.orders()[0]["displayFulfillmentStatus"] == "FULFILLED"


def test_lines_that_are_not_ours_stay_open_while_one_of_ours_waits(stage):
    order_id = confirmed(stage, [Line(), Line(variant_id=None, title="Their mug")])

    close_lines(stage, order_id)

    assert stage.orders()[0]["fulfillments"] == []


def test_an_unanswered_closing_is_found_and_not_repeated(stage):
    order_id = confirmed(stage, [Line(), Line(variant_id=None, title="Their mug")])
    ship(stage, "Ceramic Coffee Set")
    stage.simulator.fault("lost_reply", operation="fulfillmentCreate", times=1)

    close_lines(stage, order_id)
    stage.later()

    assert len(stage.orders()[0]["fulfillments"]) == 2
    with stage.db.transaction() as session:
        assert len(closing_ids(session, order_id)) == 1


def test_the_closing_is_taken_back_when_our_parcel_is(stage):
    order_id = confirmed(stage, [Line(), Line(variant_id=None, title="Their mug")])
    parcel = ship(stage, "Ceramic Coffee Set")
    close_lines(stage, order_id)
    stage.staff(CANCEL_FULFILLMENT, id=parcel)

    close_lines(stage, order_id)

    [order] = stage.orders()
    assert [one["status"] for one in order["fulfillments"]] == ["CANCELLED", "CANCELLED"]
    assert order["displayFulfillmentStatus"] == "UNFULFILLED"


def test_canceling_takes_the_closing_back_first(stage):
    order_id = confirmed(stage, [Line(), Line(variant_id=None, title="Their mug")])
    parcel = ship(stage, "Ceramic Coffee Set")
    close_lines(stage, order_id)
    stage.staff(CANCEL_FULFILLMENT, id=parcel)

    cancel(stage, order_id)
    stage.run()
    stage.later(5)

    assert stage.orders()[0]["cancelledAt"] is not None
    assert stage.read(order_id).status == "CANCELED"


def close_lines(stage: Stage, order_id) -> None:
    with stage.db.transaction() as session:
        jobs.request(session, jobs.CLOSE_LINES, order_id=order_id)
    stage.run()
