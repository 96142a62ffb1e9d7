"""Processes that act on one stock at once: buyers, a shop that commits and gives back, a line that delivers late."""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.synchronize import Event
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bridge.db import Database, clock
from bridge.domain.shop_values import InventoryLevel as ShopLevel
from bridge.models import Order, Reservation
from bridge.services import reserve_stock
from bridge.services.observe_stock import observe_webhook_level, store_read
from tests.support.buying import buy
from tests.support.partner_api import LOCATION

T = TypeVar("T")
_LOCK_TIMEOUT = "55P03"


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is for sale: the SKUs of one partner, and which item each is."""

    database_url: str
    partner_id: UUID
    items: Mapping[str, int]


@contextmanager
def connected(url: str):
    db = Database(url, pool_size=1)
    try:
        yield db
    finally:
        db.dispose()


def buy_many(shelf: Shelf, carts: int, seed: int) -> Counter[str]:
    """Submit carts of several SKUs in random order; count the answers. Whatever goes wrong ends the process."""
    chance = random.Random(seed)
    skus = sorted(shelf.items)
    answers: Counter[str] = Counter()
    with connected(shelf.database_url) as db:
        for number in range(carts):
            wanted = chance.sample(skus, chance.randint(1, 4))
            units = {sku: chance.randint(1, 3) for sku in wanted}
            made = _patiently(lambda: buy(db, shelf.partner_id, f"{seed}-{number}", units))  # noqa: B023  called now
            answers["sold" if made else "nothing"] += 1
    return answers


def keep_shop(shelf: Shelf, there: Mapping[int, int], done: Event, seed: int) -> dict[int, int]:
    """Commit and give back what was promised, and tell of the numbers, until everybody has bought.

    :param there: units of each item at the beginning
    :returns: units of each item that the shop has left for sale in the end
    """
    chance = random.Random(seed)
    left = dict(there)
    with connected(shelf.database_url) as db:
        while not done.is_set():
            for _ in range(4):
                _patiently(lambda: _settle_one(db, left, chance))
            with db.transaction() as session:
                began = clock(session)
            seen = dict(left)
            _patiently(lambda: _settle_one(db, left, chance))  # The shop goes on while it is read.
            _patiently(lambda: _tell_all(db, seen, began))  # noqa: B023  called now
            for item in chance.sample(sorted(left), 3):
                _patiently(lambda: _tell_one(db, item, left[item], None))  # noqa: B023  called now
    return left


def tell_late(shelf: Shelf, there: Mapping[int, int], done: Event, long_ago: datetime) -> int:
    """Deliver what was true before anything was sold, again and again; return how often."""
    told = 0
    with connected(shelf.database_url) as db:
        while not done.is_set():
            _patiently(lambda: _tell_all(db, there, long_ago))
            for item in sorted(there, reverse=True):
                _patiently(lambda: _tell_one(db, item, there[item], long_ago))  # noqa: B023  called now
            told += 1
    return told


def tell_all(session: Session, numbers: Mapping[int, int], *, began: datetime) -> None:
    """Store a read of every item."""
    levels = {
        item: ShopLevel(item, LOCATION, stocked=True, tracked=True, available=units, updated_at=began)
        for item, units in numbers.items()
    }
    store_read(session, asked=sorted(numbers), location_id=LOCATION, levels=levels, began=began)


def tell_one(session: Session, item: int, units: int, *, changed_at: datetime, now: datetime) -> None:
    """Take a webhook about one item."""
    observe_webhook_level(
        session, inventory_item_id=item, location_id=LOCATION, available=units, updated_at=changed_at, now=now
    )


def _tell_all(db: Database, numbers: Mapping[int, int], began: datetime) -> None:
    with db.transaction() as session:
        tell_all(session, numbers, began=began)


def _tell_one(db: Database, item: int, units: int, changed_at: datetime | None) -> None:
    with db.transaction() as session:
        now = clock(session)
        tell_one(session, item, units, changed_at=changed_at or now, now=now)


def _patiently(do: Callable[[], T]) -> T:
    """Do it again when a lock was not given in time, as whoever is answered 503 does; a deadlock ends the test."""
    while True:
        try:
            return do()
        except OperationalError as error:
            if getattr(error.orig, "pgcode", None) != _LOCK_TIMEOUT:
                raise


def _settle_one(db: Database, left: dict[int, int], chance: random.Random) -> None:
    """Decide about one waiting order: the shop commits it, or it is rejected."""
    with db.transaction() as session:
        order = session.scalar(
            select(Order)
            .join(Reservation, Reservation.order_id == Order.id)
            .where(Reservation.state == "held", Order.shopify_order_id.is_(None))
            .order_by(func.random())
            .limit(1)
            .with_for_update(of=Order, skip_locked=True)
        )
        if order is None:
            return
        now = clock(session)
        if chance.random() < 0.3:
            reserve_stock.release(session, order, now)
            return
        promised: Sequence[Reservation] = session.scalars(
            select(Reservation).where(Reservation.order_id == order.id)
        ).all()
        order.shopify_order_id = order.id.int % 2**62
        reserve_stock.commit(session, order, now)
        for reservation in promised:  # Nobody hears of either before this is committed.
            left[reservation.inventory_item_id] -= reservation.quantity
