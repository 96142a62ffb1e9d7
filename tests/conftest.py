"""Fixtures for every test: real PostgreSQL, real Valkey, real processes, each test with its own.

A test that wants none of them costs nothing: the servers start with the first test that does,
once per process of pytest-xdist.
"""

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from bridge.db import Database
from local.process import Process
from tests.support import processes
from tests.support.servers import Servers, session_folder, sqlalchemy_url, temporary

pytest_plugins = ("tests.support.recovery",)

# How busy a machine is fails no test.
_AT_ANY_PACE = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
# The same examples in every run, so that a red run means a change; `--hypothesis-profile=explore` draws many new ones.
hypothesis.settings.register_profile("repeatable", _AT_ANY_PACE, derandomize=True, database=None)
hypothesis.settings.register_profile("explore", _AT_ANY_PACE, print_blob=True, max_examples=1000)
hypothesis.settings.load_profile("repeatable")

_SLOWEST_FIRST = ("local", "soak", "lifecycle", "ledger", "faults", "flows", "reconcile", "cli")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the modules that take longest, so that none of them is alone at the end of a run."""
    folder = Path(__file__).parent
    names = {name: place for place, name in enumerate(_SLOWEST_FIRST)}
    items.sort(key=lambda item: names.get(item.path.relative_to(folder).parts[0], len(names)))


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL with a migrated template, and Valkey."""
    with session_folder() as folder, pytest.MonkeyPatch.context() as environment:
        # What a killed process leaves behind goes with the folder.
        environment.setenv("TMPDIR", str(temporary(folder)))
        started = Servers(folder)
        try:
            started.start()
            yield started
        finally:
            started.stop()


@pytest.fixture
def database_url(servers: Servers) -> Iterator[str]:
    """A migrated, empty database of this test's own."""
    with servers.database() as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """The database of this test."""
    database = Database(sqlalchemy_url(database_url))
    yield database
    database.dispose()


@pytest.fixture
def redis_url(servers: Servers) -> Iterator[str]:
    """An empty Redis database of this test's own."""
    with servers.redis() as url:
        yield url


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[processes.Simulator]:
    """A running Shopify simulator with its default catalog."""
    with processes.running_simulator(tmp_path) as running:
        yield running


@pytest.fixture
def environment(database_url: str, redis_url: str, simulator: processes.Simulator) -> dict[str, str]:
    """What every process of the bridge needs to work on this test's database, broker and shop."""
    return processes.environment(database_url=database_url, redis_url=redis_url, shopify_url=simulator.url)


@pytest.fixture
def web(environment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """The URL of a running web process (gunicorn)."""
    with processes.running_web(environment, tmp_path):
        yield environment["BRIDGE_PUBLIC_URL"]


@pytest.fixture
def worker(environment: dict[str, str], tmp_path: Path) -> Iterator[Process]:
    """A running Celery worker; the test may kill it."""
    with processes.running_worker(environment, tmp_path) as running:
        yield running


@pytest.fixture
def beat(environment: dict[str, str], tmp_path: Path) -> Iterator[Process]:
    """Celery's running clock."""
    with processes.running_beat(environment, tmp_path) as running:
        yield running
