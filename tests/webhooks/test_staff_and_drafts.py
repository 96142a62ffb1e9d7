"""What staff do with drafts in the shop: completed, edited, deleted, duplicated; each ends as decided."""

import random

import pytest

from bridge import jobs
from bridge.domain.retries import DRAFT_READY
from bridge.services.order_decisions import decide, request_confirm
from tests.webhooks.overtaking import overtaken

UPDATE = (
    "mutation ($id: ID!, $input: DraftOrderInput!) { draftOrderUpdate(id: $id, input: $input) {"
    " draftOrder { id } userErrors { field message } } }"
)
COMPLETE = (
    "mutation ($id: ID!) { draftOrderComplete(id: $id) { draftOrder { order { id name } }"
    " userErrors { message } } }"
)
DELETE = "mutation ($i: DraftOrderDeleteInput!) { draftOrderDelete(input: $i) { userErrors { message } } }"
DUPLICATE = (
    "mutation ($id: ID!) { draftOrderDuplicate(id: $id) { draftOrder { id } userErrors { message } } }"
)


def edit_draft(stage, order_id, units: int) -> None:
    """Change the units of the first line, and keep the others as they are."""
    draft = stage.drafts()[0]
    lines = []
    for number, line in enumerate(draft["lineItems"]["nodes"]):
        wish = {
            "quantity": units if number == 0 else line["quantity"],
            "customAttributes": line["customAttributes"],
        }
        price = {
            "amount": line["originalUnitPriceSet"]["presentmentMoney"]["amount"],
            "currencyCode": "USD",
        }
        if line["variant"]:
            wish |= {"variantId": line["variant"]["id"], "priceOverride": price}
        else:
            wish |= {"title": line["title"], "originalUnitPriceWithCurrency": price, "taxable": False}
        lines.append(wish)
    stage.staff(UPDATE, id=stage.draft_gid(order_id), input={"lineItems": lines})


@pytest.mark.parametrize("seed", range(3))
def test_a_draft_that_staff_complete_confirms_the_order(stage, seed):
    order_id = stage.pushed()

    stage.staff(COMPLETE, id=stage.draft_gid(order_id))
    errors = stage.catch_up(shuffled=random.Random(seed), times=3) + stage.later(5)

    order = stage.read(order_id)
    assert errors == []
    assert (order.status, order.attention, order.review_reasons) == ("UNFULFILLED", None, [])
    assert stage.gid(order_id) == stage.orders()[0]["id"]
    assert order.shopify_order_name == stage.orders()[0]["name"]
    assert stage.stock(order_id) == ["in_shopify"]
    assert stage.webhooks(state="parked") == []


def test_completed_and_shipped_at_once_is_seen_as_both(stage):
    order_id = stage.pushed()

    made = stage.staff(COMPLETE, id=stage.draft_gid(order_id))["draftOrder"]["order"]["id"]
    stage.ship_all(made)
    stage.catch_up(shuffled=random.Random(1), times=2)
    stage.later(5)

    assert stage.read(order_id).status == "FULFILLED"
    assert stage.webhooks(state="parked") == stage.webhooks(state="failed") == []


def test_an_edited_draft_is_shown_to_staff_and_not_completed(stage):
    order_id = stage.pushed()
    stage.catch_up()

    edit_draft(stage, order_id, 5)
    stage.catch_up()

    order = stage.read(order_id)
    assert order.review_reasons == ["amounts_differ", "lines_differ"]
    assert order.attention.startswith("lines_differ: Product Name: 2 became 5")
    assert order.status == "INCOMPLETE_CAUTION"


def test_an_edit_that_is_undone_is_forgotten(stage):
    order_id = stage.pushed()
    edit_draft(stage, order_id, 5)
    stage.catch_up()

    edit_draft(stage, order_id, 2)
    stage.catch_up()

    order = stage.read(order_id)
    assert (order.review_reasons, order.attention) == ([], None)


def test_an_edited_draft_that_staff_complete_is_flagged_and_its_units_follow_the_shop(stage):
    order_id = stage.pushed()
    edit_draft(stage, order_id, 5)

    stage.staff(COMPLETE, id=stage.draft_gid(order_id))
    stage.catch_up()

    order = stage.read(order_id)
    assert order.status == "UNFULFILLED"
    assert "lines_differ" in order.review_reasons
    assert stage.items(order_id) == [(5, 0, 0)]
    assert str(order.total) == "69.780000"  # as the partner submitted it


