"""GET /v1/catalog?updated_since=: a partner that asks what changed hears of every way in which stock can change."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from bridge.db import clock
from bridge.models import Order
from bridge.services import list_catalog, reserve_stock
from bridge.services.observe_stock import observe_webhook_level, store_read
from bridge.services.stock_levels import hand_over
from bridge.services.stock_location import remember_location
from tests.api.changes import LAMP, listed, moment, read, shown
from tests.support.partner_api import LOCATION, PartnerAccount, cart, make_partner, stock, submit


@pytest.fixture(autouse=True, params=[list_catalog.MANY_ITEMS, 0], ids=["few", "many"])
def items_that_are_many(request, monkeypatch) -> None:
    """Each way of finding what changed finds the same."""
    monkeypatch.setattr(list_catalog, "MANY_ITEMS", request.param)


@pytest.fixture
def account(db) -> PartnerAccount:
    """A partner with ten lamps and ten chairs."""
    account = make_partner(db)
    stock(db, account, {"LAMP": 10, "CHAIR": 10}, shopify_updated_at=moment(db) - timedelta(hours=1))
    return account


def order_of_lamp(db, client, account) -> Order:
    answer = submit(client, account, cart(sku="LAMP"))
    with db.transaction() as session:
        return session.get_one(Order, UUID(answer.json["supplier_order_id"]))


def held(db, order: Order, *, seen: bool) -> None:
    """Have the order's draft hold its lamp, and a read that began late enough show that if it is `seen`."""
    with db.transaction() as session:
        now = clock(session)
        reserve_stock.note_hold(session, order, until=now + timedelta(hours=5), now=now)
        if seen:
            hand_over(session, [(LAMP, LOCATION)], began=now + timedelta(minutes=1))


def test_units_that_a_cart_took_are_a_change_of_their_sku_for_whoever_sells_it(client, db, account):
    other = make_partner(db, name="Umniah")
    stock(db, other, {"LAMPE": 10, "TABLE": 3}, items={"LAMPE": LAMP})
    since = moment(db)

    submit(client, account, cart(sku="LAMP"))

    assert shown(listed(client, account, since)) == {"LAMP": 9}
    assert shown(listed(client, other, since)) == {"LAMPE": 9}


@pytest.mark.parametrize(
    ("because", "change", "left"),
    [
        ("a read has another number", lambda session: read(session, 4), 4),
        (
            "a webhook has another number",
            lambda session: observe_webhook_level(
                session,
                inventory_item_id=LAMP,
                location_id=LOCATION,
                available=7,
                updated_at=clock(session),
                now=clock(session),
            ),
            7,
        ),
        (
            "the location does not carry it any more",
            lambda session: store_read(
                session, asked=[LAMP], location_id=LOCATION, levels={}, began=clock(session)
            ),
            0,
        ),
        (
            "the release before writes no time of a change",
            lambda session: session.execute(
                text("UPDATE inventory_levels SET available = 5 WHERE inventory_item_id = :item"),
                {"item": LAMP},
            ),
            5,
        ),
    ],
)
def test_another_number_of_the_shop_is_a_change(client, db, account, because, change, left):
    since = moment(db)

    with db.transaction() as session:
        change(session)

    assert shown(listed(client, account, since)) == {"LAMP": left}


def test_a_first_number_is_a_change(client, db, account):
    stock(db, account, {"NEW": None})
    since = moment(db)

    stock(db, make_partner(db, name="Umniah"), {"NEW": 3})

    assert shown(listed(client, account, since)) == {"NEW": 3}


@pytest.mark.parametrize(
    ("because", "seen", "change", "left"),
    [
        (
            "the order was rejected",
            False,
            lambda session, order: reserve_stock.release(session, order, clock(session)),
            10,
        ),
        (
            "its draft turns out to hold them, and the number is without them",
            False,
            lambda session, _: hand_over(
                session, [(LAMP, LOCATION)], began=clock(session) + timedelta(minutes=1)
            ),
            10,
        ),
        ("the hold is doubted", True, lambda session, order: reserve_stock.doubt_hold(session, order), 9),
        (
            "the hold ran out, which nobody wrote",
            True,
            lambda session, _: session.execute(
                text("UPDATE reservations SET hold_until = now() + interval '10 min'")
            ),
            9,
        ),
    ],
)
def test_a_promise_that_counts_no_more_or_again_is_a_change(client, db, account, because, seen, change, left):
    order = order_of_lamp(db, client, account)
    held(db, order, seen=seen)
    since = moment(db)

    with db.transaction() as session:
        change(session, order)

    assert shown(listed(client, account, since)) == {"LAMP": left}


def test_units_that_are_handed_over_are_a_change(client, db, account):
    order = order_of_lamp(db, client, account)
    with db.transaction() as session:
        reserve_stock.commit(session, order, clock(session))
    since = moment(db)

    with db.transaction() as session:
        read(session, 10, later=timedelta(minutes=1))

    assert shown(listed(client, account, since)) == {"LAMP": 10}


def test_another_location_is_a_change_of_every_sku(client, db, account):
    since = moment(db)

    with db.transaction() as session:
        remember_location(session, LOCATION + 1, now=clock(session))

    assert shown(listed(client, account, since)) == {"LAMP": None, "CHAIR": None}


@pytest.mark.parametrize(
    ("because", "happens"),
    [
        ("the same number is read again", lambda session, _: read(session, 10)),
        (
            "the shop has the order now, and the promise counts on",
            lambda session, order: reserve_stock.commit(session, order, clock(session)),
        ),
        (
            "elsewhere it is another number",
            lambda session, _: store_read(
                session, asked=[LAMP], location_id=LOCATION + 1, levels={}, began=clock(session)
            ),
        ),
    ],
)
def test_what_leaves_the_number_as_it_is_is_no_change(client, db, account, because, happens):
    order = order_of_lamp(db, client, account)
    since = moment(db)

    with db.transaction() as session:
        happens(session, order)

    assert listed(client, account, since) == []


def test_stock_of_what_is_retired_is_no_change(client, db, account):
    with db.transaction() as session:
        session.execute(text("UPDATE listings SET retired_at = now() WHERE sku = 'LAMP'"))
    since = moment(db)

    with db.transaction() as session:
        read(session, 4)

    assert listed(client, account, since) == []
