"""What somebody who waits for the first of some stock rows has locked by then: in the one order, nothing."""

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Select, select, text

from bridge.db import Database
from bridge.models import InventoryLevel
from tests.support.waiting import await_until


def locked_while_waiting(db: Database, items: Collection[int], do: Callable[[], object]) -> set[int]:
    """Lock the first of these inventory items, have something done that needs it, and see which others that has locked.

    It is let go then; what `do` raises is raised here.
    """
    first, *others = sorted(items)
    with ThreadPoolExecutor(1) as pool:
        with db.transaction() as session:
            session.scalars(_levels(first).with_for_update()).one()
            doing = pool.submit(do)
            await_until(lambda: _somebody_waits(db), because="it to wait for the first item")
            with db.transaction() as looking:
                free = looking.scalars(_levels(*others).with_for_update(skip_locked=True)).all()
        doing.result()
    return set(others) - set(free)


def _levels(*items: int) -> Select[tuple[int]]:
    return select(InventoryLevel.inventory_item_id).where(InventoryLevel.inventory_item_id.in_(items))


def _somebody_waits(db: Database) -> bool:
    with db.transaction() as session:
        return bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))
