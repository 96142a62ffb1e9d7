"""One shop for all tests of a module, as new for each of them."""

from collections.abc import Iterator

import pytest

from tests.support import processes


@pytest.fixture(scope="module")
def shop_of_the_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[processes.Simulator]:
    """A running simulator with its default catalog."""
    with processes.running_simulator(tmp_path_factory.mktemp("shop")) as running:
        yield running


@pytest.fixture
def simulator(shop_of_the_module: processes.Simulator) -> processes.Simulator:
    """The shop as new; starting one takes longer than most tests."""
    shop_of_the_module.reset()
    return shop_of_the_module
