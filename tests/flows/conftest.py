"""The stage of a journey, with a shop whose faults a test switches on."""

from collections.abc import Iterator

import pytest

from bridge.db import Database
from bridge.shopify import open_shop
from config import settings
from tests.flows.stage import Stage
from tests.support import processes


@pytest.fixture(scope="module")
def one_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[processes.Simulator]:
    """One shop for a module's journeys: starting it takes longer than most of them."""
    with processes.running_simulator(tmp_path_factory.mktemp("shop")) as running:
        yield running


@pytest.fixture
def stage(db: Database, database_url: str, redis_url: str, one_simulator: processes.Simulator) -> Stage:
    """The stage, with a shop that knows nothing and has no faults."""
    one_simulator.heal()
    one_simulator.forget()
    env = processes.environment(
        database_url=database_url,
        redis_url=redis_url,
        shopify_url=one_simulator.url,
        SHOPIFY_TIMEOUT_SECONDS="3",
        LEASE_SECONDS="60",
    )
    needs = settings.load(settings.REDIS, settings.SHOPIFY, source=env)
    return Stage(db, open_shop(needs), one_simulator, env)
