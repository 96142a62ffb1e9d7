"""What somebody who waits for the first of some stock rows has locked by then: in the one order, nothing.

Levels come first, by their items, and promises after all levels: a read that is stored locks them like that.
"""

from collections import Counter
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Select, select, text

from bridge.db import Database
from bridge.models import InventoryLevel, Reservation
from tests.support.waiting import await_until


def locked_while_waiting(db: Database, items: Collection[int], do: Callable[[], object]) -> set[int]:
    """Lock the first of these inventory items, have something done that needs it, and see what that has locked.

    It is let go then; what `do` raises is raised here.

    :returns: the items of which it has a promise, or the level
    :raises AssertionError: it did not wait
    """
    first, *others = sorted(items)
    with ThreadPoolExecutor(1) as pool:
        with db.transaction() as session:
            session.scalars(_of(InventoryLevel, [first]).with_for_update()).one()
            doing = pool.submit(do)
            await_until(lambda: doing.done() or _somebody_waits(db), because="it to wait for the first item")
            waits = not doing.done()
            locked = _locked(db, InventoryLevel, others) | _locked(db, Reservation, items)
        doing.result()
    assert waits, "it went on without the first item"
    return locked


def _locked(db: Database, table: type[InventoryLevel | Reservation], items: Collection[int]) -> set[int]:
    with db.transaction() as session:
        there = Counter(session.scalars(_of(table, items)))
        free = Counter(session.scalars(_of(table, items).with_for_update(skip_locked=True)))
    return set(there - free)


def _of(table: type[InventoryLevel | Reservation], items: Collection[int]) -> Select[tuple[int]]:
    return select(table.inventory_item_id).where(table.inventory_item_id.in_(items))


def _somebody_waits(db: Database) -> bool:
    with db.transaction() as session:
        return bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))
