"""Staff complete a draft of ours between our look at it and our call that deletes it: one order is left.

Whether Shopify deletes a completed draft is not known; the simulator does, unless it is told not to. If it does,
nothing in the shop says any more what the order was made of, and what is heard of the order itself has to tell.
"""

from collections.abc import Callable
from uuid import UUID

import pytest

from bridge.services.link_order import link_order
from bridge.services.order_decisions import decide, request_reject
from bridge.services.reconcile import reconcile
from tests.support.waiting import await_until
from tests.webhooks.overtaking import overtaken
from tests.webhooks.stage import Stage
from tests.webhooks.test_another_order import cut_loose_and_paid
from tests.webhooks.test_second_orders import canceled, complete, counted, with_a_spare
from tests.webhooks.test_staff_and_drafts import DUPLICATE


def while_deleting(stage: Stage, work: Callable[[], object], act: Callable[[], str]) -> str:
    """Do the work; what staff have done just before the first draft was deleted."""
    with overtaken(stage, "delete_draft", act) as done:
        work()
    return done[0]


def confirmed_with_a_spare(stage: Stage) -> tuple[UUID, str, str]:
    """The order, its own shop order, and a spare draft of which nothing was heard yet."""
    order_id, _, spare = with_a_spare(stage)
    stage.decide_to_confirm(order_id)
    stage.run()
    return order_id, stage.gid(order_id), spare


def goes_on_alone(stage: Stage, order_id: UUID, own: str) -> None:
    """Assert that this is the order's one living order, and that nobody has to look at anything."""
    order = stage.read(order_id)
    assert (stage.gid(order_id), order.status, order.attention) == (own, "UNFULFILLED", None)
    assert [each for each, gone in canceled(stage).items() if not gone] == [own]
    assert [draft for draft in stage.drafts() if draft["status"] == "OPEN"] == []
    assert stage.timeline(order_id).count("copy_seen") == 0


@pytest.mark.parametrize("shop_deletes_it", [True, False])
def test_a_spare_of_a_confirmed_order_leaves_a_second_that_is_canceled(stage: Stage, shop_deletes_it):
    order_id, own, spare = confirmed_with_a_spare(stage)
    stage.shop_settings(deletes_completed_drafts=shop_deletes_it)

    while_deleting(stage, stage.catch_up, lambda: complete(stage, spare))
    stage.catch_up()
    stage.later()

    goes_on_alone(stage, order_id, own)
    assert stage.timeline(order_id).count("second_order_canceled") == counted(stage) == 1


def test_one_whose_webhooks_were_lost_is_canceled_by_the_comparison(stage: Stage):
    order_id, own, spare = confirmed_with_a_spare(stage)
    letters = stage.sent()
    stage.simulator.fault("webhook_drop")
    stage.deliver(letters)

    while_deleting(stage, stage.run, lambda: complete(stage, spare))
    assert list(canceled(stage).values()) == [False, False]
    reconcile(stage.db, stage.shop, every_seconds=900)
    stage.run()
    stage.later()

    goes_on_alone(stage, order_id, own)


def test_one_that_has_shipped_is_left_to_staff(stage: Stage):
    order_id, own, spare = confirmed_with_a_spare(stage)

    def complete_and_ship() -> str:
        made = complete(stage, spare)
        stage.ship_all(made)
        return made

    second = while_deleting(stage, stage.catch_up, complete_and_ship)
    stage.catch_up()
    stage.later()

    assert canceled(stage) == {own: False, second: False}
    attention = stage.read(order_id).attention
    assert attention == "second_order: #1002 is a second order of this cart, and it has shipped"


def test_a_spare_of_a_waiting_order_becomes_the_order(stage: Stage):
    order_id, _, spare = with_a_spare(stage)

    made = while_deleting(stage, stage.catch_up, lambda: complete(stage, spare))
    stage.catch_up()
    stage.later()

    goes_on_alone(stage, order_id, made)


def test_the_own_draft_of_an_order_that_took_over_another_leaves_a_second_that_is_canceled(stage: Stage):
    order_id = stage.pushed()
    own = cut_loose_and_paid(stage, order_id)
    draft = stage.draft_gid(order_id)
    stage.decide_to_confirm(order_id)

    while_deleting(stage, stage.run, lambda: complete(stage, draft))
    stage.catch_up()
    stage.later()

    goes_on_alone(stage, order_id, own)


def test_the_own_draft_of_an_order_that_is_linked_leaves_a_second_that_is_canceled(stage: Stage):
    order_id = stage.pushed()
    draft = stage.draft_gid(order_id)
    copy = stage.staff(DUPLICATE, id=draft)["draftOrder"]["id"]
    linked = complete(stage, copy)
    stage.sent()

    def link() -> None:
        number = int(linked.rpartition("/")[2])
        link_order(stage.db, stage.shop, order_id=order_id, shop_order_id=number, by="staff")
        stage.run()

    second = while_deleting(stage, link, lambda: complete(stage, draft))
    stage.catch_up()
    stage.later()

    assert (stage.gid(order_id), stage.read(order_id).attention) == (linked, None)
    assert canceled(stage) == {linked: False, second: True}


def test_a_second_is_looked_at_until_the_shop_has_canceled_it(stage: Stage):
    order_id, own, spare = confirmed_with_a_spare(stage)
    stage.shop_settings(cancel_seconds=0.5)

    second = while_deleting(stage, stage.catch_up, lambda: complete(stage, spare))
    await_until(lambda: canceled(stage)[second], because="Shopify to cancel the second order")
    stage.later(5)

    goes_on_alone(stage, order_id, own)
    assert stage.timeline(order_id).count("second_order_canceled") == counted(stage) == 1


@pytest.mark.parametrize("searches_lag", [False, True])
def test_what_was_made_of_the_draft_of_a_rejected_order_is_canceled(stage: Stage, searches_lag):
    order_id = stage.pushed()
    if searches_lag:
        stage.simulator.fault("stale_search", operation="FindOrders", seconds=3600)
    draft = stage.draft_gid(order_id)
    decide(stage.db, request_reject, order_id=order_id, by="staff", reason="too far")

    made = while_deleting(stage, stage.run, lambda: complete(stage, draft))
    stage.catch_up()
    stage.later()

    assert canceled(stage) == {made: True}
    assert (stage.read(order_id).status, stage.read(order_id).attention) == ("REJECTED", None)


def test_what_has_shipped_by_then_keeps_a_rejected_order_alive_and_staff_are_told(stage: Stage):
    order_id = stage.pushed()
    draft = stage.draft_gid(order_id)
    stage.simulator.fault("stale_search", operation="FindOrders", seconds=3600)
    decide(stage.db, request_reject, order_id=order_id, by="staff", reason="too far")

    def complete_and_ship() -> str:
        made = complete(stage, draft)
        stage.ship_all(made)
        return made

    made = while_deleting(stage, stage.run, complete_and_ship)
    assert stage.read(order_id).status == "REJECTED"
    stage.catch_up()
    stage.later()

    order = stage.read(order_id)
    assert (stage.gid(order_id), canceled(stage)) == (made, {made: False})
    assert (order.status, order.intent) == ("FULFILLED", None)
    assert order.attention == "alive_in_shop: the order was REJECTED, and Shopify has it as a living one"