def test_a_deleted_draft_cancels_the_order_and_frees_its_units(stage):
    order_id = stage.pushed()
    stage.catch_up()

    stage.staff(DELETE, i={"id": stage.draft_gid(order_id)})
    stage.catch_up()
    stage.later(301)

    order = stage.read(order_id)
    assert order.status == "CANCELED"
    assert order.rejection_reason == "the draft order was deleted in Shopify"
    assert stage.stock(order_id) == ["released"]


def test_a_duplicated_draft_is_a_copy_and_changes_nothing(stage):
    order_id = stage.pushed()
    stage.catch_up()

    stage.staff(DUPLICATE, id=stage.draft_gid(order_id))
    stage.catch_up()

    order = stage.read(order_id)
    assert (order.status, order.attention) == ("INCOMPLETE_CAUTION", None)
    assert stage.timeline(order_id).count("copy_seen") == 1
    assert len(stage.drafts()) == 2  # nobody deletes it


def test_a_copy_that_staff_complete_is_shown_to_them_and_not_taken(stage):
    order_id = stage.confirmed()
    ours = stage.gid(order_id)

    copy = stage.staff(DUPLICATE, id=stage.draft_gid(order_id))["draftOrder"]["id"]
    stage.staff(COMPLETE, id=copy)
    stage.catch_up()

    order = stage.read(order_id)
    assert stage.gid(order_id) == ours
    assert order.attention.startswith("copy_in_shop: order #")
    assert order.status == "UNFULFILLED"


def storefront_order(stage) -> str:
    """Somebody buys from the shop itself; the order's gid."""
    lines = [{"sku": "JDTQ1834", "quantity": 2}]
    return stage.simulator.post("/__storefront_order", json={"lines": lines}).json()["admin_graphql_api_id"]


def test_a_storefront_order_is_foreign_and_neither_parked_nor_shown(stage):
    order_id = stage.pushed()
    stage.catch_up()

    theirs = storefront_order(stage)
    stage.ship_all(theirs)
    stage.catch_up(shuffled=random.Random(3))
    stage.later(5)

    number = theirs.rsplit("/", 1)[1]
    assert {event.state for event in stage.webhooks(subject=f"order {number}")} == {"foreign"}
    assert stage.webhooks(state="parked") == stage.webhooks(state="failed") == []
    assert stage.read(order_id).status == "INCOMPLETE_CAUTION"


def test_one_read_decides_whose_a_lonely_fulfillment_is_and_is_remembered(stage):
    theirs = storefront_order(stage)
    stage.ship_all(theirs)
    letters = [letter for letter in stage.sent() if letter.topic == "fulfillments/create"]

    stage.deliver(letters)
    stage.run()
    notes = [event.note for event in stage.webhooks(topic="fulfillments/create")]
    stage.unship_all(theirs)
    stage.deliver([letter for letter in stage.sent() if letter.topic == "fulfillments/update"])
    stage.run()

    assert notes == ["the shop order carries no token of ours"]
    assert [e.note for e in stage.webhooks(topic="fulfillments/update")] == [None]  # nothing was asked again
    assert {event.state for event in stage.webhooks()} == {"foreign"}


def test_a_draft_that_is_never_ready_waits_for_staff_in_the_end(stage):
    stage.shop_settings(draft_ready_seconds=3600)
    order_id = stage.pushed()
    stage.decide_to_confirm(order_id)

    for _ in range(DRAFT_READY.give_up_after):
        assert stage.read(order_id).attention is None
        stage.later(73)  # Longer than any of its delays.

    assert stage.read(order_id).attention == "draft_not_ready: Shopify is still working on the draft"
    assert stage.work(jobs.CONFIRM_ORDER).given_up_at is not None
    assert stage.orders() == []

    stage.simulator.store.get("DraftOrder", stage.read(order_id).draft_id).ready_at = None
    stage.decide_to_confirm(order_id)
    stage.run()
    assert (stage.read(order_id).status, stage.read(order_id).attention) == ("UNFULFILLED", None)


def test_a_confirmation_that_accepts_what_was_changed_is_not_lost_on_one_that_does_not(stage):
    order_id = stage.pushed()
    edit_draft(stage, order_id, 5)
    stage.decide_to_confirm(order_id)

    def accept() -> str:
        decide(stage.db, request_confirm, order_id=order_id, by="staff", accept_changes=True)
        return "while the first confirmation looks"

    with overtaken(stage, "find_orders", accept):
        stage.run()

    assert (stage.read(order_id).status, len(stage.orders())) == ("UNFULFILLED", 1)
