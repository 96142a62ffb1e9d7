"""A completed draft is deleted: its order lives on and is ours all the same, whatever was heard of it and when.

That Shopify lets a completed draft be deleted is not proven by any capture (the page of `draftOrderDelete` names no
status); the simulator does. A draft that Shopify clears away by itself looks the same from here.
"""

from uuid import UUID

import pytest

from bridge.services.link_order import link_order
from bridge.services.order_decisions import decide, request_reject
from bridge.services.reconcile import reconcile
from tests.webhooks.stage import Stage
from tests.webhooks.test_staff_and_drafts import COMPLETE, DELETE, DUPLICATE, edit_draft

SURE = 301  # Seconds after which a second look that finds no draft counts.


def complete_and_delete(stage: Stage, draft: str) -> str:
    """What staff do with a draft, tidy as they are; the gid of the order that is left."""
    made: str = stage.staff(COMPLETE, id=draft)["draftOrder"]["order"]["id"]
    stage.staff(DELETE, i={"id": draft})
    return made


def look_at_the_shop(stage: Stage) -> None:
    reconcile(stage.db, stage.shop, every_seconds=900)
    assert stage.run() == []


def hear_of(stage: Stage, *topics: str) -> None:
    """Hand over what was sent of these topics, in their order, and nothing else."""
    sent = stage.sent()
    for topic in topics:
        stage.deliver([letter for letter in sent if letter.topic == topic])
        stage.run()


def living(stage: Stage) -> list[str]:
    return [order["id"] for order in stage.orders() if order["cancelledAt"] is None]


def is_its_own(stage: Stage, order_id: UUID, made: str, *, attention: str | None = None) -> None:
    """Assert that the order goes on as the shop order that is left."""
    order = stage.read(order_id)
    assert (stage.gid(order_id), order.status, order.attention) == (made, "UNFULFILLED", attention)
    assert stage.timeline(order_id).count("copy_seen") == 0
    assert stage.stock(order_id) == ["in_shopify"]


@pytest.mark.parametrize("confirmed_by_us", [False, True])
def test_with_both_webhooks_lost_it_is_found_by_comparing(stage: Stage, confirmed_by_us):
    stage.simulator.fault("webhook_drop")
    order_id = stage.pushed()
    made = complete_and_delete(stage, stage.draft_gid(order_id))
    if confirmed_by_us:
        stage.decide_to_confirm(order_id)
        stage.run()

    look_at_the_shop(stage)
    stage.later(SURE)

    is_its_own(stage, order_id, made)
    assert len(stage.orders()) == 1


@pytest.mark.parametrize("confirmed_by_us", [False, True])
def test_a_deletion_that_is_heard_before_the_order(stage: Stage, confirmed_by_us):
    order_id = stage.pushed()
    made = complete_and_delete(stage, stage.draft_gid(order_id))
    if confirmed_by_us:
        stage.decide_to_confirm(order_id)

    hear_of(stage, "draft_orders/delete", "orders/create")
    stage.later(SURE)

    is_its_own(stage, order_id, made)


def test_an_order_that_no_search_showed_comes_back_when_it_is_heard_of(stage: Stage):
    order_id = stage.pushed()
    made = complete_and_delete(stage, stage.draft_gid(order_id))
    stage.simulator.fault("stale_search", operation="orders")
    letters = stage.sent()
    stage.deliver([letter for letter in letters if letter.topic == "draft_orders/delete"])
    stage.run()
    assert (stage.read(order_id).status, stage.stock(order_id)) == ("CANCELED", ["released"])

    stage.simulator.simulation.faults.clear()
    stage.deliver([letter for letter in letters if letter.topic == "orders/create"])
    stage.run()
    stage.later()

    is_its_own(
        stage,
        order_id,
        made,
        attention="alive_in_shop: the order was CANCELED, and Shopify has it as a living one",
    )
    assert stage.webhooks(state="parked") == []


