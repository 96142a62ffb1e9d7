"""Another living order carries the order's token: only one that came of ours is taken for it."""

from collections.abc import Callable
from uuid import UUID

import pytest

from bridge.services.apply_webhook import apply_webhook
from bridge.services.order_decisions import decide, request_reject
from bridge.services.reconcile import reconcile
from tests.webhooks.overtaking import overtaken
from tests.webhooks.stage import LEASE, Stage
from tests.webhooks.test_second_orders import complete, with_a_spare
from tests.webhooks.test_staff_and_drafts import DUPLICATE, UPDATE, edit_draft


def confirm(stage: Stage, order_id) -> None:
    stage.decide_to_confirm(order_id)
    assert stage.run() == []


def statuses(stage: Stage) -> dict[str, str]:
    """Every draft of the shop, and how it stands."""
    return {draft["id"]: draft["status"] for draft in stage.drafts()}


def begun_and_cut_loose(
    stage: Stage, order_id: UUID, *, edit: Callable[[], object] | None = None
) -> Callable[[], str]:
    """A customer begins to pay a draft's invoice, and an update cuts that loose; paying then gives the order's gid."""
    draft = stage.draft_gid(order_id)
    checkout = stage.simulator.post("/__checkout", json={"draft_order_id": draft}).json()["checkout"]
    if edit is None:
        stage.staff(UPDATE, id=draft, input={"note": "a gift"})
    else:
        edit()

    def pay() -> str:
        paid = stage.simulator.post("/__storefront_order", json={"checkout": checkout})
        made: str = paid.json()["admin_graphql_api_id"]
        return made

    return pay


def cut_loose_and_paid(stage: Stage, order_id: UUID, *, edit: Callable[[], object] | None = None) -> str:
    return begun_and_cut_loose(stage, order_id, edit=edit)()


def copy_to_the_cent(stage: Stage, draft: str) -> str:
    """A copy of a draft, with what Shopify left out of it put in by staff: nothing but its id tells them apart."""
    copy = stage.staff(DUPLICATE, id=draft)["draftOrder"]["id"]
    shipping = {"title": "Shipping", "priceWithCurrency": {"amount": "5.00", "currencyCode": "USD"}}
    stage.staff(UPDATE, id=copy, input={"taxExempt": True, "shippingLine": shipping})
    totals = {each["totalPriceSet"]["presentmentMoney"]["amount"] for each in stage.drafts()}
    assert len(totals) == 1
    return copy


def test_one_made_from_a_copy_that_is_the_same_to_the_cent_is_not_taken(stage: Stage):
    order_id = stage.pushed()
    ours = stage.draft_gid(order_id)
    copy = copy_to_the_cent(stage, ours)
    complete(stage, copy)

    confirm(stage, order_id)

    order = stage.read(order_id)
    assert (order.status, order.shopify_order_id) == ("INCOMPLETE_CAUTION", None)
    assert order.attention == "another_order: #1001 carries this order's token; link it or cancel it first"
    assert statuses(stage) == {ours: "OPEN", copy: "COMPLETED"}


def test_a_spare_of_ours_that_staff_completed_unheard_is_the_order(stage: Stage):
    order_id, ours, spare = with_a_spare(stage)
    made = complete(stage, spare)
    letters = stage.sent()

    confirm(stage, order_id)
    assert (stage.gid(order_id), stage.read(order_id).status) == (made, "UNFULFILLED")
    assert ours not in statuses(stage)

    stage.deliver(letters)
    stage.run()
    stage.later()
    assert (stage.gid(order_id), stage.draft_gid(order_id), stage.read(order_id).attention) == (
        made,
        spare,
        None,
    )
    assert len(stage.orders()) == 1


def test_a_checkout_that_an_update_cut_loose_is_the_order_and_the_draft_goes(stage: Stage):
    order_id = stage.pushed()
    paid = cut_loose_and_paid(stage, order_id)

    confirm(stage, order_id)

    order = stage.read(order_id)
    assert (stage.gid(order_id), order.status) == (paid, "UNFULFILLED")
    assert (statuses(stage), len(stage.orders())) == ({}, 1)


