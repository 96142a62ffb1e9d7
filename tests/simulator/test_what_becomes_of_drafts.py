"""What becomes of a draft: completed, changed, duplicated, deleted, and what it holds until then."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.simulator.sales import (
    COFFEE,
    amount,
    complete,
    create,
    custom,
    draft,
    mutate,
    order,
)


def test_completing_makes_a_paid_order_that_carries_what_the_draft_says(shop):
    attributes = [{"key": "partner", "value": "amman-mall"}]
    made = create(
        shop,
        custom("5.00", customAttributes=[{"key": "_bridge_item", "value": "0"}]),
        tags=["bridge-1"], note="Ring twice", poNumber="PO-1", customAttributes=attributes,
        shippingAddress={"firstName": "Rana", "lastName": "Haddad", "countryCode": "JO"},
    )  # fmt: skip

    completed = complete(shop, made["id"])["draftOrder"]
    placed = order(shop, completed["order"]["id"])

    assert completed["status"] == "COMPLETED"
    assert completed["completedAt"] is not None
    assert (placed["tags"], placed["note"], placed["poNumber"]) == (["bridge-1"], "Ring twice", "PO-1")
    assert placed["customAttributes"] == attributes
    assert placed["shippingAddress"] == {"firstName": "Rana", "lastName": "Haddad", "countryCodeV2": "JO"}
    assert placed["lineItems"]["nodes"][0]["customAttributes"] == [{"key": "_bridge_item", "value": "0"}]
    assert (placed["displayFinancialStatus"], placed["displayFulfillmentStatus"]) == ("PAID", "UNFULFILLED")
    assert placed["paymentGatewayNames"] == ["manual"]
    (paid,) = placed["transactions"]
    assert (paid["kind"], paid["status"], amount(paid["amountSet"])) == ("SALE", "SUCCESS", "5.0")


def test_completing_twice_answers_the_same_order_and_says_it_has_been_paid(shop):
    made = create(shop)
    first = complete(shop, made["id"])["draftOrder"]["order"]

    second = complete(shop, made["id"])

    assert second["draftOrder"]["order"] == first
    assert second["userErrors"] == [{"field": None, "message": "This order has been paid"}]
    assert len(shop.state()["orders"]) == 1


@pytest.mark.parametrize(("because", "wish", "pending"), [
    ("asked for", {}, True),
    ("payment terms", {"paymentTerms": {"paymentTermsTemplateId": "gid://shopify/PaymentTermsTemplate/4"}},
     False),
])  # fmt: skip
def test_what_is_paid_later_is_pending(shop, because, wish, pending):
    placed = complete(shop, create(shop, **wish)["id"], pending=pending)["draftOrder"]["order"]

    found = order(shop, placed["id"])
    assert found["displayFinancialStatus"] == "PENDING"
    assert [(one["kind"], one["status"]) for one in found["transactions"]] == [("SALE", "PENDING")]
    assert amount(found["totalOutstandingSet"]) == "10.0"


def test_an_unknown_gateway_completes_nothing(shop):
    payload = mutate(
        shop, "draftOrderComplete", "$id: ID!, $paymentGatewayId: ID",
        "draftOrder { status order { id } } userErrors { field message }",
        id=create(shop)["id"], paymentGatewayId="gid://shopify/PaymentGateway/999999999999",
    )  # fmt: skip

    assert payload["userErrors"] == [{"field": None, "message": "Invalid payment gateway"}]
    assert payload["draftOrder"] == {"status": "OPEN", "order": None}


def test_a_draft_may_need_a_while_until_it_can_be_completed(shop):
    shop.settings(draft_ready_seconds=60)
    made = create(shop)

    refused = complete(shop, made["id"])

    assert made["ready"] is False
    assert refused["draftOrder"]["status"] == "OPEN"
    assert len(refused["userErrors"]) == 1


def test_a_deleted_draft_is_gone(shop):
    made = create(shop)

    payload = mutate(
        shop, "draftOrderDelete", "$input: DraftOrderDeleteInput!", "deletedId userErrors { message }",
        input={"id": made["id"]},
    )  # fmt: skip

    assert payload == {"deletedId": made["id"], "userErrors": []}
    assert draft(shop, made["id"]) is None


def test_a_duplicate_copies_tags_and_attributes_and_loses_what_makes_the_total(shop):
    original = create(
        shop,
        custom("10.00", taxable=True),
        tags=["bridge-1"], customAttributes=[{"key": "attempt", "value": "1"}],
        shippingLine={"title": "Courier", "price": "3.00"},
        appliedDiscount={"value": 1, "valueType": "FIXED_AMOUNT"},
    )  # fmt: skip

    copied = mutate(
        shop, "draftOrderDuplicate", "$id: ID",
        "draftOrder { id tags taxExempt customAttributes { key value } shippingLine { title } "
        "appliedDiscount { value } totalPriceSet { shopMoney { amount } } }",
        id=original["id"],
    )["draftOrder"]  # fmt: skip

    assert copied["id"] != original["id"]
    assert copied["tags"] == ["bridge-1"]
    assert copied["customAttributes"] == [{"key": "attempt", "value": "1"}]
    assert (copied["taxExempt"], copied["shippingLine"], copied["appliedDiscount"]) == (False, None, None)
    assert copied["totalPriceSet"]["shopMoney"]["amount"] == "11.6"


def test_an_update_changes_what_is_given_and_replaces_lines_as_a_whole(shop):
    made = create(shop, custom("10.00"), custom("20.00"), note="before", tags=["kept"])

    mutate(
        shop, "draftOrderUpdate", "$id: ID!, $input: DraftOrderInput!", "userErrors { message }",
        id=made["id"], input={"note": "after", "lineItems": [custom("7.00")]},
    )  # fmt: skip

    found = draft(shop, made["id"])
    assert (found["note2"], found["tags"]) == ("after", ["kept"])
    assert amount(found["totalPriceSet"]) == "7.0"


def test_a_long_tag_in_an_update_is_counted_from_one_and_changes_nothing(shop):
    made = create(shop, tags=["kept"])

    payload = mutate(
        shop, "draftOrderUpdate", "$id: ID!, $input: DraftOrderInput!",
        "draftOrder { id } userErrors { field message }",
        id=made["id"], input={"tags": ["x" * 41], "note": "lost"},
    )  # fmt: skip

    assert payload == {
        "draftOrder": None,
        "userErrors": [
            {
                "field": ["input", "tags", "1"],
                "message": "Title Tag exceeds the maximum length of 40 characters",
            }
        ],
    }
    assert (draft(shop, made["id"])["tags"], draft(shop, made["id"])["note2"]) == (["kept"], None)


def test_a_completed_draft_cannot_be_updated(shop):
    made = create(shop)
    complete(shop, made["id"])

    payload = mutate(
        shop, "draftOrderUpdate", "$id: ID!, $input: DraftOrderInput!", "userErrors { message }",
        id=made["id"], input={"note": "late"},
    )  # fmt: skip

    assert payload["userErrors"] == [{"message": "This order has been paid"}]
    assert draft(shop, made["id"])["note2"] is None


def test_a_hold_that_lapses_gives_its_units_back(shop):
    held = {"variantId": COFFEE, "quantity": 3}
    soon = datetime.now(UTC) + timedelta(hours=1)
    made = create(shop, held, reserveInventoryUntil=soon.strftime("%Y-%m-%dT%H:%M:%SZ"))
    before = shop.state()["inventory_levels"][0]

    with shop.store.lock:  # An hour later.
        shop.store.due = [(datetime.now(UTC), task, facts) for _, task, facts in shop.store.due]
    after_read = draft(shop, made["id"])

    after = shop.state()["inventory_levels"][0]
    assert (before["available"], before["reserved"]) == (9_997, 3)
    assert (after["available"], after["reserved"], after["committed"]) == (10_000, 0, 0)
    assert (after_read["status"], after_read["reserveInventoryUntil"]) == ("OPEN", None)


def test_completing_turns_a_hold_into_a_commitment(shop):
    soon = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    made = create(shop, {"variantId": COFFEE, "quantity": 3}, reserveInventoryUntil=soon)

    complete(shop, made["id"])

    level = shop.state()["inventory_levels"][0]
    assert (level["available"], level["reserved"], level["committed"]) == (9_997, 0, 3)
