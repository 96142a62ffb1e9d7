"""A stage whose shop, in this process, sends its webhooks to the test."""

from collections.abc import Iterator

import pytest

from bridge.db import Database
from bridge.shopify import open_shop
from config import settings
from tests.simulator import shops
from tests.simulator.listening import Inbox
from tests.support import processes
from tests.webhooks.stage import Stage


@pytest.fixture
def stage(db: Database, database_url: str, redis_url: str) -> Iterator[Stage]:
    with Inbox() as inbox, shops.open_shop(webhooks_to=inbox.url) as simulator:
        env = processes.environment(
            database_url=database_url,
            redis_url=redis_url,
            shopify_url=simulator.url,
            SHOPIFY_TIMEOUT_SECONDS="3",
            LEASE_SECONDS="60",
        )
        needs = settings.load(settings.REDIS, settings.SHOPIFY, source=env)
        yield Stage(db, open_shop(needs), simulator, env, inbox=inbox)
