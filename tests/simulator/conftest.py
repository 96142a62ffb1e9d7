"""A shop in this process, and somebody who listens to its webhooks. Each test has its own."""

from collections.abc import Callable, Iterator

import pytest

from tests.simulator.listening import Inbox, Letter
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


@pytest.fixture
def told(inbox: Inbox) -> Iterator[tuple[Shop, Callable[[], list[Letter]]]]:
    """A shop whose every webhook goes to the inbox, and a way to ask what has come since last time."""
    with open_shop(webhooks_to=inbox.url) as shop:
        read = 0

        def news() -> list[Letter]:
            nonlocal read
            sent = len(shop.store.table("WebhookDelivery"))
            inbox.wait(lambda inbox: len(inbox.letters) >= sent)
            letters, read = inbox.letters[read:], sent
            return letters

        yield shop, news
