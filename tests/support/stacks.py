"""`python -m local up --json` as a real process, with everything that it started."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from local.carts import mixed_cart
from local.environment import base_environment
from local.programs import ROOT
from tests.support.waiting import await_until

START_SECONDS = 150  # On a machine that is busy with other things.
STOP_SECONDS = 20  # As promised.


@dataclass
class RunningStack:
    """One supervisor and what it announced."""

    supervisor: subprocess.Popen
    told: dict
    log: Path

    def submit(self, number: str) -> requests.Response:
        """Send a mixed cart under this number."""
        return self._request("POST", "/v1/carts/submit", json=mixed_cart(number))

    def order(self, order_id: str) -> dict:
        """Return what the partner is told of an order."""
        answer = self._request("GET", f"/v1/orders/{order_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def drafts(self) -> list[dict]:
        """Return every draft order in the shop; none while it does not answer."""
        try:
            state = requests.get(f"{self.told['simulator_url']}/__state", timeout=60)
        except requests.ConnectionError:
            return []
        return state.json()["draft_orders"]

    def processes(self) -> list[psutil.Process]:
        """Return the supervisor and all that descends from it."""
        supervisor = psutil.Process(self.supervisor.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def child(self, words: str) -> psutil.Process:
        """Return the supervisor's own child whose command line has these words."""
        for child in psutil.Process(self.supervisor.pid).children():
            if words in " ".join(child.cmdline()):
                return child
        raise AssertionError(f"no child with {words!r}")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask the supervisor to stop; returns its exit code."""
        self.supervisor.send_signal(number)
        return self.supervisor.wait(STOP_SECONDS)

    def _request(self, method: str, path: str, **options: object) -> requests.Response:
        return requests.request(
            method,
            f"{self.told['api_url']}{path}",
            headers={"Authorization": f"Bearer {self.told['partner']['api_key']}"},
            timeout=60,
            **options,
        )


@contextmanager
def data_folder() -> Iterator[Path]:
    """Yield the path of a folder, not made yet, that the account of PostgreSQL can reach."""
    around = Path(tempfile.mkdtemp(prefix="jafarshop-stack-"))
    around.chmod(0o711)
    try:
        yield around / "data"
    finally:
        shutil.rmtree(around, ignore_errors=True)


@contextmanager
def starting_stack(
    data: Path,
    *,
    env: Mapping[str, str] | None = None,
    command: tuple[str, ...] = (sys.executable,),
    cwd: Path = ROOT,
) -> Iterator[tuple[subprocess.Popen, Path]]:
    """Start a supervisor and yield it at once, with the file of what it says to a person."""
    log = data.with_name(f"{data.name}.stderr")
    with log.open("wb") as errors:
        supervisor = subprocess.Popen(
            [*command, "-m", "local", "up", "--json", "--data", str(data)],
            cwd=cwd,
            env=base_environment(**(env or {})),
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    try:
        yield supervisor, log
    finally:
        if supervisor.poll() is None:
            supervisor.send_signal(signal.SIGTERM)
            try:
                supervisor.wait(STOP_SECONDS + 5)
            except subprocess.TimeoutExpired:
                supervisor.kill()  # Its children go with it.
                supervisor.wait()
        supervisor.stdout.close()


@contextmanager
def running_stack(data: Path, **options: object) -> Iterator[RunningStack]:
    """Start a whole stack and yield it when it is announced."""
    with starting_stack(data, **options) as (supervisor, log):
        os.set_blocking(supervisor.stdout.fileno(), False)
        said = bytearray()

        def announced() -> bool:
            said.extend(supervisor.stdout.read() or b"")
            assert supervisor.poll() is None, log.read_text()
            return b"\n" in said

        await_until(announced, seconds=START_SECONDS, because="the announcement")
        yield RunningStack(supervisor, json.loads(said), log)


def are_gone(processes: list[psutil.Process], seconds: float = 5) -> bool:
    """Say whether all of these processes end in time, or have ended."""
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return not [p for p in alive if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