@pytest.mark.parametrize("heard", ["by its webhook", "by comparing"])
@pytest.mark.parametrize("searches_lag", [False, True])
def test_one_that_a_customer_paid_is_taken_over_without_a_confirmation(stage: Stage, heard, searches_lag):
    order_id = stage.pushed()
    paid = cut_loose_and_paid(stage, order_id, edit=lambda: edit_draft(stage, order_id, 5))
    if searches_lag:
        stage.simulator.fault("stale_search", operation="FindOrders", seconds=3600)

    if heard == "by its webhook":
        stage.catch_up()
    else:
        stage.sent()
        reconcile(stage.db, stage.shop, every_seconds=900)
        stage.run()

    order = stage.read(order_id)
    assert (stage.gid(order_id), order.status, order.attention) == (paid, "UNFULFILLED", None)
    assert (statuses(stage), stage.stock(order_id)) == ({}, ["in_shopify"]), "the edited draft is gone, too"
    stage.catch_up()
    stage.later()
    assert (stage.gid(order_id), len(stage.orders()), stage.webhooks(state="parked")) == (paid, 1, [])


def test_one_that_a_customer_paid_is_canceled_with_an_order_that_is_rejected(stage: Stage):
    order_id = stage.pushed()
    paid = cut_loose_and_paid(stage, order_id)
    decide(stage.db, request_reject, order_id=order_id, by="staff", reason="too far")

    stage.catch_up()
    stage.later()

    assert [(order["id"], order["cancelledAt"] is not None) for order in stage.orders()] == [(paid, True)]
    assert (statuses(stage), stage.read(order_id).status) == ({}, "REJECTED")


@pytest.mark.parametrize("confirming", [False, True])
def test_the_first_to_be_recorded_stays_and_staff_are_told_of_the_other(stage: Stage, confirming):
    order_id = stage.pushed()
    draft = stage.draft_gid(order_id)
    paid = cut_loose_and_paid(stage, order_id)
    letters = stage.sent()

    def complete_and_tell() -> str:
        """Staff complete the draft after the bridge has looked at it, and the shop's word of that comes at once."""
        made = complete(stage, draft)
        letters.extend(stage.sent())
        stage.deliver([letter for letter in letters if letter.topic == "draft_orders/update"])
        for letter in stage.webhooks(topic="draft_orders/update"):
            apply_webhook(stage.db, stage.shop, webhook_id=letter.webhook_id, lease_seconds=LEASE)
        return made

    if confirming:
        stage.decide_to_confirm(order_id)
    else:
        stage.deliver([letter for letter in letters if letter.topic == "orders/create"])
    with overtaken(stage, "newest_drafts", complete_and_tell) as done:
        stage.run()
    stage.deliver(letters)
    stage.catch_up()
    stage.later()

    [made] = done
    assert stage.gid(order_id) == made
    left = {order["id"]: order["cancelledAt"] is None for order in stage.orders()}
    assert left == {made: True, paid: True}
    assert stage.read(order_id).attention == (
        "copy_in_shop: order #1001 carries this order's token and is not its order"
    )


def test_one_that_is_paid_after_the_draft_was_completed_is_for_staff(stage: Stage):
    order_id = stage.pushed()
    pay = begun_and_cut_loose(stage, order_id)
    confirm(stage, order_id)
    own = stage.gid(order_id)

    pay()
    stage.catch_up()

    order = stage.read(order_id)
    assert (stage.gid(order_id), [each["cancelledAt"] for each in stage.orders()]) == (own, [None, None])
    assert order.attention == "copy_in_shop: order #1002 carries this order's token and is not its order"


def test_of_our_own_and_a_copys_ours_is_recorded_and_staff_are_told_of_the_other(stage: Stage):
    order_id = stage.pushed()
    copy = copy_to_the_cent(stage, stage.draft_gid(order_id))
    stage.decide_to_confirm(order_id)
    stage.simulator.fault("lost_reply", operation="draftOrderComplete", times=1)
    stage.run()
    [ours] = [order["id"] for order in stage.orders()]
    complete(stage, copy)

    stage.later()
    stage.catch_up()

    order = stage.read(order_id)
    assert (stage.gid(order_id), order.status) == (ours, "UNFULFILLED")
    assert order.attention == "copy_in_shop: order #1002 carries this order's token and is not its order"
