"""Any worker of a machine answers for all of them, the dead ones included."""

import os
import shutil
import signal
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local.process import Process
from tests.operations.readings import Readings
from tests.support import processes
from tests.support.partner_api import NO_SHOP
from tests.support.waiting import await_until

ALIVE = {"method": "GET", "route": "/healthz", "status": "200"}


@pytest.fixture
def running(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[tuple[str, Process]]:
    """The URL of gunicorn with two workers, and its process."""
    (tmp_path / "jafarshop-metrics-999999999-of-one-that-was-killed").mkdir()
    env = processes.environment(database_url=database_url, redis_url=redis_url, shopify_url=NO_SHOP) | {
        "TMPDIR": str(tmp_path)
    }
    with processes.running_web(env, tmp_path) as process:
        yield env["BRIDGE_PUBLIC_URL"], process


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - our own address
        return answer.read().decode()


def alive(url: str) -> float:
    return Readings(get(f"{url}/metrics"))("bridge_http_requests_total", **ALIVE) or 0


def workers(process: Process) -> list[psutil.Process]:
    return psutil.Process(process.pid).children()


def kill_one(process: Process) -> None:
    """Kill a worker, and wait until there is another in its place."""
    victim = workers(process)[0]
    victim.send_signal(signal.SIGKILL)
    victim.wait(30)
    await_until(lambda: len(workers(process)) == 2, seconds=60, because="a new worker")


def test_every_worker_counts_for_all_and_nothing_is_lost_or_left_when_one_dies(running, tmp_path):
    url, process = running
    before = alive(url)
    for _ in range(40):
        get(f"{url}/healthz")
    assert {alive(url) for _ in range(10)} == {before + 40}

    for _ in range(2):
        kill_one(process)
        get(f"{url}/healthz")

    assert alive(url) == before + 42
    [folder] = tmp_path.glob("jafarshop-metrics-*")
    assert len(os.listdir(folder)) <= 4, "a counter and a histogram file for each of two workers"
    process.stop(seconds=60)  # A worker that has just begun ends when it has loaded the app.
    assert list(tmp_path.glob("jafarshop-metrics-*")) == []


def test_a_folder_that_somebody_cleaned_away_costs_its_counts_and_nothing_else(running, tmp_path):
    url, process = running
    [folder] = tmp_path.glob("jafarshop-metrics-*")

    shutil.rmtree(folder)

    assert Readings(get(f"{url}/metrics"))("bridge_database_up") == 1
    kill_one(process)
    assert Readings(get(f"{url}/metrics"))("bridge_database_up") == 1
    await_until(folder.is_dir, because="the new worker counts in it")
