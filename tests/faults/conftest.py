"""The stage of crashes: its healthy processes start once for a module."""

import signal
from collections.abc import Iterator

import pytest
from celery import Celery

from bridge.db import Database
from bridge.shopify import open_shop
from config import settings
from tests.faults.takeover import Stage
from tests.simulator import shops
from tests.simulator.listening import Inbox
from tests.support import processes
from tests.support.servers import Servers, sqlalchemy_url


@pytest.fixture(scope="module")
def one_stage(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("takeover")
    with (
        servers.database() as database_url,
        servers.redis() as redis_url,
        servers.redis() as redis_of_rescuer,
        Inbox() as inbox,
        shops.open_shop(webhooks_to=inbox.url) as simulator,
    ):
        env = processes.environment(
            database_url=database_url,
            redis_url=redis_url,
            shopify_url=simulator.url,
            SHOPIFY_TIMEOUT_SECONDS="10",
            LEASE_SECONDS="60",
            WORKER_CONCURRENCY="1",
        )
        doorbell, rescuer = _doorbell(redis_url), _doorbell(redis_of_rescuer)
        db = Database(sqlalchemy_url(database_url))
        shop = open_shop(settings.load(settings.REDIS, settings.SHOPIFY, source=env))
        with (
            processes.running_web(env, folder) as web,
            processes.running_worker(
                {**env, "REDIS_URL": redis_of_rescuer}, folder, name="rescuer"
            ) as rescuing,
        ):
            stage = Stage(
                db,
                shop,
                simulator,
                env,
                inbox=inbox,
                folder=folder,
                web=env["BRIDGE_PUBLIC_URL"],
                doorbell=doorbell,
                rescuer=rescuer,
            )
            stage.rescuing = rescuing
            yield stage
            web.stop_signal = rescuing.stop_signal = signal.SIGKILL  # There is nothing that they could lose.
        doorbell.close()
        rescuer.close()
        db.dispose()


@pytest.fixture
def takeover(one_stage: Stage) -> Stage:
    """The stage with one partner, a new shop and no work."""
    one_stage.begin()
    return one_stage


def _doorbell(url: str) -> Celery:
    app = Celery(broker=url)
    app.conf.broker_transport_options = {"global_keyprefix": "bridge:"}
    return app
