"""Another living order carries the order's token when it is confirmed: only one that came of ours is taken for it."""

from tests.webhooks.stage import Stage
from tests.webhooks.test_second_orders import complete, with_a_spare
from tests.webhooks.test_staff_and_drafts import DUPLICATE, UPDATE


def confirm(stage: Stage, order_id) -> None:
    stage.decide_to_confirm(order_id)
    assert stage.run() == []


def statuses(stage: Stage) -> dict[str, str]:
    """Every draft of the shop, and how it stands."""
    return {draft["id"]: draft["status"] for draft in stage.drafts()}


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
    draft = stage.draft_gid(order_id)
    checkout = stage.simulator.post("/__checkout", json={"draft_order_id": draft}).json()["checkout"]
    stage.staff(UPDATE, id=draft, input={"note": "a gift"})
    paid = stage.simulator.post("/__storefront_order", json={"checkout": checkout}).json()

    confirm(stage, order_id)

    order = stage.read(order_id)
    assert (stage.gid(order_id), order.status) == (paid["admin_graphql_api_id"], "UNFULFILLED")
    assert (statuses(stage), len(stage.orders())) == ({}, 1)


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
