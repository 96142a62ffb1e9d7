"""Orders in a store: whatever their size, nothing that their status is derived from is left out."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from bridge.domain.errors import OutcomeUnknown, ShopRefused
from bridge.domain.shop_values import Cancellation, ShopOrder
from tests.shopify.store import (
    COFFEE_SET,
    FAR_BENCH,
    OLIVE_BOARD,
    carrier_says,
    draft,
    line,
    placed_order,
    ship,
    staff,
)

CHANGED_MIND = Cancellation(reason="customer", restock=True, refund=False, staff_note="The partner asked.")


def units(order: ShopOrder, *positions: str) -> dict[int, int]:
    return {x.line_id: x.quantity for x in order.lines if not positions or x.position in positions}


def refund(simulator, order: ShopOrder, line_id: int, quantity: int, restock_type: str) -> None:
    location = {} if restock_type == "NO_RESTOCK" else {"locationId": default_location(simulator)}
    staff(
        simulator,
        "mutation($input: RefundInput!, $key: String!) { refundCreate(input: $input) @idempotent(key: $key)"
        " { refund { id } userErrors { message } } }",
        key=uuid4().hex,
        input={
            "orderId": f"gid://shopify/Order/{order.order_id}",
            "refundLineItems": [
                {
                    "lineItemId": f"gid://shopify/LineItem/{line_id}",
                    "quantity": quantity,
                    "restockType": restock_type,
                    **location,
                }
            ],
        },
    )


def default_location(simulator) -> str:
    return staff(simulator, "{ location { id } }")["id"]


def test_a_parcel_has_its_lines_and_every_tracking_number(store, shop):
    order = placed_order(shop, line(0, "9.99", quantity=3, variant=COFFEE_SET), line(1, "1.00"))
    wanted = {order.lines[0].line_id: 2}

    ship(store, order, wanted, numbers=["A-1", "A-2", "A-3"])

    seen = shop.order(order.order_id)
    (parcel,) = seen.fulfillments
    assert (parcel.status, parcel.lines) == ("success", wanted)
    assert (parcel.tracking_company, parcel.tracking_numbers) == ("Aramex", ("A-1", "A-2", "A-3"))
    assert parcel.shipment_status is None
    assert [(x.quantity, x.fulfillable_quantity) for x in seen.lines] == [(3, 1), (1, 1)]


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ("LABEL_PRINTED", "label_printed"),
        ("CONFIRMED", "confirmed"),
        ("IN_TRANSIT", "in_transit"),
        ("OUT_FOR_DELIVERY", "out_for_delivery"),
        ("ATTEMPTED_DELIVERY", "attempted_delivery"),
        ("READY_FOR_PICKUP", "ready_for_pickup"),
        ("DELIVERED", "delivered"),
        ("FAILURE", "failure"),
    ],
)
def test_what_the_carrier_says_is_in_the_words_of_webhooks(store, shop, event, status):
    order = placed_order(shop)
    parcel = ship(store, order, units(order))

    carrier_says(store, parcel, event)

    (seen,) = shop.order(order.order_id).fulfillments
    assert seen.shipment_status == status
    assert (seen.delivered_at is not None) == (status == "delivered")


def test_every_parcel_of_an_order_is_seen(store, shop):
    order = placed_order(shop, *[line(number, "1.00", variant=COFFEE_SET) for number in range(12)])
    for each in order.lines:
        ship(store, order, {each.line_id: 1}, numbers=[each.position])

    seen = shop.order(order.order_id)

    assert len(seen.fulfillments) == 12
    assert {p.tracking_numbers[0]: dict(p.lines) for p in seen.fulfillments} == {
        each.position: {each.line_id: 1} for each in order.lines
    }
    assert {each.fulfillable_quantity for each in seen.lines} == {0}


def test_a_parcel_of_300_lines_is_whole(store, shop):
    order = placed_order(shop, *[line(number, "1.00", variant=COFFEE_SET) for number in range(300)])

    ship(store, order, units(order))

    (parcel,) = shop.order(order.order_id).fulfillments
    assert parcel.lines == units(order)


def test_every_refund_of_an_order_is_seen(store, shop):
    order = placed_order(shop, line(0, "10.00", quantity=20, variant=COFFEE_SET))
    line_id = order.lines[0].line_id
    for number in range(1, 8):
        refund(store, order, line_id, number if number < 3 else 1, "NO_RESTOCK" if number % 2 else "CANCEL")

    seen = shop.order(order.order_id)

    assert len(seen.refunds) == 7
    assert {r.lines[0][0] for r in seen.refunds} == {line_id}
    assert sum(r.lines[0][1] for r in seen.refunds) == 8
    assert {r.lines[0][2] for r in seen.refunds} == {"no_restock", "cancel"}
    assert seen.lines[0].current_quantity == 12
    assert seen.total == order.total  # What was agreed, not what is left of it.


def test_a_cancellation_is_seen_and_asking_again_is_fine(store, shop):
    order = placed_order(shop)

    shop.cancel_order(order.order_id, CHANGED_MIND)
    shop.cancel_order(order.order_id, CHANGED_MIND)

    seen = shop.order(order.order_id)
    assert seen.cancelled_at is not None
    assert {x.current_quantity for x in seen.lines} == {0}


def test_a_paid_order_is_refunded_only_when_asked(store, shop):
    kept, refunded = (
        shop.order(shop.complete_draft(shop.create_draft(draft()).draft_id, payment_pending=False).order_id)
        for _ in range(2)
    )

    shop.cancel_order(kept.order_id, CHANGED_MIND)
    shop.cancel_order(
        refunded.order_id, Cancellation(reason="other", restock=True, refund=True, staff_note="x" * 300)
    )

    assert shop.order(kept.order_id).financial_status == "paid"
    assert shop.order(refunded.order_id).financial_status == "refunded"


def test_what_has_shipped_cannot_be_canceled(store, shop):
    order = placed_order(shop)
    ship(store, order, units(order))

    with pytest.raises(ShopRefused, match="outstanding fulfillments"):
        shop.cancel_order(order.order_id, CHANGED_MIND)

    assert shop.order(order.order_id).cancelled_at is None


def test_only_the_lines_named_are_closed(store, shop):
    order = placed_order(
        shop,
        line(0, "9.99", quantity=2, variant=COFFEE_SET),
        line(1, "1.00", quantity=3),
        line("tax", "0.50"),
    )
    others = units(order, "1", "tax")

    closed = shop.fulfill_lines(order.order_id, others)

    assert closed.lines == others
    assert closed.tracking_numbers == ()
    seen = shop.order(order.order_id)
    assert {x.position: x.fulfillable_quantity for x in seen.lines} == {"0": 2, "1": 0, "tax": 0}
    assert shop.fulfill_lines(order.order_id, others) is None


def test_no_more_units_are_closed_than_were_asked_for(store, shop):
    order = placed_order(shop, line(0, "1.00", quantity=5))
    line_id = order.lines[0].line_id

    closed = shop.fulfill_lines(order.order_id, {line_id: 2})

    assert closed.lines == {line_id: 2}
    assert shop.order(order.order_id).lines[0].fulfillable_quantity == 3


def test_300_custom_lines_are_closed_in_two_calls(store, shop):
    order = placed_order(
        shop, line("ours", "9.99", variant=COFFEE_SET), *[line(number, "1.00") for number in range(300)]
    )
    others = {x.line_id: 1 for x in order.lines if x.position != "ours"}

    closed = [shop.fulfill_lines(order.order_id, others) for _ in range(3)]

    assert [len(each.lines) for each in closed[:2]] == [250, 50]
    assert {**closed[0].lines, **closed[1].lines} == others
    assert closed[2] is None


def test_a_parcel_that_was_made_is_never_said_not_to_be(store, shop):
    order = placed_order(shop, *[line(number, "1.00") for number in range(30)])
    store.fault("internal_error", operation="fulfillment")

    with pytest.raises(OutcomeUnknown):
        shop.fulfill_lines(order.order_id, units(order))

    store.heal()
    assert len(shop.order(order.order_id).fulfillments) == 1


def test_lines_at_two_locations_are_closed_one_location_a_call(store, shop):
    order = placed_order(shop, line(0, "1.00", variant=COFFEE_SET), line(1, "1.00", variant=FAR_BENCH))
    wanted = units(order)

    closed = [shop.fulfill_lines(order.order_id, wanted) for _ in range(3)]

    assert [len(each.lines) for each in closed[:2]] == [1, 1]
    assert closed[2] is None
    assert {x.fulfillable_quantity for x in shop.order(order.order_id).lines} == {0}


def test_a_canceled_parcel_gives_its_units_back_and_twice_is_fine(store, shop):
    order = placed_order(shop, line(0, "1.00", variant=OLIVE_BOARD))
    closed = shop.fulfill_lines(order.order_id, units(order))

    shop.cancel_fulfillment(closed.fulfillment_id)
    shop.cancel_fulfillment(closed.fulfillment_id)

    seen = shop.order(order.order_id)
    assert [p.status for p in seen.fulfillments] == ["cancelled"]
    assert seen.lines[0].fulfillable_quantity == 1


def test_nothing_is_closed_on_an_order_that_is_not_there(store, shop):
    assert shop.fulfill_lines(999, {1: 1}) is None


def test_orders_are_found_by_their_tag_alone(store, shop):
    order = placed_order(shop, line(0, "7.00"))
    placed_order(shop, line(0, "7.00"))

    assert shop.find_orders(tag=order.tags[0].upper()) == [order]
    assert shop.find_orders(tag='bridge" OR tag:"') == []


def test_a_search_that_lags_finds_nothing_and_a_read_does(store, shop):
    order = placed_order(shop)
    store.fault("stale_search", seconds=3600)

    assert shop.find_orders(tag=order.tags[0]) == []
    assert shop.order(order.order_id) == order


def test_amounts_are_in_the_currency_the_customer_paid(store, shop):
    placed = shop.create_draft(draft(line(0, "12.345", quantity=2, variant=COFFEE_SET), currency="JOD"))
    order = shop.order(shop.complete_draft(placed.draft_id, payment_pending=True).order_id)

    assert (order.currency, order.total, order.lines[0].price) == (
        "JOD",
        Decimal("24.690"),
        Decimal("12.345"),
    )


def test_orders_changed_since_come_page_by_page_oldest_change_first(store, shop):
    orders = [placed_order(shop, line(0, "1.00")) for _ in range(51)]
    began = orders[0].created_at
    shop.cancel_order(orders[0].order_id, CHANGED_MIND)

    pages = list(shop.changed_orders(since=began))
    drafts = list(shop.new_drafts(since=began))

    assert (len(pages[0]), len(drafts[0])) == (50, 50)
    seen = [named for page in pages for named in page]
    assert {named.id for named in seen} >= {order.order_id for order in orders}
    assert [named.updated_at for named in seen] == sorted(named.updated_at for named in seen)
    assert {order.tags for order in orders} <= {named.tags for page in drafts for named in page}
    assert seen[-1].attributes["bridge_attempt"] == "1"
    assert list(shop.changed_orders(since=began + timedelta(hours=1))) == [[]]
