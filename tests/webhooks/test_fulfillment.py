"""What staff and carriers do with parcels arrives in the order, whatever order the webhooks come in."""

import random

import pytest
from sqlalchemy import select

from bridge.db import clock
from bridge.domain.order_status import OrderStatus
from bridge.models import Order, Partner
from bridge.services.complete_overdue import complete_overdue_on_schedule
from bridge.services.move_order import ask_move
from tests.flows.stage import Line

FOREIGN = Line(price="3.50", quantity=1, variant_id=None, title="A gift card", sku="GIFT")


def test_a_shipped_order_is_fulfilled_with_its_tracking(stage):
    order_id = stage.confirmed()

    parcel = stage.ship(order_id, tracking="1Z1")
    stage.catch_up()

    assert stage.read(order_id).status == "FULFILLED"
    assert stage.items(order_id) == [(2, 2, 0)]
    assert stage.parcels(order_id) == [(parcel, "success", ["1Z1"])]


def test_an_order_is_fulfilled_when_its_second_parcel_has_left(stage):
    order_id = stage.confirmed()

    stage.ship(order_id, 1, tracking="1Z1")
    stage.catch_up()
    after_one = stage.read(order_id).status
    stage.ship(order_id, 1, tracking="1Z2")
    stage.catch_up()

    assert after_one == "UNFULFILLED"
    assert stage.read(order_id).status == "FULFILLED"
    assert [numbers for _, _, numbers in stage.parcels(order_id)] == [["1Z1"], ["1Z2"]]


def test_new_tracking_arrives(stage):
    order_id = stage.confirmed()
    parcel = stage.ship(order_id, tracking="1Z1")
    stage.catch_up()

    stage.track(parcel, "1Z9")
    stage.catch_up()

    assert stage.parcels(order_id) == [(parcel, "success", ["1Z9"])]
    assert stage.timeline(order_id).count("shipment") == 2


def test_a_cancelled_parcel_takes_the_order_back(stage):
    order_id = stage.confirmed()
    parcel = stage.ship(order_id)
    stage.catch_up()

    stage.unship(parcel)
    stage.catch_up()

    assert stage.read(order_id).status == "UNFULFILLED"
    assert stage.items(order_id) == [(2, 0, 0)]
    assert stage.moves(order_id)[-1] == ("UNFULFILLED", True)


def test_a_delivered_parcel_completes_the_order(stage):
    order_id = stage.confirmed()
    parcel = stage.ship(order_id)

    stage.scan(parcel, "IN_TRANSIT")
    stage.scan(parcel, "DELIVERED")
    stage.catch_up()

    assert stage.read(order_id).status == "COMPLETE"
    assert stage.items(order_id) == [(2, 2, 2)]


def test_one_of_two_parcels_delivered_is_not_all(stage):
    order_id = stage.confirmed()
    stage.ship(order_id, 1)
    second = stage.ship(order_id, 1)

    stage.scan(second, "DELIVERED")
    stage.catch_up()

    assert stage.read(order_id).status == "FULFILLED"
    assert stage.items(order_id) == [(2, 2, 1)]


def test_a_delivered_parcel_that_is_cancelled_takes_the_order_back(stage):
    order_id = stage.confirmed()
    parcel = stage.ship(order_id)
    stage.scan(parcel, "DELIVERED")
    stage.catch_up()

    stage.unship(parcel)
    stage.catch_up()

    assert stage.read(order_id).status == "UNFULFILLED"
    assert stage.moves(order_id)[-1] == ("UNFULFILLED", True)


def test_foreign_lines_are_closed_once_ours_have_shipped_and_hold_nothing_up(stage):
    order_id = stage.confirmed([Line(), FOREIGN])

    stage.ship(order_id)
    stage.catch_up()

    assert stage.read(order_id).status == "FULFILLED"
    assert len(stage.parcels(order_id)) == 1  # The one that closes the gift card is no parcel.
    assert [order["displayFulfillmentStatus"] for order in stage.orders()] == ["FULFILLED"]


