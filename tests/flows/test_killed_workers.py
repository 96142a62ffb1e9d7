"""A worker killed with SIGKILL in the middle of a call loses nothing and doubles nothing."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bridge import jobs
from bridge.services.order_decisions import decide, request_confirm
from local.process import Process
from tests.flows.stage import Stage
from tests.support import processes
from tests.support.recovery import measured
from tests.support.waiting import await_until

# Short, so that what a dead worker leaves behind is picked up within the test.
_FAST = {
    "SHOPIFY_TIMEOUT_SECONDS": "4",
    "LEASE_SECONDS": "19",
    "UNKNOWN_GRACE_SECONDS": "2",
    "DISPATCH_SECONDS": "1",
}


@pytest.fixture
def env(stage: Stage, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of real workers on the stage, with beat ringing for them."""
    env = {**stage.settings, **_FAST}
    with processes.running_beat(env, tmp_path):
        yield env


def kill(worker: Process) -> None:
    """Kill a worker and its pool as a machine that goes away does."""
    worker.send_signal(signal.SIGKILL)
    await_until(lambda: not worker.is_running())
    worker.kill_left_over()


def is_being_pushed(stage: Stage) -> bool:
    with stage.db.transaction() as session:
        return session.scalar(text("SELECT count(*) FROM push_attempts WHERE outcome IS NULL")) == 1


def is_leased(stage: Stage, job: str) -> bool:
    work = stage.work(job)
    return work is not None and work.leased_until is not None


@pytest.mark.parametrize(
    ("because", "fault"), [("Shopify never heard of it", "refuse"), ("Shopify has done it", "lost_reply")]
)
def test_a_worker_killed_while_pushing_leads_to_exactly_one_draft(
    stage, env, tmp_path, because, fault, record_property
):
    stage.simulator.fault("slow", operation="draftOrderCreate", seconds=2, times=1)
    stage.simulator.fault(fault, operation="draftOrderCreate", times=1)
    with processes.running_worker(env, tmp_path, name="first") as first:
        order_id = stage.order()
        await_until(lambda: is_being_pushed(stage), because="the attempt is journaled")
        kill(first)

    with processes.running_worker(env, tmp_path, name="second"), measured(record_property):
        await_until(lambda: stage.read(order_id).draft_id, seconds=60, because="the order is pushed")

    [draft] = stage.drafts()
    assert stage.read(order_id).draft_name == draft["name"]
    assert stage.attempts(order_id)[-1] == "placed"


def test_a_worker_killed_while_confirming_leads_to_exactly_one_order(stage, env, tmp_path):
    order_id = stage.pushed()
    stage.simulator.fault("slow", operation="draftOrderComplete", seconds=2, times=1)
    with processes.running_worker(env, tmp_path, name="first") as first:
        decide(stage.db, request_confirm, order_id=order_id, by="staff")
        await_until(lambda: is_leased(stage, jobs.CONFIRM_ORDER), because="a worker is at it")
        kill(first)

    with processes.running_worker(env, tmp_path, name="second"):
        await_until(
            lambda: stage.read(order_id).shopify_order_id, seconds=60, because="the order is confirmed"
        )

    assert len(stage.orders()) == 1
