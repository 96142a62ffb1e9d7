"""A worker whose clock is wrong, whose memory is used up, or whose message dies with it: the order is made, once."""

import signal
from pathlib import Path

import pytest
import redis
from sqlalchemy import select, text

from bridge.db import clock
from bridge.models import OrderEvent, PushAttempt
from bridge.services import due_work
from local.process import Process
from tests.faults.takeover import Stage
from tests.faults.test_a_crash_at_every_step import assert_nothing_lost_and_nothing_doubled
from tests.support import processes
from tests.support.waiting import await_until

# Read by Python at its start, before anything of ours.
_WRONG_CLOCK = """
import datetime as module, time
from pathlib import Path

HOURS = {hours}
right, right_ns, Right = time.time, time.time_ns, module.datetime
time.time = lambda: right() + HOURS * 3600
time.time_ns = lambda: right_ns() + HOURS * 3600 * 10**9


class AsEver(type(Right)):
    def __instancecheck__(cls, other):
        return isinstance(other, Right)


class Wrong(Right, metaclass=AsEver):
    @classmethod
    def now(cls, tz=None):
        return Right.now(tz) + module.timedelta(hours=HOURS)

    @classmethod
    def utcnow(cls):
        return Right.utcnow() + module.timedelta(hours=HOURS)


module.datetime = Wrong
Path(__file__).with_name("thinks").write_text(str(time.time() - right()))
"""


@pytest.mark.parametrize("hours", [1, -1])
def test_a_worker_whose_clock_is_an_hour_off_works_as_any_other(takeover: Stage, tmp_path: Path, hours: int):
    (tmp_path / "sitecustomize.py").write_text(_WRONG_CLOCK.format(hours=hours))
    env = {**takeover.settings, "PYTHONPATH": str(tmp_path)}
    with processes.running_worker(env, takeover.folder, name="wrong") as worker:
        worker.stop_signal = signal.SIGKILL
        answer = takeover.submit(takeover.web, "PO-1")
        assert answer is not None
        await_until(lambda: takeover.only_order().shopify_order_id, seconds=60, because="it is confirmed")
    takeover.leases_end()  # It was killed with something in its hands, perhaps.
    takeover.rescue()

    assert_nothing_lost_and_nothing_doubled(takeover, "UNFULFILLED")
    assert float((tmp_path / "thinks").read_text()) == pytest.approx(hours * 3600, abs=1)
    with takeover.db.transaction() as session:
        times = [*session.scalars(select(OrderEvent.at)), *session.scalars(select(PushAttempt.started_at))]
        now = clock(session)
    assert all(0 <= (now - at).total_seconds() < 600 for at in times), "every time is PostgreSQL's"


def test_a_worker_that_runs_out_of_memory_loses_nothing_and_doubles_nothing(takeover: Stage):
    with takeover.armed_worker("push.sent", "memory") as worker:
        answer = takeover.submit(takeover.web, "PO-1")
        assert answer is not None
        await_until(
            lambda: "MemoryError" in str(takeover.left()), seconds=60, because="it has no memory left"
        )
        worker.stop()
    takeover.leases_end()
    takeover.rescue()

    assert_nothing_lost_and_nothing_doubled(takeover, "UNFULFILLED")


def test_a_message_that_dies_with_the_worker_that_had_taken_it_is_sent_again(takeover: Stage):
    with processes.running_worker(takeover.settings, takeover.folder, name="frozen") as worker:
        worker.stop_signal = signal.SIGKILL
        worker.send_signal(signal.SIGSTOP)
        answer = takeover.submit(takeover.web, "PO-1")
        assert answer is not None
        with takeover.db.transaction() as session:
            [work] = due_work.take_due(session, keep_busy=1, now=clock(session))
        dies_in_a_socket(takeover, worker, work.job, dict(work.ids))
    takeover.leases_end()
    takeover.rescue()

    assert_nothing_lost_and_nothing_doubled(takeover, "UNFULFILLED")


def dies_in_a_socket(stage: Stage, worker: Process, job: str, ids: dict[str, str]) -> None:
    """Send a message to a worker that takes it from Redis and never reads it; then the worker is killed."""
    with redis.Redis.from_url(stage.settings["REDIS_URL"]) as broker:

        def is_waiting() -> bool:
            own = broker.get_connection_kwargs()["db"]
            return any(each["db"] == str(own) and "b" in each["flags"] for each in broker.client_list())

        def is_nowhere() -> bool:
            """It is in no list, and nobody noted that it was delivered: who waited for it is stopped."""
            broker.delete("bridge:orders", "bridge:dispatch")
            worker.send_signal(signal.SIGCONT)
            await_until(is_waiting, because="the worker waits for a message")
            worker.send_signal(signal.SIGSTOP)
            stage.doorbell.send_task(job, kwargs=ids, queue="orders")
            return not broker.llen("bridge:orders") and not broker.hlen("bridge:unacked")

        await_until(is_nowhere, because="the message is in the worker's socket")
    worker.send_signal(signal.SIGKILL)
    await_until(lambda: not worker.is_running())
    with stage.db.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM work WHERE attempts = 0")) == 1, "nobody began"
