"""A shop in this process, and somebody who listens to its webhooks. Each test has its own."""

from collections.abc import Iterator

import pytest

from tests.simulator.listening import Inbox
from tests.simulator.shops import Shop, open_shop


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop with the default catalog; its webhook retries are a few milliseconds apart."""
    with open_shop() as running:
        yield running


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """An HTTP server that keeps what it is sent."""
    with Inbox() as listening:
        yield listening