def test_our_own_completion_that_was_not_heard_of_is_found_without_its_draft(stage: Stage):
    stage.simulator.fault("webhook_drop")
    order_id = stage.pushed()
    stage.decide_to_confirm(order_id)
    stage.simulator.fault("lost_reply", operation="draftOrderComplete", times=1)
    stage.run()
    [made] = living(stage)
    stage.staff(DELETE, i={"id": stage.draft_gid(order_id)})

    stage.later()

    is_its_own(stage, order_id, made)


def test_one_whose_making_was_never_answered_is_not_made_again(stage: Stage):
    stage.simulator.fault("webhook_drop")
    order_id = stage.order()
    stage.simulator.fault("lost_reply", operation="draftOrderCreate", times=1)
    stage.run()
    [draft] = stage.drafts()
    made = complete_and_delete(stage, draft["id"])

    stage.later()

    is_its_own(stage, order_id, made)
    assert (stage.drafts(), stage.attempts(order_id)) == ([], ["resolved_absent"])


def test_it_is_canceled_when_the_order_is_rejected(stage: Stage):
    stage.simulator.fault("webhook_drop")
    order_id = stage.pushed()
    complete_and_delete(stage, stage.draft_gid(order_id))

    decide(stage.db, request_reject, order_id=order_id, by="staff", reason="no longer wanted")
    stage.run()
    stage.later()

    assert living(stage) == []
    assert (stage.read(order_id).status, stage.read(order_id).attention) == ("REJECTED", None)


def test_it_is_canceled_although_its_draft_was_never_recorded(stage: Stage):
    order_id = stage.order()
    stage.simulator.fault("lost_reply", operation="draftOrderCreate", times=1)
    stage.run()
    [draft] = stage.drafts()
    complete_and_delete(stage, draft["id"])

    decide(stage.db, request_reject, order_id=order_id, by="staff", reason="too late")
    stage.later()
    stage.later()

    assert living(stage) == []
    assert stage.read(order_id).status == "REJECTED"


def test_one_that_staff_had_edited_is_left_to_them(stage: Stage):
    order_id = stage.pushed()
    edit_draft(stage, order_id, 5)
    made = complete_and_delete(stage, stage.draft_gid(order_id))

    hear_of(stage, "draft_orders/delete", "orders/create")
    stage.later(SURE)

    order = stage.read(order_id)
    assert (order.status, order.shopify_order_id) == ("INCOMPLETE_CAUTION", None)
    assert order.attention == "another_order: #1001 carries this order's token, and its draft is gone"

    link_order(
        stage.db, stage.shop, order_id=order_id, shop_order_id=int(made.rpartition("/")[2]), by="staff"
    )
    stage.run()
    is_its_own(stage, order_id, made)


def test_rejecting_does_not_hide_one_that_staff_had_edited(stage: Stage):
    order_id = stage.pushed()
    edit_draft(stage, order_id, 5)
    made = complete_and_delete(stage, stage.draft_gid(order_id))
    stage.sent()

    decide(stage.db, request_reject, order_id=order_id, by="staff", reason="no longer wanted")
    stage.run()
    order = stage.read(order_id)
    assert (order.status, living(stage)) == ("INCOMPLETE_CAUTION", [made])
    assert order.attention.startswith("another_order: #1001 carries this order's token")

    stage.staff(
        "mutation ($id: ID!) { orderCancel(orderId: $id, reason: STAFF, restock: true) { job { id }"
        " orderCancelUserErrors { message } userErrors { message } } }",
        id=made,
    )
    stage.catch_up()
    stage.later()
    assert (stage.read(order_id).status, stage.read(order_id).attention) == ("REJECTED", None)


def test_an_order_made_from_a_copy_is_not_taken_for_that_of_a_deleted_draft(stage: Stage):
    order_id = stage.pushed()
    copy = stage.staff(DUPLICATE, id=stage.draft_gid(order_id))["draftOrder"]["id"]
    made = stage.staff(COMPLETE, id=copy)["draftOrder"]["order"]["id"]
    stage.staff(DELETE, i={"id": stage.draft_gid(order_id)})

    stage.catch_up()
    stage.later(SURE)

    order = stage.read(order_id)
    assert (order.status, order.shopify_order_id, living(stage)) == ("CANCELED", None, [made])
    assert order.attention == "copy_in_shop: order #1001 carries this order's token and is not its order"
