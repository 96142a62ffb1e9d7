"""Lines that are not ours are closed in the shop when ours have shipped, once, and opened again when they must."""

from bridge import jobs
from bridge.services.close_custom_lines import closing_ids
from tests.flows.closing import cancel, confirmed, ship
from tests.flows.stage import Line, Stage

CANCEL_FULFILLMENT = (
    "mutation($id: ID!) { fulfillmentCancel(id: $id) { fulfillment { id } userErrors { message } } }"
)


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
