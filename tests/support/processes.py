"""The processes of the bridge, started for a test and stopped after it; nothing is left behind."""

import json
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local import programs
from local.environment import TOKEN, base_environment, bridge_settings
from local.ports import free_port
from local.process import Process

WEBHOOK_SECRET = "secret-of-the-simulator"
_START_SECONDS = 90


@dataclass(frozen=True)
class Simulator:
    """A running simulator. Staff actions are what a test sends to its Admin API."""

    url: str
    process: Process

    def graphql(self, query: str, variables: Mapping | None = None, *, token: str = "") -> dict:
        """Send one operation as staff would; the answer's JSON as it is, errors included."""
        return self._call(
            "/admin/api/2026-07/graphql.json",
            {"query": query, "variables": variables or {}},
            {"X-Shopify-Access-Token": token or f"{TOKEN}-staff"},
        )

    def state(self) -> dict:
        """Everything the shop knows."""
        return self._call("/__state")

    def fault(self, fault: str, **details: object) -> dict:
        """Switch a fault on, such as `fault("throttle", times=2)`."""
        return self._call("/__faults", {"fault": fault, **details})

    def settings(self, **wish: object) -> None:
        """Change what a merchant would set, such as `settings(bulk_seconds=60)`."""
        self._call("/__settings", wish)

    def reset(self) -> None:
        """Make the shop as new, without faults."""
        self.heal()
        self._call("/__reset", method="POST")

    def close_location(self, number: int) -> None:
        """Deactivate a location to which orders are assigned."""
        self._call(f"/__locations/{number}", {"active": False})

    def heal(self) -> None:
        """Switch every fault off."""
        self._call("/__faults", method="DELETE")

    def forget(self) -> None:
        """Bring the shop back to its first day."""
        self._call("/__reset", method="POST")

    def _call(
        self, path: str, body: dict | None = None, headers: Mapping | None = None, method: str = ""
    ) -> dict:
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{self.url}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **(headers or {})},
            method=method or ("GET" if body is None else "POST"),
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            text = answer.read()
        return json.loads(text) if text else {}


@contextmanager
def running(process: Process) -> Iterator[Process]:
    """Stop a started process at the end, whatever happens."""
    try:
        yield process
    finally:
        process.stop()


@contextmanager
def running_simulator(
    folder: Path, *, webhooks_to: str | None = None, **options: Path
) -> Iterator[Simulator]:
    """Run a store on a free port.

    :param options: `data`, `catalog`
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = programs.simulator(
        base_environment(),
        port=port,
        secret=WEBHOOK_SECRET,
        log=folder / "simulator.log",
        webhooks_to=webhooks_to,
        **options,
    )
    process.start()
    with running(process):
        process.wait_until(programs.answers_at(f"{url}/__state"), seconds=_START_SECONDS)
        yield Simulator(url, process)


@contextmanager
def running_web(env: Mapping[str, str], folder: Path) -> Iterator[Process]:
    """Run gunicorn with the app where `BRIDGE_PUBLIC_URL` says it is."""
    url = env["BRIDGE_PUBLIC_URL"]
    process = programs.web(env, port=int(url.rsplit(":", 1)[1]), log=folder / "web.log")
    process.start()
    with running(process):
        process.wait_until(programs.answers_at(f"{url}/healthz"), seconds=_START_SECONDS)
        yield process


@contextmanager
def running_worker(env: Mapping[str, str], folder: Path, *, name: str = "worker") -> Iterator[Process]:
    """Run a Celery worker and wait until it takes tasks."""
    process = programs.worker(env, log=folder / f"{name}.log", name=name)
    ready = programs.says(process, " ready.")
    process.start()
    with running(process):
        process.wait_until(ready, seconds=_START_SECONDS)
        yield process


@contextmanager
def running_beat(env: Mapping[str, str], folder: Path) -> Iterator[Process]:
    """Run Celery's clock."""
    process = programs.beat(env, log=folder / "beat.log", schedule=folder / "celerybeat-schedule")
    process.start()
    with running(process):
        yield process


def environment(*, database_url: str, redis_url: str, shopify_url: str, **settings: str) -> dict[str, str]:
    """Return the environment of the bridge's processes in one test, with a free port for web."""
    return base_environment(
        **bridge_settings(
            database_url=database_url,
            redis_url=redis_url,
            shopify_url=shopify_url,
            public_url=f"http://127.0.0.1:{free_port()}",
            webhook_secret=WEBHOOK_SECRET,
            pepper="pepper-of-a-test-0123456789abcdef",
            secret_key="secret-key-of-a-test-0123456789abcdef",
            given=settings,
        )
    )
