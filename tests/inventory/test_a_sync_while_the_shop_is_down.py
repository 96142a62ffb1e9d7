"""A sync that finds Shopify left alone waits a little, then ends with that said, and comes again soon."""

from collections.abc import Callable

import pytest
import redis
from sqlalchemy import select, text

from bridge.db import Database
from bridge.domain.errors import ShopDown
from bridge.models import SyncRun
from bridge.services import subscriptions
from bridge.services.apply_webhook import TOPICS
from bridge.services.reconcile import reconcile_on_schedule
from bridge.services.sync_inventory import sync_on_schedule
from bridge.shopify.circuit import LONGEST_PAUSE_SECONDS
from bridge.shopify.opening import open_breaker
from config import settings as config

EVERY_SECONDS = 600


@pytest.fixture
def pass_time(environment: dict[str, str]) -> Callable[[float], None]:
    """Shopify counts as being down; let time pass for whoever waits for it."""
    breaker = open_breaker(config.load(config.REDIS, config.SHOPIFY, source=environment))
    while not breaker.state().is_open:
        breaker.failed(breaker.admit())

    def pause(seconds: float) -> None:
        with redis.Redis.from_url(environment["REDIS_URL"]) as shared:
            for key in shared.keys("shopify:breaker:*"):
                if shared.hexists(key, "held_until"):
                    shared.hincrbyfloat(key, "held_until", -seconds)

    return pause


def runs(db: Database) -> list[SyncRun]:
    with db.transaction() as session:
        return list(session.scalars(select(SyncRun).order_by(SyncRun.id)))


def a_minute_later(db: Database) -> None:
    with db.transaction() as session:
        session.execute(text("UPDATE marks SET at = at - interval '60 seconds'"))


def test_one_that_is_back_soon_is_waited_for(db, shop, listings, pass_time):
    sync_on_schedule(db, shop, configured_location=None, every_seconds=EVERY_SECONDS, pause=pass_time)

    assert [(run.complete, run.last_error) for run in runs(db)] == [(True, None)]


def test_one_that_stays_away_is_said_and_asked_again_in_a_minute(db, shop, listings, pass_time):
    waited: list[float] = []

    def sync(pause: Callable[[float], None]) -> None:
        sync_on_schedule(db, shop, configured_location=None, every_seconds=EVERY_SECONDS, pause=pause)

    with pytest.raises(ShopDown):
        sync(waited.append)
    [run] = runs(db)
    assert (run.complete, run.pages) == (False, 0)
    assert run.finished_at is not None
    assert "is left alone for a while" in run.last_error
    assert LONGEST_PAUSE_SECONDS < sum(waited) < 60

    sync(pass_time)
    assert len(runs(db)) == 1
    a_minute_later(db)
    sync(pass_time)
    assert [each.complete for each in runs(db)] == [False, True]


def test_one_that_goes_away_half_way_is_not_asked_for_the_rest(db, shop, listings, simulator, pass_time):
    simulator.fault("refuse", operation="nodes")

    sync_on_schedule(db, shop, configured_location=None, every_seconds=EVERY_SECONDS, pause=pass_time)
    [run] = runs(db)
    assert (run.complete, run.pages, run.failed_pages) == (False, 0, 2)

    simulator.heal()
    a_minute_later(db)
    sync_on_schedule(db, shop, configured_location=None, every_seconds=EVERY_SECONDS, pause=pass_time)
    assert [each.complete for each in runs(db)] == [False, True]


def test_a_comparison_comes_again_in_a_minute_too(db, shop, pass_time):
    with pytest.raises(ShopDown):
        reconcile_on_schedule(db, shop, every_seconds=EVERY_SECONDS)
    pass_time(60)
    reconcile_on_schedule(db, shop, every_seconds=EVERY_SECONDS)
    assert len(runs(db)) == 1

    a_minute_later(db)
    reconcile_on_schedule(db, shop, every_seconds=EVERY_SECONDS)

    assert [(run.kind, run.complete) for run in runs(db)] == [("reconcile", False), ("reconcile", True)]
    assert "is left alone for a while" in runs(db)[0].last_error


def test_a_check_of_the_subscriptions_does_as_well(db, shop, pass_time):
    def check() -> None:
        url = "https://bridge.example"
        subscriptions.repair_on_schedule(db, shop, public_url=url, every_seconds=EVERY_SECONDS)

    with pytest.raises(ShopDown):
        check()
    pass_time(60)
    check()
    assert shop.subscriptions() == []

    a_minute_later(db)
    check()

    assert {each.topic for each in shop.subscriptions()} == set(TOPICS)
