"""Each check of `doctor`: what it accepts and what it says of the rest."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from bridge import jobs
from bridge.db import Database
from bridge.domain.shop_access import ShopAccess
from bridge.services import check_database, check_queue, check_shop, subscriptions
from bridge.services.heartbeat import note_heartbeat
from bridge.services.subscriptions import repair
from tests.shopify.store import COFFEE_SET, shop_at
from tests.simulator import shops
from tests.support.due_work import accept, ask, mark
from tests.support.selling import add_listing, add_partner
from tests.support.servers import sqlalchemy_url

OURS = "https://bridge.example"


@pytest.fixture
def simulator() -> Iterator[shops.Shop]:
    with shops.open_shop() as running:
        yield running


@pytest.fixture
def shop(simulator):
    return shop_at(simulator.url)


class PooledDatabase(Database):
    """A database behind a pooler that gives every lock session the connection that the last one had."""

    _shared: Connection | None = None

    @contextmanager
    def lock_session(self) -> Iterator[Connection]:
        if self._shared is None:
            with super().lock_session() as self._shared:
                yield self._shared
        else:
            yield self._shared


def one(findings) -> tuple[str, str]:
    [finding] = findings
    return finding.state, finding.said


# -- PostgreSQL


def test_a_schema_of_another_release_is_told(db):
    newest = text("SELECT version_num FROM alembic_version")
    with db.transaction() as session:
        revision = session.scalar(newest)

    assert one(check_database.check_schema(db, newest=revision))[0] == "ok"
    state, said = one(check_database.check_schema(db, newest="9999"))
    assert (state, "db upgrade" in said) == ("failed", True)


def test_a_server_that_may_lose_orders_is_warned_of(db):
    state, said = one(check_database.check_durability(db))  # That of the tests is as fast as it can be.

    assert state == "warning"
    assert "fsync is off" in said
    assert "log_min_error_statement" not in said


def test_a_direct_connection_keeps_its_locks(db):
    assert one(check_database.check_locks(db))[0] == "ok"
    assert one(check_database.check_locks(db))[0] == "ok", "and gives them back"


def test_a_pooler_does_not(database_url):
    db = PooledDatabase(sqlalchemy_url(database_url))

    state, said = one(check_database.check_locks(db))

    assert state == "failed"
    assert "DATABASE_LOCK_URL" in said
    db.dispose()


def test_locks_in_another_database_are_told(servers, database_url):
    with servers.database() as other:
        db = Database(sqlalchemy_url(database_url), lock_url=sqlalchemy_url(other))

        state, said = one(check_database.check_locks(db))

        db.dispose()
    assert state == "failed"
    assert "another database" in said


# -- the queue


def test_nobody_who_answers_is_a_failure():
    assert one(check_queue.check_workers([]))[0] == "failed"
    assert one(check_queue.check_workers(["celery@b", "celery@a"])) == ("ok", "2 answer: celery@a, celery@b")


def test_a_beat_that_rang_long_ago_or_never_is_a_failure(db):
    assert one(check_queue.check_beat(db, patience_seconds=0))[0] == "failed"
    note_heartbeat(db)
    assert one(check_queue.check_beat(db, patience_seconds=0))[0] == "ok"
    with db.transaction() as session:
        session.execute(text("UPDATE marks SET at = now() - interval '3 minutes'"))

    state, said = one(check_queue.check_beat(db, patience_seconds=0))
    assert (state, said.startswith("rang 180 s ago")) == ("failed", True)


def test_a_beat_that_was_just_started_is_waited_for(db):
    ring = threading.Timer(0.3, note_heartbeat, [db])
    ring.start()

    assert one(check_queue.check_beat(db, patience_seconds=60))[0] == "ok"
    ring.join()


def test_work_that_nobody_takes_is_a_failure_and_work_for_staff_a_warning(db):
    def look():
        return one(check_queue.check_backlog(db, stale_after_seconds=3600))

    order = accept(db)
    due = ask(db, jobs.PUSH_ORDER, order_id=order)
    assert look() == ("ok", "nothing is late")
    mark(db, due, "next_attempt_at = now() - interval '6 minutes'")
    assert look()[0] == "failed"
    mark(db, due, "given_up_at = now()")
    assert look() == ("warning", "1 given up (`work list --failed`)")


@pytest.mark.parametrize(
    ("because", "here", "shop", "state"),
    [
        ("they agree", 0, 0, "ok"),
        ("this machine is a little off", 20, 0, "warning"),
        ("this machine is far off", -200, 0, "failed"),
        ("Shopify is far off, so drafts are not known as ours", 0, 150, "failed"),
    ],
)
def test_clocks_are_compared_with_the_databases(db, because, here, shop, state):
    now = datetime.now(UTC)

    found = check_queue.check_clocks(
        db, here=now + timedelta(seconds=here), shop=now + timedelta(seconds=shop)
    )

    assert one(found)[0] == state


# -- Shopify


def test_the_shop_says_who_we_are_and_what_time_it_is(shop):
    findings, access = check_shop.check_access(shop, expected="jafarshop.myshopify.com")

    assert one(findings)[0] == "ok"
    assert one(check_shop.check_scopes(access))[0] == "ok"
    assert one(check_shop.check_version(access, pinned="2026-07"))[0] == "ok"
    assert abs(access.date - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_token_of_another_shop_is_told(shop):
    findings, _ = check_shop.check_access(shop, expected="other.myshopify.com")

    assert one(findings)[0] == "failed"


def test_a_scope_that_is_missing_is_named_with_what_follows(simulator, shop):
    simulator.settings(
        scopes="write_draft_orders,write_orders,read_fulfillments,write_products,read_locations"
    )

    state, said = one(check_shop.check_scopes(shop.access()))

    assert state == "failed"
    assert "read_inventory: stock cannot be read" in said
    assert "read_products" not in said


def test_a_version_that_was_not_asked_for_is_warned_of(simulator):
    old = shop_at(simulator.url, SHOPIFY_API_VERSION="2025-10")

    state, said = one(check_shop.check_version(old.access(), pinned="2025-10"))

    assert (state, said) == ("warning", "2025-10 was asked for and Shopify answers with 2026-01")


def test_an_answer_without_headers_is_no_reason_to_fail():
    silent = ShopAccess(name="a", domain="a", scopes=(), api_version=None, date=None)

    assert one(check_shop.check_version(silent, pinned="2026-07"))[0] == "warning"


def test_a_location_has_to_exist_and_be_active(simulator, shop):
    default = shop.location()
    assert one(check_shop.check_location(shop, configured=None)) == (
        "ok",
        f"{default.name} ({default.location_id}), the shop's default",
    )
    nowhere = shop_at(simulator.url, SHOPIFY_LOCATION_ID="123")
    assert one(check_shop.check_location(nowhere, configured=123))[0] == "failed"

    simulator.post(f"/__locations/{default.location_id}", json={"active": False})

    assert one(check_shop.check_location(shop, configured=None))[0] == "failed"


def test_every_topic_has_to_be_subscribed_at_our_address(db, shop):
    def look():
        return one(check_shop.check_subscriptions(shop, public_url=OURS))

    assert one(check_shop.check_subscriptions(shop, public_url=""))[0] == "failed"
    assert look()[0] == "failed"
    repair(db, shop, address=subscriptions.address_of(OURS))
    assert look()[0] == "ok"
    paid = next(each for each in shop.subscriptions() if each.topic == "orders/paid")
    shop.unsubscribe(paid.subscription_id)

    state, said = look()
    assert (state, "orders/paid" in said) == ("failed", True)


def test_a_cart_is_reckoned_in_each_currency_and_nothing_is_made(db, simulator, shop):
    assert [f.state for f in check_shop.check_currencies(shop, db)] == ["ok"]
    with db.transaction() as session:
        for name, currency in (("Zain", "JOD"), ("Umniah", "JOD"), ("Acme", "USD"), ("Kuwait", "KWD")):
            partner = add_partner(session, name)
            partner.currency = currency
            add_listing(session, partner, "JDTQ1834", 1, variant_id=COFFEE_SET)
        gone = add_partner(session, "Gone")
        gone.currency, gone.enabled = "SAR", False
    simulator.settings(presents="JOD")

    found = {finding.name: finding for finding in check_shop.check_currencies(shop, db)}

    assert {name: finding.state for name, finding in found.items()} == {
        "currency JOD": "ok",
        "currency USD": "ok",
        "currency KWD": "failed",
    }
    assert "Umniah, Zain" in found["currency JOD"].said
    assert "Kuwait" in found["currency KWD"].said
    assert "not enabled" in found["currency KWD"].said
    assert simulator.state()["draft_orders"] == []
