"""Beat asks for it, a worker does it."""

from sqlalchemy import select

from bridge.db import Database
from bridge.models import SyncRun
from tests.support import processes
from tests.support.waiting import await_until


def test_beat_and_a_worker_reconcile(db: Database, environment: dict[str, str], tmp_path):
    env = {**environment, "RECONCILE_SECONDS": "1"}

    def has_run() -> bool:
        with db.transaction() as session:
            runs = session.scalars(select(SyncRun).where(SyncRun.kind == "reconcile", SyncRun.complete))
            return runs.first() is not None

    with processes.running_worker(env, tmp_path), processes.running_beat(env, tmp_path):
        await_until(has_run, because="a run that ended well")
