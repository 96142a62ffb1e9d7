"""Fifty at once against the live server: one order for one cart, one sale for one unit, and no 5xx but a rare 503."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select, text

from bridge.models import IdempotencyKey, InventoryLevel, Order, Reservation
from tests.support.lock_order import locked_while_waiting
from tests.support.partner_api import LiveAnswer, cart, item_of, stock

AT_ONCE = 50


def all_at_once(calls: Sequence[Callable[[], LiveAnswer]]) -> list[LiveAnswer]:
    """Make all calls at the same moment. A 503 is sent again, as every client is told to."""
    start = Barrier(len(calls))

    def one(call: Callable[[], LiveAnswer]) -> LiveAnswer:
        start.wait()
        for _ in range(5):
            answer = call()
            if answer.status != 503:
                break
        return answer

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def statuses(answers: Sequence[LiveAnswer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


def orders(db) -> int:
    with db.transaction() as session:
        return session.scalar(select(func.count()).select_from(Order))


def reserved(db) -> dict[int, int]:
    with db.transaction() as session:
        rows = session.execute(
            select(Reservation.inventory_item_id, func.sum(Reservation.quantity)).group_by(
                Reservation.inventory_item_id
            )
        )
        return {item: int(units) for item, units in rows}


@pytest.mark.parametrize("units", [1000, 1], ids=["plenty", "one unit"])
def test_fifty_times_one_key_is_one_order_and_one_answer(api, db, account, units):
    stock(db, account, {"LAST": units})
    body = cart(sku="LAST")

    answers = all_at_once([lambda: api.submit(account, body, "one-key")] * AT_ONCE)

    assert statuses(answers) == {200: AT_ONCE}
    assert len({answer.body for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert orders(db) == 1


@pytest.mark.parametrize("units", [1000, 1], ids=["plenty", "one unit"])
def test_fifty_keys_for_one_number_are_one_order(api, db, account, units):
    stock(db, account, {"LAST": units})
    body = cart(sku="LAST")

    answers = all_at_once(
        [lambda key=f"key-{number}": api.submit(account, body, key) for number in range(AT_ONCE)]
    )

    assert statuses(answers) == {200: AT_ONCE}
    assert len({answer.body for answer in answers}) == 1
    assert orders(db) == 1
    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(IdempotencyKey)) == AT_ONCE


def test_fifty_different_carts_under_one_number_are_one_order_and_conflicts(api, db, account):
    stock(db, account, {"LAST": 1000})
    bodies = [cart(sku="LAST", payment_method=f"Method {number}") for number in range(AT_ONCE)]

    answers = all_at_once([lambda body=body: api.submit(account, body) for body in bodies])

    assert statuses(answers) == {200: 1, 409: AT_ONCE - 1}
    assert orders(db) == 1


@pytest.mark.parametrize("bodies", ["one cart", "many carts"])
def test_the_number_of_a_canceled_order_is_taken_over_once(api, db, account, bodies):
    stock(db, account, {"LAST": 1000})
    api.submit(account, cart(sku="LAST"))
    with db.transaction() as session:
        session.execute(text("UPDATE orders SET status = 'CANCELED'"))
        session.execute(text("DELETE FROM work"))
    methods = [f"Method {number if bodies == 'many carts' else 0}" for number in range(AT_ONCE)]

    answers = all_at_once(
        [
            lambda method=method: api.submit(account, cart(sku="LAST", payment_method=method))
            for method in methods
        ]
    )

    taken = {200: AT_ONCE} if bodies == "one cart" else {200: 1, 409: AT_ONCE - 1}
    assert statuses(answers) == taken
    assert orders(db) == 2


@pytest.mark.parametrize("skus", [["LAST"], ["LAST", "LAST-GIFT"]], ids=["one SKU", "two SKUs of one item"])
def test_the_last_unit_is_sold_once(api, db, account, skus):
    stock(db, account, dict.fromkeys(skus, 1), items=dict.fromkeys(skus, item_of("LAST")))
    bodies = [cart(f"ORDER-{number}", sku=skus[number % len(skus)]) for number in range(AT_ONCE)]

    answers = all_at_once(
        [lambda body=body: api.submit(account, body, body["partner_order_id"]) for body in bodies]
    )

    assert statuses(answers) == {200: 1, 204: AT_ONCE - 1}
    assert reserved(db) == {item_of("LAST"): 1}


def test_a_twin_of_the_order_that_got_the_last_unit_is_never_told_204(api, db, account):
    """Ten carts race for one unit, each sent five times with its own key: the winner's five agree."""
    stock(db, account, {"LAST": 1})
    calls = [
        lambda number=number, again=again: api.submit(
            account, cart(f"ORDER-{number}", sku="LAST"), f"{number}-{again}"
        )
        for number in range(10)
        for again in range(5)
    ]

    answers = all_at_once(calls)

    by_order = [answers[start : start + 5] for start in range(0, 50, 5)]
    assert sorted(tuple(statuses(group).items()) for group in by_order) == [((200, 5),)] + [((204, 5),)] * 9
    assert orders(db) == 1


def test_carts_of_many_items_in_any_order_neither_deadlock_nor_oversell(api, db, account):
    skus = [f"S{number:03}" for number in range(8)]
    units = 20
    stock(db, account, dict.fromkeys(skus, units))
    chance = random.Random(7)
    bodies = [
        cart(
            f"ORDER-{number}",
            items=[
                {"sku": sku, "title": sku, "price": 1, "quantity": chance.randint(1, 3)}
                for sku in chance.sample(skus, 5)
            ],
        )
        for number in range(AT_ONCE)
    ]

    answers = all_at_once([lambda body=body: api.submit(account, body) for body in bodies])

    assert set(statuses(answers)) <= {200, 204}
    sold = reserved(db)
    assert all(total <= units for total in sold.values())
    assert len(sold) == len(skus)
    assert "Deadlock" not in api.log.read_text()


def test_a_cart_that_waits_for_its_first_item_keeps_nobody_from_the_others(api, db, account):
    """Whoever locks in one order cannot deadlock: nothing is locked before the items that come first."""
    skus = [f"S{number:03}" for number in range(8)]
    stock(db, account, dict.fromkeys(skus, 20))
    items = [{"sku": sku, "title": sku, "price": 1, "quantity": 1} for sku in reversed(skus)]

    for number in range(3):
        body = cart(f"ORDER-{number}", items=items)

        assert not locked_while_waiting(
            db, [*map(item_of, skus)], lambda body=body: api.submit(account, body)
        )


def test_stock_that_changes_meanwhile_is_not_sold_twice(api, db, account):
    """As the sync writes levels while carts come in: whoever locks the row first goes first."""
    stock(db, account, {"LAST": 0})

    def restock() -> None:
        for _ in range(20):
            with db.transaction() as session:
                level = session.scalars(select(InventoryLevel).with_for_update()).one()
                level.available = (level.available or 0) + 1

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(restock)
        answers = all_at_once(
            [
                lambda number=number: api.submit(account, cart(f"N{number}", sku="LAST"))
                for number in range(AT_ONCE)
            ]
        )
        writing.result()

    assert set(statuses(answers)) <= {200, 204}
    assert sum(reserved(db).values()) == statuses(answers)[200] <= 20
