"""An order whose location was deactivated is canceled without restocking, and staff know (decision 42)."""

import pytest

from tests.flows.closing import cancel, confirmed
from tests.flows.stage import Stage


@pytest.mark.parametrize("fault", [None, "lost_reply", "refuse"])
def test_a_paid_order_of_a_closed_location_is_canceled_without_restocking_and_staff_are_told(
    stage: Stage, fault
):
    order_id = confirmed(stage)
    stage.simulator.close_location(stage.read(order_id).location_id)
    if fault:
        stage.simulator.fault(fault, operation="orderCancel", times=2)

    cancel(stage, order_id)
    stage.run()
    for _ in range(3):
        stage.later(61)

    [order] = stage.orders()
    ours = stage.read(order_id)
    assert order["cancelledAt"] is not None
    assert len(order["refunds"]) == 1
    assert ours.status == "CANCELED"
    assert ours.attention == "not_restocked: the order is canceled without restocking its units"


def test_an_order_that_nobody_paid_is_canceled_at_once(stage: Stage):
    order_id = confirmed(stage, payment_status="pending")
    stage.simulator.close_location(stage.read(order_id).location_id)

    cancel(stage, order_id)
    stage.run()
    stage.later(5)

    assert stage.read(order_id).status == "CANCELED"
    assert stage.times_asked("orderCancel") == 1


def test_whether_an_orders_location_is_closed_is_read_from_the_shop(stage: Stage):
    order_id = confirmed(stage)
    ours = stage.read(order_id)
    assert not stage.shop.waits_at_closed_location(ours.shopify_order_id)

    stage.simulator.close_location(ours.location_id)

    assert stage.shop.waits_at_closed_location(ours.shopify_order_id)
    assert not stage.shop.waits_at_closed_location(ours.shopify_order_id + 1)
