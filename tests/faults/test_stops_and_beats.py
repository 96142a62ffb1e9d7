"""Processes are told to stop under load, a clock ticks twice or not at all: nothing is lost, nothing happens twice."""

import signal
from datetime import timedelta
from itertools import pairwise

import psutil
import redis
from sqlalchemy import make_url, select, text

from bridge.models import SyncRun
from bridge.services.sync_runs import INVENTORY
from local.ports import free_port
from tests.faults.live import Live
from tests.support import processes
from tests.support.waiting import await_until


def test_a_web_process_told_to_stop_under_load_ends_well_and_loses_no_answered_cart(live: Live):
    url = f"http://127.0.0.1:{free_port()}"
    env = {**live.env, "BRIDGE_PUBLIC_URL": url}
    live.answers.clear()
    with processes.running_web(env, live.folder) as web, live.load(url) as accepted:
        await_until(lambda: accepted() > 20, seconds=60)
        web.send_signal(signal.SIGTERM)
        await_until(lambda: not web.is_running(), seconds=60)

    assert web.exit_code == 0
    assert set(live.answers.values()) <= {200, None}, "answered, or not taken any more"
    for number in list(live.answers):  # Everybody sends once more, to a process that is there.
        answer = live.submit(number)
        assert answer is not None
        assert answer.status == 200
        live.answers[number] = 200
    live.drain()


def test_a_worker_told_to_stop_under_load_finishes_what_it_began(live: Live):
    live.simulator.fault("slow", operation="draftOrderCreate", seconds=0.3)
    before = live.outcomes()
    with processes.running_worker(live.env, live.folder, name="leaving") as leaving:
        live.take(16)
        await_until(
            lambda: "Task orders.push" in leaving.log.read_text(errors="replace"),
            seconds=60,
            because="it has begun to push",
        )
        leaving.send_signal(signal.SIGTERM)
        await_until(lambda: not leaving.is_running(), seconds=90)

    assert leaving.exit_code == 0
    live.drain()
    # No attempt was cut off: each order was placed by the first one.
    assert live.outcomes() - before == {"placed": 16}


def test_two_beats_at_once_make_one_run_of_each_job(live: Live):
    with live.db.transaction() as session:
        newest = session.scalar(select(SyncRun.id).order_by(SyncRun.id.desc()).limit(1)) or 0

    def runs() -> list:
        with live.db.transaction() as session:
            found = select(SyncRun.started_at).where(SyncRun.id > newest, SyncRun.kind == INVENTORY)
            return list(session.scalars(found.order_by(SyncRun.id)))

    with processes.running_beat(live.env, live.folder / "second"):
        live.take(4)
        await_until(lambda: len(runs()) >= 4, seconds=90)

    # Its turn comes every two seconds, however many clocks tick; a tick may come a tenth too early.
    assert all(later - earlier >= timedelta(seconds=1.7) for earlier, later in pairwise(runs()))
    live.drain()


def test_rings_that_were_lost_while_no_beat_ticked_are_made_up_for_when_one_does(live: Live):
    live.beat.stop()
    live.take(4)
    live.drain()  # The web process rings by itself.
    with redis.Redis.from_url(live.valkey.url) as broker:
        broker.config_set("maxmemory", 1)  # Nobody hears a ring.
        try:
            live.take(6)
        finally:
            broker.config_set("maxmemory", 0)
    with live.db.transaction() as session:  # Ten minutes pass.
        for table, columns in (("work", ("next_attempt_at", "rung_at")), ("marks", ("at",))):
            moved = ", ".join(f"{column} = {column} - interval '10 minutes'" for column in columns)
            session.execute(text(f"UPDATE {table} SET {moved}"))  # noqa: S608

    live.beat.start()

    live.drain()


def test_processes_that_were_forked_share_no_connection_to_the_database(live: Live):
    live.take(8)
    live.drain()
    database_port = make_url(live.env["DATABASE_URL"]).port

    def ports(process: psutil.Process) -> set[int]:
        wires = process.net_connections(kind="tcp")
        return {wire.laddr.port for wire in wires if wire.raddr and wire.raddr.port == database_port}

    for parent in (psutil.Process(live.web.pid), psutil.Process(live.worker.pid)):
        children = [ports(child) for child in parent.children()]
        assert ports(parent) == set(), "a connection that is there before the fork is everybody's"
        assert sum(map(len, children)) == len(set().union(*children)) > 0
