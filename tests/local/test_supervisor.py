"""Keeping processes alive in their order, and ending all of them in the reverse one."""

import os
import signal

import psutil
import pytest

from local.environment import base_environment
from local.ports import free_port
from local.process import Process, ProcessError
from local.programs import answers_at
from local.supervisor import Service, Supervisor, pause_seconds
from tests.support.waiting import await_until


@pytest.fixture
def told():
    return []


@pytest.fixture
def supervisor(told):
    watching = Supervisor(told.append)
    yield watching
    watching.stop()


@pytest.fixture
def service(tmp_path):
    """Make a service that runs a shell script."""

    def make(name, script, *, ready="", **options):
        process = Process(
            name, ["/bin/sh", "-c", script],
            env=base_environment(), log=tmp_path / f"{name}.log", cwd=tmp_path,
        )  # fmt: skip
        options = {"stage": 1, "stop_seconds": 5, "start_seconds": 5} | options
        return Service(process, lambda: ready in process.tail(), **options)

    return make


def kill(service):
    os.kill(service.process.pid, signal.SIGKILL)
    await_until(lambda: not service.process.is_running())


def test_what_dies_is_started_again(supervisor, service, told):
    sleeper = service("sleeper", "exec sleep 1000")
    supervisor.start(sleeper)
    first = sleeper.process.pid
    kill(sleeper)

    supervisor.revive_the_dead()

    assert sleeper.process.is_running()
    assert sleeper.process.pid != first
    assert told == ["sleeper ended with -9: started again"]


def test_what_needs_another_waits_for_it(supervisor, service):
    base = service("base", "exec sleep 1000")
    above = service("above", "exec sleep 1000", needs=("base",))
    base.not_before = float("inf")  # In the middle of a crash loop.
    for each in (above, base):
        supervisor.start(each)
        kill(each)

    supervisor.revive_the_dead()
    assert not above.process.is_running()

    base.not_before = 0
    supervisor.revive_the_dead()
    supervisor.revive_the_dead()
    assert base.process.is_running()
    assert above.process.is_running()


def test_a_crash_loop_pauses_longer_each_time(supervisor, service, told):
    crasher = service("crasher", "exit 3", ready="never")
    supervisor.start(crasher)

    for _ in range(4):
        await_until(lambda: not crasher.process.is_running())
        crasher.not_before = 0  # The pause is over.
        supervisor.revive_the_dead()
        supervisor.revive_the_dead()  # It is not over yet.

    assert told == ["crasher ended with 3: started again"] * 4
    assert crasher.failures == 4
    assert [pause_seconds(n) for n in (1, 2, 3, 4, 9)] == [0.5, 1, 2, 4, 30]


def test_a_service_that_does_not_start_is_reported_with_its_log(supervisor, service):
    broken = service("broken", "echo 'no such table' >&2; exit 1", ready="never")
    supervisor.start(broken)

    with pytest.raises(ProcessError, match=r"(?s)broken ended with 1:.*no such table"):
        supervisor.wait_until_ready(broken)


def test_stages_end_one_after_the_other(supervisor, service, tmp_path):
    script = "trap 'echo {0} >> ended; exit 0' TERM; echo ready; while :; do sleep 0.05; done"
    services = [
        service(name, script.format(name), ready="ready", stage=stage)
        for name, stage in (("database", 3), ("broker", 2), ("web", 1))
    ]
    for each in services:
        supervisor.start(each)
    supervisor.wait_until_ready(*services)

    supervisor.stop()

    assert (tmp_path / "ended").read_text().split() == ["web", "broker", "database"]
    assert supervisor.services == []


def test_a_killed_server_does_not_keep_its_port(supervisor, tmp_path):
    """Its own children hold the socket, as the workers of a killed gunicorn do."""
    port = free_port()
    script = f"""
import http.server, os
server = http.server.HTTPServer(("127.0.0.1", {port}), http.server.SimpleHTTPRequestHandler)
os.fork()
server.serve_forever()
"""
    process = Process(
        "forker", [psutil.Process().exe(), "-c", script],
        env=base_environment(), log=tmp_path / "log", cwd=tmp_path,
    )  # fmt: skip
    forker = Service(process, answers_at(f"http://127.0.0.1:{port}/"), stage=1)
    supervisor.start(forker)
    supervisor.wait_until_ready(forker)
    kill(forker)

    supervisor.revive_the_dead()

    assert forker.process.is_running()
    assert forker.is_ready()
