"""Sixteen processes buy ten thousand carts of the same few items while the shop's numbers come in, late ones too."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta

from sqlalchemy import func, select, text

from bridge.db import Database, clock
from bridge.models import Decision, Order, OrderItem, Reservation
from bridge.services.show_stock import show_stock
from tests.ledger.crowd import Shelf, buy_many, keep_shop, tell_all, tell_late
from tests.support.partner_api import item_of, make_partner, stock
from tests.support.servers import sqlalchemy_url

BUYERS, CARTS = 16, 10_000
UNITS = 1500
# Eight items under thirteen SKUs: what is sold under one of two names is gone under the other.
SKUS = {sku: item_of(sku[:4]) for sku in (
    "ARAK", "BOWL", "COAT", "DISH", "ECHO", "FORK", "GLUE", "HOSE",
    "ARAK-GIFT", "BOWL-GIFT", "BOWL-SALE", "COAT-GIFT", "HOSE-SALE",
)}  # fmt: skip


def units_by_item(session, *which) -> dict[int, int]:
    rows = session.execute(
        select(Reservation.inventory_item_id, func.sum(Reservation.quantity))
        .where(*which)
        .group_by(Reservation.inventory_item_id)
    )
    return {item: int(units) for item, units in rows}


def test_nothing_is_oversold_nothing_leaks_and_nobody_deadlocks(db: Database, database_url: str):
    account = make_partner(db)
    stock(db, account, dict.fromkeys(SKUS, UNITS), items=SKUS, age="1 hour")
    there = dict.fromkeys(SKUS.values(), UNITS)
    shelf = Shelf(sqlalchemy_url(database_url), account.id, SKUS)
    with db.transaction() as session:
        long_ago = clock(session) - timedelta(minutes=30)
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.ledger.crowd"])

    with processes.Manager() as manager, ProcessPoolExecutor(BUYERS + 2, mp_context=processes) as pool:
        done = manager.Event()
        shop = pool.submit(keep_shop, shelf, there, done, 4711)
        late = pool.submit(tell_late, shelf, there, done, long_ago)
        buyers = [pool.submit(buy_many, shelf, CARTS // BUYERS, seed) for seed in range(BUYERS)]
        try:
            answers = sum((buyer.result() for buyer in buyers[1:]), buyers[0].result())
        finally:
            done.set()
        left, told_late = shop.result(), late.result()

    assert answers.total() == CARTS
    assert min(answers["sold"], answers["nothing"], told_late) > 10  # It was tight, and it was disturbed.
    with db.transaction() as session:
        _every_promise_is_an_orders_and_every_orders_line_is_promised(session, orders=answers["sold"])
        alive = units_by_item(session, Reservation.state != "released")
        assert all(units <= UNITS for units in alive.values()), alive
        committed = units_by_item(session, Reservation.committed_at.is_not(None))
        assert left == {item: UNITS - committed.get(item, 0) for item in there}
    _let_all_numbers_settle(db, left)
    with db.transaction() as session:
        promised = units_by_item(session, Reservation.state == "held")
        assert units_by_item(session, Reservation.state == "in_shopify") == {}
        for sku, item in SKUS.items():
            [shown] = show_stock(session, sku=sku, shop_buffer=0)
            assert shown["locations"][0]["sellable"] == left[item] - promised.get(item, 0)
        assert (
            session.scalar(text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))
            == 0
        )


def _every_promise_is_an_orders_and_every_orders_line_is_promised(session, *, orders: int) -> None:
    assert session.scalar(select(func.count()).select_from(Order)) == orders
    assert session.scalar(select(func.count()).select_from(Decision)) == CARTS
    lines = session.execute(
        select(OrderItem.order_id, OrderItem.inventory_item_id, func.sum(OrderItem.quantity))
        .where(OrderItem.is_supplier_item)
        .group_by(OrderItem.order_id, OrderItem.inventory_item_id)
    )
    promised = session.execute(
        select(Reservation.order_id, Reservation.inventory_item_id, Reservation.quantity)
    )
    assert sorted(map(tuple, lines)) == sorted(map(tuple, promised))


def _let_all_numbers_settle(db: Database, left: dict[int, int]) -> None:
    """Have a minute pass, and the shop read once more."""
    with db.transaction() as session:
        session.execute(text("UPDATE reservations SET committed_at = committed_at - interval '1 minute'"))
        session.execute(text("UPDATE inventory_levels SET observed_at = observed_at - interval '6 minutes'"))
    with db.transaction() as session:
        tell_all(session, left, began=clock(session))
