"""The world in which lives are played."""

from collections.abc import Iterator

import pytest

from bridge.db import Database
from bridge.shopify import open_shop
from config import settings as bridge_settings
from tests.lifecycle.world import World
from tests.simulator import shops
from tests.simulator.listening import Inbox
from tests.support import partner_api, processes
from tests.support.servers import Servers, sqlalchemy_url


@pytest.fixture(scope="module")
def world(servers: Servers) -> Iterator[World]:
    """One database, one shop and one API for all lives; each begins with all of them emptied."""
    with (
        servers.database() as database_url,
        servers.redis() as redis_url,
        Inbox() as inbox,
        shops.open_shop(webhooks_to=inbox.url) as simulator,
        partner_api.opened(partner_api.make_app(database_url, redis_url)) as app,
    ):
        env = processes.environment(
            database_url=database_url,
            redis_url=redis_url,
            shopify_url=simulator.url,
            SHOPIFY_TIMEOUT_SECONDS="3",
            LEASE_SECONDS="60",
        )
        needs = bridge_settings.load(bridge_settings.REDIS, bridge_settings.SHOPIFY, source=env)
        db = Database(sqlalchemy_url(database_url))
        yield World(db, open_shop(needs), simulator, env, inbox=inbox, app=app)
        db.dispose()