def test_a_cancelled_parcel_reopens_the_foreign_lines_too(stage):
    order_id = stage.confirmed([Line(), FOREIGN])
    parcel = stage.ship(order_id)
    stage.catch_up()

    stage.unship(parcel)
    stage.catch_up()

    assert stage.read(order_id).status == "UNFULFILLED"
    assert [order["displayFulfillmentStatus"] for order in stage.orders()] == ["UNFULFILLED"]


def test_an_order_that_the_shop_files_away_after_delivery_is_archived_and_can_be_reopened(stage):
    order_id = stage.confirmed()
    stage.shop_settings(auto_archive=False)
    parcel = stage.ship(order_id)
    stage.scan(parcel, "DELIVERED")
    stage.catch_up()

    stage.a_second_later()
    stage.close(order_id)
    stage.catch_up()
    archived = stage.read(order_id)
    stage.reopen(order_id)
    stage.catch_up()

    assert (archived.status, archived.status_before_archive) == ("ARCHIVED", "COMPLETE")
    assert (stage.read(order_id).status, stage.read(order_id).status_before_archive) == ("COMPLETE", None)


def test_a_shop_that_files_away_what_it_has_sent_does_not_end_the_order(stage):
    order_id = stage.confirmed()

    parcel = stage.ship(order_id)  # The simulator files it away, as shops do by default.
    stage.catch_up()
    shipped = stage.read(order_id).status
    stage.scan(parcel, "DELIVERED")
    stage.catch_up()

    assert shipped == "FULFILLED"
    assert stage.read(order_id).status == "COMPLETE"


@pytest.mark.parametrize("seed", range(4))
def test_webhooks_shuffled_five_times_over_and_late_end_in_the_same_state(stage, seed):
    order_id = stage.confirmed([Line(quantity=3), FOREIGN])
    first = stage.ship(order_id, 1, tracking="1Z1")
    stage.track(first, "1Z8")
    stage.unship(first)
    second = stage.ship(order_id, 2, tracking="1Z2")
    stage.scan(second, "IN_TRANSIT")
    stage.scan(second, "DELIVERED")
    stage.refund(order_id, 1)

    errors = stage.catch_up(shuffled=random.Random(seed), times=5)
    errors += stage.later()

    assert errors == []
    assert stage.read(order_id).status == "COMPLETE"
    assert stage.items(order_id)[0] == (2, 2, 2)
    assert stage.webhooks(state="parked") == stage.webhooks(state="failed") == []
    assert stage.parcels(order_id) == [(first, "cancelled", ["1Z8"]), (second, "success", ["1Z2"])]


def test_reports_that_agree_ask_shopify_nothing(stage):
    order_id = stage.confirmed(tax="0")
    before = stage.reads

    for number in range(2):
        stage.a_second_later()
        parcel = stage.ship(order_id, 1)
        stage.a_second_later()
        stage.track(parcel, f"1Z{number}")
        stage.catch_up()

    assert stage.read(order_id).status == "FULFILLED"
    assert stage.reads == before


def complete_by_hand(stage, order_id) -> None:
    with stage.db.transaction() as session:
        order = session.get_one(Order, order_id)
        ask_move(session, order, OrderStatus.COMPLETE, actor="staff", reason=None, now=clock(session))


def test_what_staff_called_delivered_stays_so_until_the_facts_change(stage):
    order_id = stage.confirmed()
    parcel = stage.ship(order_id)
    stage.catch_up()
    complete_by_hand(stage, order_id)

    stage.track(parcel, "1Z9")
    stage.catch_up()
    after_news_of_no_weight = stage.read(order_id).status
    stage.unship(parcel)
    stage.catch_up()

    assert after_news_of_no_weight == "COMPLETE"
    assert stage.read(order_id).status == "UNFULFILLED"


def test_an_order_whose_carrier_never_reports_is_completed_after_its_partners_days(stage):
    order_id = stage.confirmed()
    stage.ship(order_id)
    stage.catch_up()

    def sweep() -> str:
        complete_overdue_on_schedule(stage.db, every_seconds=0)
        return stage.read(order_id).status

    no_days_are_set = sweep()
    with stage.db.transaction() as session:
        session.scalars(select(Partner)).one().complete_after_days = 7
    not_yet = sweep()
    stage.later(7 * 24 * 3600)

    assert (no_days_are_set, not_yet, sweep()) == ("FULFILLED", "FULFILLED", "COMPLETE")
