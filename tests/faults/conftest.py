"""The stage of crashes: its healthy processes start once for a module."""

import signal
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from celery import Celery

from bridge.db import Database
from bridge.shopify import open_shop
from config import settings
from local.valkey import Valkey
from tests.faults.coffee import sell_coffee
from tests.faults.live import Live
from tests.faults.takeover import Stage
from tests.simulator import shops
from tests.simulator.listening import Inbox
from tests.support import partner_api, processes
from tests.support.proxy import between
from tests.support.recovery import Record
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
        ) | {"HOLD_HOURS": "48"}  # Of orders that wait for staff; most here confirm themselves.
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
def takeover(one_stage: Stage, record_property: Record) -> Stage:
    """The stage with one partner, a new shop and no work."""
    one_stage.record = record_property
    one_stage.begin()
    return one_stage


def _doorbell(url: str) -> Celery:
    app = Celery(broker=url)
    app.conf.broker_transport_options = {"global_keyprefix": "bridge:"}
    return app


@pytest.fixture(scope="package")
def one_live(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("live")
    valkey = Valkey(folder / "valkey", log=folder / "valkey.log", durable=False)
    valkey.start()
    try:
        with (
            servers.database() as database_url,
            processes.running_simulator(folder) as simulator,
            between("127.0.0.1", urlsplit(valkey.url).port or 0) as to_redis,
            between("127.0.0.1", urlsplit(simulator.url).port or 0) as to_shop,
        ):
            env = processes.environment(
                database_url=database_url,
                redis_url=valkey.url.replace(f":{urlsplit(valkey.url).port}", f":{to_redis.port}"),
                shopify_url=f"http://127.0.0.1:{to_shop.port}",
                SHOPIFY_TIMEOUT_SECONDS="3",
                LEASE_SECONDS="20",
                UNKNOWN_GRACE_SECONDS="2",
                DISPATCH_SECONDS="1",
                INVENTORY_SYNC_SECONDS="2",
                RATE_PER_SECOND="10000",
                RATE_BURST="10000",
            )
            db = Database(sqlalchemy_url(database_url))
            account = partner_api.make_partner(db, pepper=env["API_KEY_PEPPER"])
            shop = open_shop(settings.load(settings.REDIS, settings.SHOPIFY, source=env))
            sell_coffee(db, shop, partner_id=account.id, units=10_000)
            with (
                processes.running_web(env, folder) as web,
                processes.running_worker(env, folder) as worker,
                processes.running_beat(env, folder) as beat,
            ):
                api = partner_api.LiveApi(env["BRIDGE_PUBLIC_URL"], folder / "web.log", database_url)
                yield Live(
                    env=env,
                    db=db,
                    api=api,
                    account=account,
                    folder=folder,
                    valkey=valkey,
                    simulator=simulator,
                    to_redis=to_redis,
                    to_shop=to_shop,
                    web=web,
                    worker=worker,
                    beat=beat,
                    record=lambda _name, _value: None,
                )
                for each in (web, worker, beat):  # There is nothing that they could lose.
                    each.stop_signal = signal.SIGKILL
            db.dispose()
    finally:
        valkey.destroy()


@pytest.fixture
def live(one_live: Live, record_property: Record) -> Iterator[Live]:
    """The whole bridge; whatever a test broke is whole again for the next one."""
    one_live.record = record_property
    one_live.simulator.heal()
    yield one_live
    one_live.to_redis.release()
    one_live.to_shop.release()
    one_live.to_shop.delay_seconds = 0
