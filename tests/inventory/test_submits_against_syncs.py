"""Carts that take stock while sweeps, webhooks and commitments change it: sold exactly once, nobody deadlocks."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from bridge.db import Database, clock
from bridge.models import Listing, Order, Reservation
from bridge.services.observe_stock import observe_webhook_level
from bridge.services.reserve_stock import commit, release
from bridge.services.stock_location import known_location
from bridge.services.sync_inventory import sync_inventory
from tests.inventory.conftest import UNITS
from tests.support.buying import buy
from tests.support.lock_order import locked_while_waiting


def submit(db: Database, listings: list[Listing], number: str) -> bool:
    """Submit a cart of one unit of each; say whether it became an order."""
    units = {one.sku: 1 for one in listings}
    return buy(db, listings[0].partner_id, number, units) is not None


def all_at_once(works: list[Callable[[], object]]) -> list[object]:
    """Run everything at once; return what each answered, or the error it ended with."""
    answers: list[object] = [None] * len(works)
    gate = threading.Barrier(len(works))

    def run(index: int) -> None:
        gate.wait()
        try:
            answers[index] = works[index]()
        except Exception as error:  # noqa: BLE001  whatever it is, the test shows it
            answers[index] = error

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    return answers


@pytest.fixture
def db(database_url: str):
    """The database with as many connections as there are threads."""
    from tests.support.servers import sqlalchemy_url

    database = Database(sqlalchemy_url(database_url), pool_size=40)
    yield database
    database.dispose()


def test_what_there_is_is_sold_exactly_while_syncs_and_webhooks_run(db, shop, listings):
    pair = [listings[0], listings[299]]

    def webhooks() -> None:
        for _ in range(20):
            for one in reversed(pair):
                with db.transaction() as session:
                    now = clock(session)
                    observe_webhook_level(
                        session,
                        inventory_item_id=one.inventory_item_id,
                        location_id=known_location(session) or 0,
                        available=UNITS,
                        updated_at=now,
                        now=now,
                    )

    buyers = [lambda n=n: submit(db, pair if n % 2 else pair[::-1], f"PO-{n}") for n in range(2 * UNITS)]
    syncs = [lambda: sync_inventory(db, shop, configured_location=None)] * 2

    answers = all_at_once([*buyers, *syncs, webhooks, webhooks])

    assert answers[: 2 * UNITS].count(True) == UNITS
    with db.transaction() as session:
        held = session.execute(
            select(Reservation.inventory_item_id, func.sum(Reservation.quantity)).group_by(
                Reservation.inventory_item_id
            )
        ).all()
    assert sorted(tuple(row) for row in held) == sorted((one.inventory_item_id, UNITS) for one in pair)


def test_nothing_is_sold_twice_while_the_shop_commits_what_was_sold(db, shop, listings, staff):
    """Each order is committed by the shop, whose number falls, while reads of old and new numbers come in."""
    item = listings[0]
    lock = threading.Lock()
    left = [UNITS]

    def buy(number: str) -> bool:
        if not submit(db, [item], number):
            return False
        with lock:
            left[0] -= 1
            with db.transaction() as session:
                location = known_location(session) or 0
            staff.set_available(item.inventory_item_id, left[0], location)
        with db.transaction() as session:
            order = session.scalars(
                select(Order).where(Order.partner_order_id == number).with_for_update()
            ).one()
            commit(session, order, clock(session))
        return True

    buyers = [lambda n=n: buy(f"PO-{n}") for n in range(2 * UNITS)]
    syncs = [lambda: sync_inventory(db, shop, configured_location=None)] * 2

    answers = all_at_once([*buyers, *syncs])

    assert answers.count(True) <= UNITS
    assert left[0] >= 0


def test_what_is_given_back_is_sold_again_and_never_more(db, shop, listings):
    pair = [listings[0], listings[299]]
    for n in range(UNITS):
        assert submit(db, pair, f"FIRST-{n}")
    with db.transaction() as session:
        orders = session.scalars(select(Order)).all()

    def give_back(order: Order) -> None:
        with db.transaction() as session:
            locked = session.scalars(select(Order).where(Order.id == order.id).with_for_update()).one()
            release(session, locked, clock(session))

    answers = all_at_once(
        [
            *[lambda order=order: give_back(order) for order in orders],
            *[lambda n=n: submit(db, pair[::-1], f"SECOND-{n}") for n in range(UNITS)],
            lambda: sync_inventory(db, shop, configured_location=None),
        ]
    )

    sold_again = answers.count(True)
    more = sum(submit(db, pair, f"THIRD-{n}") for n in range(UNITS + 2))
    assert sold_again + more == UNITS


def test_a_sync_that_waits_for_an_item_keeps_nobody_from_later_ones(db, shop, listings):
    items = [listing.inventory_item_id for listing in listings[:8]]

    assert not locked_while_waiting(db, items, lambda: sync_inventory(db, shop, configured_location=None))
