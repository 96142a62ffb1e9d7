"""A confirmed draft becomes one order, paid or pending, after one more look at it."""

import pytest
from sqlalchemy import text

from bridge import jobs
from bridge.db import clock
from bridge.domain.errors import IllegalMove, OutcomeUnknown
from bridge.services.link_order import link_order
from bridge.services.order_decisions import decide, request_confirm, request_reject
from bridge.services.record_shop_order import note_draft_deletion
from tests.flows.stage import COFFEE, Line, Stage

COMPLETE = (
    "mutation($id: ID!) { draftOrderComplete(id: $id) {"
    " draftOrder { order { id name } } userErrors { message } } }"
)
DUPLICATE = "mutation($id: ID!) { draftOrderDuplicate(id: $id) { draftOrder { id } userErrors { message } } }"
DELETE = "mutation($id: ID!) { draftOrderDelete(input: {id: $id}) { deletedId userErrors { message } } }"
UPDATE = (
    "mutation($id: ID!, $input: DraftOrderInput!) {"
    " draftOrderUpdate(id: $id, input: $input) { draftOrder { id } userErrors { message } } }"
)
SET_STOCK = (
    "mutation($input: InventorySetQuantitiesInput!, $key: String!) {"
    " inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { message } } }"
)


def confirm(stage: Stage, order_id, **how) -> list:
    decide(stage.db, request_confirm, order_id=order_id, by="staff", **how)
    return stage.run()


def sell_out(stage: Stage, available: int = 0) -> None:
    """Set what the shop has of the coffee set."""
    [variant] = stage.shop.variants([COFFEE]).values()
    stage.staff(
        SET_STOCK,
        key="sell-out",
        input={
            "name": "available",
            "reason": "correction",
            "quantities": [
                {
                    "inventoryItemId": f"gid://shopify/InventoryItem/{variant.inventory_item_id}",
                    "locationId": f"gid://shopify/Location/{stage.shop.profile().location_id}",
                    "quantity": available,
                    "changeFromQuantity": None,
                }
            ],
        },
    )


def edit(stage: Stage, **changes) -> None:
    """Change the draft as staff would."""
    [draft] = stage.drafts()
    stage.staff(UPDATE, id=draft["id"], input=changes)


@pytest.mark.parametrize(
    ("because", "status", "method", "shown"),
    [
        ("paid is paid", "paid", "Credit Card", "PAID"),
        ("in any case", "PAID", None, "PAID"),
        ("nothing is said", None, None, "PENDING"),
        ("the courier collects", "pending", "Cash On Delivery (COD)", "PENDING"),
        ("the courier collects whatever is said", "paid", "Cash On Delivery (COD)", "PENDING"),
    ],
)
def test_a_confirmed_draft_becomes_one_order_paid_or_pending(stage, because, status, method, shown):
    order_id = stage.pushed(payment_status=status, payment_method=method)

    assert confirm(stage, order_id) == []

    [order] = stage.orders()
    ours = stage.read(order_id)
    assert order["displayFinancialStatus"] == shown
    assert (ours.status, ours.shopify_order_name, ours.attention) == ("UNFULFILLED", order["name"], None)
    assert order["totalPriceSet"]["presentmentMoney"]["amount"] == "69.78"
    assert stage.stock(order_id) == ["in_shopify"]
    assert stage.work(jobs.READ_ORDER) is None, "it was asked for and is done"
    assert stage.timeline(order_id) == [
        "submitted",
        "draft_created",
        "confirm_requested",
        "order_created",
        "status",
    ]


@pytest.mark.parametrize("fault", ["lost_reply", "refuse", "error_500", "internal_error", "throttle"])
def test_completing_is_repeated_until_one_order_is_there(stage, fault):
    order_id = stage.pushed()
    stage.simulator.fault(fault, operation="draftOrderComplete", times=1)

    errors = confirm(stage, order_id)
    stage.later()

    assert len(stage.orders()) == 1
    assert stage.read(order_id).status == "UNFULFILLED"
    if fault == "lost_reply":
        assert [type(error) for error in errors] == [OutcomeUnknown]


def test_a_draft_completed_in_the_shop_is_adopted(stage):
    order_id = stage.pushed()
    [draft] = stage.drafts()
    stage.staff(COMPLETE, id=draft["id"])

    confirm(stage, order_id)

    [order] = stage.orders()
    assert stage.read(order_id).shopify_order_name == order["name"]


def test_confirming_again_or_rejecting_afterwards_is_refused_and_remembered(stage):
    order_id = stage.pushed()
    confirm(stage, order_id)

    with pytest.raises(IllegalMove, match="UNFULFILLED cannot become UNFULFILLED"):
        confirm(stage, order_id)
    with pytest.raises(IllegalMove, match="cannot become REJECTED"):
        decide(stage.db, request_reject, order_id=order_id, by="staff", reason="late")

    assert stage.timeline(order_id)[-2:] == ["refused", "refused"]
    assert len(stage.orders()) == 1


