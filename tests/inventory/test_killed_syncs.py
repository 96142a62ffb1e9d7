"""A worker killed with SIGKILL in the middle of a sync: the next run starts over or goes on, and no older number
takes the place of a newer one."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from celery import Celery
from sqlalchemy import func, select, update

from bridge import jobs
from bridge.db import Database
from bridge.models import InventoryLevel, Listing, SyncRun
from bridge.services.stock_location import known_location
from local.process import Process
from tests.inventory.bulk_stage import level_webhook, numbers, operations, runs
from tests.inventory.conftest import ARTICLES
from tests.support import processes
from tests.support.waiting import await_until

# One item of each of the three pages; the sync is stopped at the second.
FIRST, MIDDLE, LAST = 10, 300, 590
SECONDS = 60


@pytest.fixture
def env(environment: dict[str, str]) -> dict[str, str]:
    """One process works, every sync is due, and 600 items are many."""
    return environment | {
        "INVENTORY_BULK_ABOVE": str(ARTICLES - 1),
        "INVENTORY_SYNC_SECONDS": "1",
        "WORKER_CONCURRENCY": "1",
    }


def ask_until(celery: Celery, db: Database, *, complete: int) -> None:
    """Ask for syncs until so many runs have come to their end."""

    def came_to_their_end() -> bool:
        celery.send_task(jobs.SYNC_INVENTORY, queue="inventory", expires=1)
        with db.transaction() as session:
            done = select(func.count()).select_from(SyncRun).where(SyncRun.complete)
            return (session.scalar(done) or 0) >= complete

    await_until(came_to_their_end, seconds=SECONDS, because="a sync that ends")


@contextmanager
def stopped_half_way(celery: Celery, db: Database, listing: Listing, *, method: str) -> Iterator[None]:
    """Hold the level that a new run comes to second, and yield when the run waits for it."""
    before = len(runs(db))

    def waits() -> bool:
        if len(runs(db)) == before:
            celery.send_task(jobs.SYNC_INVENTORY, queue="inventory", expires=1)
            return False
        run = runs(db)[-1]
        return (run.method, run.pages, run.finished_at) == (method, 1, None)

    with db.transaction() as session:
        session.get_one(
            InventoryLevel, (listing.inventory_item_id, known_location(session)), with_for_update=True
        )
        await_until(waits, seconds=SECONDS, because="the second page")
        yield


def kill(worker: Process) -> None:
    """Kill a worker and its pool as a machine that goes away does."""
    worker.send_signal(signal.SIGKILL)
    await_until(lambda: not worker.is_running())
    worker.kill_left_over()


def test_a_killed_sync_starts_over_or_goes_on_and_never_goes_back(
    env, db, listings, staff, simulator, tmp_path: Path
):
    first, middle, last = (listings[n].inventory_item_id for n in (FIRST, MIDDLE, LAST))
    celery = Celery(broker=env["REDIS_URL"])
    celery.conf.broker_transport_options = {"global_keyprefix": "bridge:"}
    with db.transaction() as session:
        location = known_location(session) or 0
        session.execute(  # One less is not many: this run goes by pages.
            update(Listing).where(Listing.sku == listings[0].sku).values(retired_at=func.now())
        )
    for item in (first, middle, last):
        staff.set_available(item, 3, location)

    with processes.running_worker(env, tmp_path, name="first") as worker:
        with stopped_half_way(celery, db, listings[MIDDLE], method="nodes"):
            [pool_process] = psutil.Process(worker.pid).children()
            pool_process.kill()
        ask_until(celery, db, complete=1)
        assert numbers(db, [first, middle, last]) == {first: 3, middle: 3, last: 3}

        with db.transaction() as session:
            session.execute(update(Listing).values(retired_at=None))
        for item in (first, middle, last):
            staff.set_available(item, 4, location)
        with stopped_half_way(celery, db, listings[MIDDLE], method="bulk"):
            kill(worker)
    for listing in (listings[FIRST], listings[MIDDLE]):  # One was read and one was not when these came.
        staff.set_available(listing.inventory_item_id, 7, location)
        level_webhook(db, listing.inventory_item_id, 7)
    with processes.running_worker(env, tmp_path, name="second"):
        ask_until(celery, db, complete=2)

    assert numbers(db, [first, middle, last]) == {first: 7, middle: 7, last: 4}
    assert len(operations(simulator)) == 1  # The file that the dead worker had asked for was read.
    assert [(run.method, run.complete) for run in runs(db)][-2:] == [("bulk", False), ("bulk", True)]
