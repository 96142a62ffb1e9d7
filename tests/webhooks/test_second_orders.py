"""Two drafts of ours for one order: the first completed one wins, the other leaves no second order (decision 47)."""

from uuid import UUID

import pytest
from sqlalchemy import select, text

from bridge.models import Counter
from bridge.services.order_decisions import decide, request_cancel, request_reject
from tests.webhooks.stage import Stage
from tests.webhooks.test_staff_and_drafts import COMPLETE, DELETE, DUPLICATE


def with_a_spare(stage: Stage) -> tuple[UUID, str, str]:
    """An order with two drafts, since Shopify showed the first one only after the grace period: the order, the
    draft that is its own, and the spare one, of which nothing was heard yet."""
    order_id = stage.order()
    stage.simulator.fault("lost_reply", operation="draftOrderCreate", times=1)
    stage.run()
    [late] = stage.drafts()
    with stage.db.transaction() as session:  # The look came to the end of the grace period and found nothing.
        session.execute(text("UPDATE push_attempts SET outcome = 'resolved_absent'"))
    stage.later()
    return order_id, stage.draft_gid(order_id), late["id"]


def complete(stage: Stage, draft: str) -> str:
    return stage.staff(COMPLETE, id=draft)["draftOrder"]["order"]["id"]


def counted(stage: Stage) -> int:
    with stage.db.transaction() as session:
        return session.scalar(select(Counter.value).where(Counter.name == "second_order")) or 0


def canceled(stage: Stage) -> dict[str, bool]:
    """Every order of the shop, and whether it is canceled."""
    return {order["id"]: order["cancelledAt"] is not None for order in stage.orders()}


def test_a_spare_that_is_completed_first_becomes_the_order(stage: Stage):
    order_id, _, spare = with_a_spare(stage)

    made = complete(stage, spare)
    stage.catch_up()

    assert stage.gid(order_id) == made
    assert [draft["id"] for draft in stage.drafts()] == [spare], "the other one is deleted"
    order = stage.read(order_id)
    assert (order.status, order.attention, counted(stage)) == ("UNFULFILLED", None, 0)


@pytest.mark.parametrize("fault", [None, "lost_reply", "refuse"])
def test_a_second_order_is_canceled_and_counted(stage: Stage, fault):
    order_id, _, spare = with_a_spare(stage)
    stage.decide_to_confirm(order_id)
    stage.run()
    own = stage.gid(order_id)

    second = complete(stage, spare)
    if fault:
        stage.simulator.fault(fault, operation="orderCancel", times=1)
    stage.catch_up(times=2)
    stage.later()
    stage.catch_up()

    assert canceled(stage) == {own: False, second: True}
    order = stage.read(order_id)
    assert (stage.gid(order_id), order.status, order.attention) == (own, "UNFULFILLED", None)
    assert stage.timeline(order_id).count("second_order") == counted(stage) == 1
    assert stage.orders()[0]["displayFinancialStatus"] != "REFUNDED"


def test_a_second_order_that_has_shipped_is_left_to_staff(stage: Stage):
    order_id, _, spare = with_a_spare(stage)
    stage.decide_to_confirm(order_id)
    stage.run()
    own = stage.gid(order_id)

    second = complete(stage, spare)
    stage.ship_all(second)
    stage.catch_up()
    stage.later()

    assert canceled(stage) == {own: False, second: False}
    assert (
        stage.read(order_id).attention
        == "second_order: #1002 is a second order of this cart, and it has shipped"
    )
    assert (stage.gid(order_id), counted(stage)) == (own, 1)


@pytest.mark.parametrize("decision", [request_reject, request_cancel])
def test_both_are_canceled_when_the_order_is(stage: Stage, decision):
    order_id, own, spare = with_a_spare(stage)
    complete(stage, own)
    complete(stage, spare)

    decide(stage.db, decision, order_id=order_id, by="staff", reason="no longer wanted")
    stage.catch_up()
    stage.later()
    stage.catch_up()

    assert list(canceled(stage).values()) == [True, True]
    assert stage.read(order_id).status == ("REJECTED" if decision is request_reject else "CANCELED")
    assert stage.work("orders.push") is stage.work("orders.close") is None


def test_a_copy_is_not_deleted_in_place_of_what_is_gone(stage: Stage):
    order_id = stage.order()
    stage.simulator.fault("lost_reply", operation="draftOrderCreate", times=1)
    stage.run()
    [made] = stage.drafts()
    stage.sent()  # Nobody hears of the draft itself.
    copy = stage.staff(DUPLICATE, id=made["id"])["draftOrder"]["id"]
    stage.staff(DELETE, i={"id": made["id"]})
    stage.deliver([letter for letter in stage.sent() if letter.topic == "draft_orders/create"])
    decide(stage.db, request_reject, order_id=order_id, by="staff", reason="no longer wanted")

    stage.catch_up()
    stage.later()

    assert [draft["id"] for draft in stage.drafts()] == [copy]
    assert stage.read(order_id).status == "REJECTED"
