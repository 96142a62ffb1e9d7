"""Cancellations, refunds and edits in the shop, as decided for each."""

import random

import pytest

from bridge.services.order_decisions import decide, request_cancel, request_reject
from tests.flows.stage import Line


def test_a_cancelled_order_is_canceled(stage):
    order_id = stage.confirmed()

    stage.cancel(order_id)
    stage.catch_up()

    assert stage.read(order_id).status == "CANCELED"
    assert stage.moves(order_id)[-1] == ("CANCELED", False)


@pytest.mark.parametrize("seed", range(3))
def test_cancelled_with_refund_in_one_second_is_canceled(stage, seed):
    order_id = stage.confirmed()

    stage.cancel(order_id, refund=True)
    stage.catch_up(shuffled=random.Random(seed), times=3)

    assert stage.read(order_id).status == "CANCELED"


def test_refunded_before_shipping_is_refunded(stage):
    order_id = stage.confirmed()

    stage.refund(order_id, 2)
    stage.catch_up()

    assert stage.read(order_id).status == "REFUNDED"
    assert stage.items(order_id) == [(0, 0, 0)]


@pytest.mark.parametrize("restock", ["CANCEL", "NO_RESTOCK"])
def test_a_unit_refunded_before_shipping_is_no_longer_due(stage, restock):
    order_id = stage.confirmed()

    stage.refund(order_id, 1, restock=restock)
    stage.catch_up()
    waiting = stage.read(order_id).status
    stage.ship(order_id)
    stage.catch_up()

    assert waiting == "UNFULFILLED"
    assert stage.read(order_id).status == "FULFILLED"
    assert stage.items(order_id) == [(1, 1, 0)]


def test_a_unit_refunded_after_shipping_changes_no_status(stage):
    order_id = stage.confirmed()
    parcel = stage.ship(order_id)
    stage.scan(parcel, "DELIVERED")
    stage.catch_up()

    stage.refund(order_id, 1, restock="RETURN")
    stage.catch_up()

    assert stage.read(order_id).status == "COMPLETE"
    assert stage.items(order_id) == [(2, 2, 2)]


def test_everything_refunded_after_delivery_is_refunded(stage):
    order_id = stage.confirmed()
    parcel = stage.ship(order_id)
    stage.scan(parcel, "DELIVERED")
    stage.catch_up()

    stage.refund(order_id, 2, restock="RETURN")
    stage.catch_up()

    assert stage.read(order_id).status == "REFUNDED"


def test_a_unit_edited_away_is_no_longer_due(stage):
    order_id = stage.confirmed([Line(quantity=3)])

    stage.edit(order_id, {0: 1})
    stage.catch_up()
    stage.ship(order_id)
    stage.catch_up()

    assert stage.read(order_id).status == "FULFILLED"
    assert stage.items(order_id) == [(1, 1, 0)]


def test_an_order_that_was_edited_to_nothing_is_canceled(stage):
    order_id = stage.confirmed()

    stage.edit(order_id, {0: 0})
    stage.catch_up()

    assert stage.read(order_id).status == "CANCELED"


def test_an_order_deleted_in_the_shop_is_canceled_only_when_it_was_missed_twice(stage):
    order_id = stage.confirmed()

    stage.delete(order_id)
    stage.catch_up()
    at_once = stage.read(order_id).status
    stage.later(301)

    assert at_once == "UNFULFILLED"
    assert stage.read(order_id).status == "CANCELED"
    assert stage.read(order_id).rejection_reason == "the order was deleted in Shopify"


@pytest.mark.parametrize("seed", range(3))
def test_our_own_cancellation_is_said_once_whatever_the_shop_says_of_it_and_when(stage, seed):
    order_id = stage.confirmed()
    decide(stage.db, request_cancel, order_id=order_id, by="staff", reason="the customer called")

    stage.run()
    stage.catch_up(shuffled=random.Random(seed), times=3)
    stage.later(5)
    stage.catch_up()

    assert stage.read(order_id).status == "CANCELED"
    assert stage.moves(order_id) == [("UNFULFILLED", False), ("CANCELED", False)]


def test_our_own_rejection_is_no_deletion_by_staff(stage):
    order_id = stage.pushed()
    decide(stage.db, request_reject, order_id=order_id, by="staff", reason="we do not deliver there")

    stage.run()
    stage.catch_up()
    stage.later(301)

    order = stage.read(order_id)
    assert (order.status, order.rejection_reason) == ("REJECTED", "we do not deliver there")
    assert stage.moves(order_id) == [("REJECTED", False)]
    assert stage.stock(order_id) == ["released"]


def test_a_rejected_order_that_staff_complete_meanwhile_is_cancelled_in_the_shop_and_stays_rejected(stage):
    order_id = stage.pushed()
    stage.staff(
        "mutation ($id: ID!) { draftOrderComplete(id: $id) { draftOrder { id } userErrors { message } } }",
        id=stage.draft_gid(order_id),
    )
    decide(stage.db, request_reject, order_id=order_id, by="staff", reason="we do not deliver there")

    stage.catch_up(shuffled=random.Random(2), times=2)
    stage.later(5)
    stage.catch_up()

    assert stage.read(order_id).status == "REJECTED"
    assert [order["cancelledAt"] is not None for order in stage.orders()] == [True]
