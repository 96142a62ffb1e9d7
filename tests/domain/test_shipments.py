"""What an order's facts in Shopify add up to."""

import pytest

from bridge.domain.order_facts import OrderFacts, Parcel, knows_refund, learn_fulfillment, learn_order
from bridge.domain.order_status import OrderStatus as S
from bridge.domain.shipments import derive, due_units
from bridge.domain.shop_values import Refund
from tests.domain.shop_orders import FOREIGN, OURS, at, line, parcel, shop_order

OURS_ALONE = {0: OURS}


def sent(units=2, number=1, seconds=0, delivered=None, **more) -> Parcel:
    fulfillment = parcel(number, {OURS: units}, seconds=seconds, created=seconds)
    return Parcel(fulfillment, None, at(seconds), None if delivered is None else at(delivered), **more)


def refund(units=2, seconds=5, restock="cancel", line_id=OURS) -> Refund:
    return Refund(1, at(seconds), ((line_id, units, restock),))


@pytest.mark.parametrize(
    ("because", "order", "parcels", "status"),
    [
        ("nothing was shipped yet", shop_order(), [], S.UNFULFILLED),
        ("one of two units is not all", shop_order(), [sent(1)], S.UNFULFILLED),
        ("two parcels may hold the units", shop_order(), [sent(1), sent(1, 2)], S.FULFILLED),
        ("every parcel has to be delivered", shop_order(), [sent(1, delivered=5), sent(1, 2)], S.FULFILLED),
        ("all of it is delivered", shop_order(), [sent(2, delivered=5)], S.COMPLETE),
        (
            "a cancellation beats a delivery",
            shop_order(cancelled_at=at(9)),
            [sent(2, delivered=5)],
            S.CANCELED,
        ),
        (
            "our closing of foreign lines ships nothing",
            shop_order(),
            [sent(2, is_closing=True)],
            S.UNFULFILLED,
        ),
        (
            "cancelled and refunded in one second is cancelled",
            shop_order(line(current=0, waiting=0), refunds=(refund(),), cancelled_at=at(5), closed_at=at(5)),
            [],
            S.CANCELED,
        ),
        (
            "refunded before shipping",
            shop_order(line(current=0, waiting=0), refunds=(refund(),)),
            [],
            S.REFUNDED,
        ),
        (
            "refunded after delivery",
            shop_order(line(current=0, waiting=0), refunds=(refund(restock="return"),)),
            [sent(2, delivered=3)],
            S.REFUNDED,
        ),
        (
            "a refund of one unit leaves the other to be shipped",
            shop_order(line(current=1, waiting=1), refunds=(refund(1),)),
            [],
            S.UNFULFILLED,
        ),
        (
            "a refund of shipping alone changes no status",
            shop_order(refunds=(Refund(1, at(5), ()),), financial_status="partially_refunded"),
            [],
            S.UNFULFILLED,
        ),
        (
            "the whole payment back is a refund, whatever lines it names",
            shop_order(refunds=(Refund(1, at(5), ()),), financial_status="refunded"),
            [],
            S.REFUNDED,
        ),
        ("every unit edited away", shop_order(line(current=0, waiting=0)), [], S.CANCELED),
        (
            "the partner's own lines hold nothing up",
            shop_order(line(), line(FOREIGN, position="1")),
            [sent(2)],
            S.FULFILLED,
        ),
        ("none of our lines is in the order: staff see it", shop_order(line(FOREIGN)), [], S.UNFULFILLED),
    ],
)
def test_the_status_follows_the_facts_by_precedence(because, order, parcels, status):
    assert derive(order, parcels, OURS_ALONE).status is status


@pytest.mark.parametrize(
    ("because", "order", "parcels", "archived"),
    [
        ("filed away a minute after delivery", shop_order(closed_at=at(60)), [sent(delivered=0)], True),
        ("filed away in the second of delivery", shop_order(closed_at=at(0)), [sent(delivered=0)], False),
        (
            "the shop files away what is shipped, before it is there",
            shop_order(closed_at=at(60)),
            [sent()],
            False,
        ),
        ("and it was delivered afterwards", shop_order(closed_at=at(60)), [sent(delivered=70)], False),
        ("cancelling closes in the same second", shop_order(cancelled_at=at(5), closed_at=at(5)), [], False),
        ("filed away again later", shop_order(cancelled_at=at(5), closed_at=at(6)), [], True),
        (
            "our closing of the foreign lines made the shop file it away",
            shop_order(closed_at=at(9)),
            [sent(delivered=5), Parcel(parcel(2, {FOREIGN: 1}, created=9), None, at(9))],
            False,
        ),
        ("an edit has no time", shop_order(line(current=0, waiting=0), closed_at=at(60)), [], False),
    ],
)
def test_an_order_is_archived_only_after_what_ended_it(because, order, parcels, archived):
    assert derive(order, parcels, OURS_ALONE).archived is archived