@pytest.mark.parametrize(
    ("because", "lines", "reason"),
    [
        ("fewer units", [{"quantity": 1}], "lines_differ"),
        ("a line of staff's own", [{"quantity": 2}, {"gift": True}], "lines_differ"),
    ],
)
def test_a_draft_that_staff_edited_is_completed_only_when_the_changes_are_accepted(
    stage, because, lines, reason
):
    order_id = stage.pushed(tax="0")
    price = {"amount": "29.99", "currencyCode": "USD"}
    edit(
        stage,
        lineItems=[
            {"title": "Gift", "quantity": 1, "originalUnitPriceWithCurrency": {**price, "amount": "0"}}
            if "gift" in line
            else {
                "variantId": f"gid://shopify/ProductVariant/{COFFEE}",
                "priceOverride": price,
                "customAttributes": [{"key": "_bridge_item", "value": "0"}],
                **line,
            }
            for line in lines
        ],
    )

    confirm(stage, order_id)
    parked = stage.read(order_id)
    assert stage.orders() == []
    assert (parked.status, parked.review_reasons[-1]) == ("INCOMPLETE_CAUTION", reason)
    assert parked.attention.startswith(f"{reason}: ")
    assert stage.work(jobs.CONFIRM_ORDER).given_up_at is not None

    confirm(stage, order_id, accept_changes=True)
    assert len(stage.orders()) == 1
    assert (stage.read(order_id).status, stage.read(order_id).attention) == ("UNFULFILLED", None)


def test_a_price_that_staff_changed_is_seen_in_the_total(stage):
    order_id = stage.pushed()
    edit(stage, shippingLine={"title": "Free", "priceWithCurrency": {"amount": "0", "currencyCode": "USD"}})

    confirm(stage, order_id)

    assert stage.orders() == []
    assert stage.read(order_id).attention == "amounts_differ: the total is 64.78, not 69.78 USD"


def test_a_draft_deleted_by_staff_cancels_the_order_when_it_was_missed_twice(stage):
    order_id = stage.pushed()
    stage.staff(DELETE, id=stage.drafts()[0]["id"])

    confirm(stage, order_id)
    assert stage.read(order_id).status == "INCOMPLETE_CAUTION", "one look is not enough"
    stage.later(301)

    order = stage.read(order_id)
    assert (order.status, order.rejection_reason) == (
        "CANCELED",
        "the draft order was deleted in Shopify",
    )
    assert stage.stock(order_id) == ["released"]
    assert stage.orders() == []


def test_a_deletion_that_the_shop_told_of_counts_at_once(stage):
    order_id = stage.pushed()
    stage.staff(DELETE, id=stage.drafts()[0]["id"])
    with stage.db.transaction() as session:
        order = session.merge(stage.read(order_id))
        note_draft_deletion(session, order, draft_id=order.draft_id, now=clock(session))

    confirm(stage, order_id)

    assert stage.read(order_id).status == "CANCELED"


def test_stock_that_is_gone_waits_for_staff_who_may_override(stage):
    order_id = stage.pushed()
    sell_out(stage, available=1)

    confirm(stage, order_id)
    assert stage.read(order_id).attention == "stock_gone: not enough left of JDTQ1834"
    assert stage.orders() == []

    confirm(stage, order_id, accept_changes=True)
    assert len(stage.orders()) == 1


def test_an_automatic_confirmation_never_overrides(stage):
    order_id = stage.order(confirm_requested_by="auto_confirm", accept_changes=True)
    with stage.db.transaction() as session:
        session.execute(text("UPDATE orders SET confirm_requested_at = now()"))
    sell_out(stage, available=1)

    stage.run()

    assert stage.orders() == []
    assert stage.read(order_id).attention.startswith("stock_gone: ")


def test_an_order_to_review_does_not_confirm_itself(stage):
    order_id = stage.order(confirm_requested_by="auto_confirm", review_reasons=["stale_stock"])
    with stage.db.transaction() as session:
        session.execute(text("UPDATE orders SET confirm_requested_at = now()"))

    stage.run()
    assert stage.orders() == []
    assert stage.read(order_id).attention == "review: not confirmed by itself: stale_stock"

    confirm(stage, order_id)
    assert len(stage.orders()) == 1


def test_an_order_made_from_a_copy_stops_the_confirmation_until_staff_link_it(stage):
    order_id = stage.pushed()
    copied = stage.staff(DUPLICATE, id=stage.drafts()[0]["id"])["draftOrder"]["id"]
    made = stage.staff(COMPLETE, id=copied)["draftOrder"]["order"]

    confirm(stage, order_id)
    assert stage.read(order_id).attention.startswith(f"another_order: {made['name']} carries")
    assert len(stage.orders()) == 1

    link_order(
        stage.db, stage.shop, order_id=order_id, shop_order_id=int(made["id"].rsplit("/", 1)[1]), by="staff"
    )
    stage.run()
    order = stage.read(order_id)
    assert (order.status, order.shopify_order_name) == ("UNFULFILLED", made["name"])
    assert [draft["status"] for draft in stage.drafts()] == ["COMPLETED"], "the open draft is gone"
    assert "amounts_differ" in order.review_reasons


def test_two_lines_of_one_article_need_stock_for_both(stage):
    order_id = stage.pushed([Line(quantity=3), Line(quantity=3)])
    sell_out(stage, available=5)

    confirm(stage, order_id)

    assert stage.orders() == []
    assert stage.read(order_id).review_reasons == ["stock_gone"]
