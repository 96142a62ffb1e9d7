"""One store for the tests of a module: each makes orders of its own."""

from collections.abc import Iterator

import pytest

from bridge.domain.shop import Shop
from bridge.shopify.client import AdminAPI
from tests.shopify.calls import api_at
from tests.shopify.hostile import HostileServer, hostile_server
from tests.shopify.store import shop_at
from tests.support.processes import Simulator, running_simulator


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with running_simulator(tmp_path_factory.mktemp("store")) as running:
        yield running


@pytest.fixture(scope="module")
def shop(store: Simulator) -> Shop:
    return shop_at(store.url)


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with hostile_server() as running:
        yield running


@pytest.fixture
def api(server: HostileServer) -> AdminAPI:
    return api_at(server.url)


@pytest.fixture(autouse=True)
def _healed(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "store" in request.fixturenames:
        request.getfixturevalue("store").heal()