@pytest.mark.parametrize(
    ("because", "order", "due"),
    [
        ("all of it waits", shop_order(), 2),
        ("staff raised the quantity", shop_order(line(quantity=5)), 5),
        ("one was edited away", shop_order(line(current=1, waiting=1)), 1),
        ("shipped and then refunded is still due", shop_order(
            line(current=0, waiting=0), refunds=(refund(2, 5, "return"),), fulfillments=(parcel(),)
        ), 2),
        ("one waits and one is in a parcel", shop_order(
            line(waiting=1), fulfillments=(parcel(units={OURS: 1}),)
        ), 2),
        ("a cancelled parcel holds nothing", shop_order(fulfillments=(parcel(status="cancelled"),)), 2),
        ("a parcel being made holds its units", shop_order(
            line(waiting=0), fulfillments=(parcel(status="pending"),)
        ), 2),
        ("refunded unshipped without restock, and still waiting", shop_order(
            line(current=1, waiting=2), refunds=(refund(1, 5, "no_restock"),)
        ), 1),
        ("the same, and no longer waiting", shop_order(
            line(current=1, waiting=1), refunds=(refund(1, 5, "no_restock"),)
        ), 1),
        ("the same, and the other shipped since", shop_order(
            line(current=1, waiting=1),
            refunds=(refund(1, 5, "no_restock"),),
            fulfillments=(parcel(units={OURS: 1}, created=9),),
        ), 1),
        ("one shipped, that one refunded, the other waits", shop_order(
            line(current=1, waiting=1),
            refunds=(refund(1, 9, "no_restock"),),
            fulfillments=(parcel(units={OURS: 1}, created=5),),
        ), 2),
    ],
)  # fmt: skip
def test_due_is_what_was_ordered_less_what_left_before_shipping(because, order, due):
    assert due_units(order, order.lines[0]) == due


def test_a_read_that_was_overtaken_within_a_second_is_asked_for_again():
    before, after = parcel(tracking_numbers=("A",)), parcel(tracking_numbers=("B",))
    heard = learn_fulfillment(OrderFacts(order=shop_order()), after, by_read=False).facts

    learned = learn_fulfillment(heard, before, by_read=True)

    assert learned.read_because == "two reports of the same second differ"


def test_an_older_picture_still_tells_of_a_newer_parcel():
    facts = learn_order(OrderFacts(), shop_order(seconds=10), by_read=False).facts

    stale = shop_order(seconds=5, fulfillments=(parcel(seconds=20),))
    learned = learn_order(facts, stale, by_read=False)

    assert learned.facts.order is facts.order
    assert learned.facts.parcels[1].fulfillment.updated_at == at(20)
    assert learned.read_because is None


def test_a_webhook_never_cancels_by_itself():
    facts = learn_order(OrderFacts(), shop_order(), by_read=False).facts
    cancelled = shop_order(seconds=9, cancelled_at=at(9))

    heard = learn_order(facts, cancelled, by_read=False)
    read = learn_order(facts, cancelled, by_read=True)

    assert heard.facts.order.cancelled_at is None
    assert heard.read_because == "a webhook says that the order was cancelled"
    assert read.facts.order.cancelled_at == at(9)


def test_a_refund_is_known_once_the_picture_holds_it():
    facts = learn_order(OrderFacts(), shop_order(refunds=(refund(),)), by_read=True).facts

    assert knows_refund(facts, 1)
    assert not knows_refund(facts, 2)
    assert not knows_refund(OrderFacts(), 1)


def test_units_of_a_line_that_staff_took_off_are_not_due():
    found = derive(shop_order(), [sent(2)], {0: OURS, 1: 999})

    assert found.status is S.FULFILLED
    assert sorted(found.lines) == [0]
