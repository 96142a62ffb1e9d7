"""Partner, staff, carrier and shop do what they may, in any order, with crashes and faults in between.

The steps are drawn by hypothesis and played against the real database, the real services and the real simulator.
After each of them what must always hold is looked at; at rest, every order is where the plain model says.
`pytest --hypothesis-profile=explore tests/lifecycle` draws new lives, more and longer ones.
"""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from bridge.db import Database
from bridge.shopify import open_shop
from config import settings as bridge_settings
from tests.lifecycle.elements import Elements
from tests.lifecycle.partners import Partners
from tests.lifecycle.shop_staff import ShopStaff
from tests.lifecycle.world import World
from tests.simulator import shops
from tests.simulator.listening import Inbox
from tests.support import partner_api, processes
from tests.support.servers import Servers, sqlalchemy_url

EXPLORING = not settings().derandomize


class Lives(Partners, Elements, ShopStaff):
    """Everything that anybody may do."""


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


@pytest.mark.timeout(0 if EXPLORING else 1200)
def test_every_order_ends_where_the_plain_model_says(world: World):
    run_state_machine_as_test(
        lambda: Lives(world),
        settings=settings(
            max_examples=400 if EXPLORING else 15,
            stateful_step_count=40 if EXPLORING else 25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
