"""PostgreSQL hangs, is full up, or waits too long: 503 in bounded time, never a 500, and everything goes on after."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg2
import pytest
from flask.testing import FlaskClient
from psycopg2.extensions import connection
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from bridge import migrations
from bridge.db import Database
from bridge.models import Order, WebhookEvent
from local.postgres import NOT_DURABLE, Postgres
from tests.support.partner_api import (
    PEPPER,
    PartnerAccount,
    cart,
    make_app,
    make_partner,
    opened,
    stock,
    submit,
)
from tests.support.proxy import between
from tests.support.recovery import measured
from tests.support.servers import sqlalchemy_url
from tests.webhooks.test_the_door import post

# Enough for these tests; those that take the rest are counted.
_CONNECTIONS = 12


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server of this module's own, to be stopped and filled."""
    folder: Path = tmp_path_factory.mktemp("postgres")
    made = Postgres(
        folder / "postgres",
        log=folder / "postgres.log",
        settings={**NOT_DURABLE, "max_connections": str(_CONNECTIONS)},
    )
    try:
        made.start()
        migrations.upgrade(sqlalchemy_url(made.url))
        yield made
    finally:
        made.destroy()


@pytest.fixture
def own_db(postgres: Postgres) -> Iterator[Database]:
    db = Database(sqlalchemy_url(postgres.url))
    yield db
    db.dispose()


@pytest.fixture
def account(own_db: Database) -> PartnerAccount:
    with own_db.transaction() as session:
        session.execute(text("TRUNCATE partners, inventory_levels, webhook_events, work, marks CASCADE"))
    made = make_partner(own_db, pepper=PEPPER)
    stock(own_db, made, {"JDTQ1834": 1_000_000})
    own_db.dispose()
    return made


@pytest.fixture
def client(postgres: Postgres, redis_url: str) -> Iterator[FlaskClient]:
    app = make_app(
        postgres.url,
        redis_url,
        DATABASE_PATIENCE_SECONDS="2",
        DATABASE_POOL_SIZE="1",
        SHOPIFY_WEBHOOK_SECRETS="the-current-secret",
        SHOPIFY_SHOP="jafarshop.myshopify.com",
    )
    with opened(app) as made:
        yield made.test_client()


@contextmanager
def hanging(postgres: Postgres) -> Iterator[None]:
    """Stop the server and all of its backends where they are."""
    server = psutil.Process(postgres.process.pid)
    stopped = [server, *server.children(recursive=True)]
    for each in stopped:
        each.suspend()
    try:
        yield
    finally:
        for each in reversed(stopped):
            each.resume()


def connections_until_refused(postgres: Postgres) -> Iterator[connection]:
    """Take connections until the server has no more to give."""
    while True:
        try:
            yield postgres.connect()
        except psycopg2.OperationalError as refusal:
            if "too many clients" not in str(refusal):
                raise
            return


def count(db: Database, table: type) -> int:
    with db.transaction() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def assert_come_again(answer) -> None:
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_database_that_hangs_is_answered_503_and_loses_nothing(
    postgres, own_db, client, account, record_property
):
    assert submit(client, account, cart("BEFORE"), "k0").status_code == 200

    with hanging(postgres):
        during = submit(client, account, cart("DURING"), "k1")
        door = post(client)
        ready = client.get("/readyz")

    with measured(record_property):
        assert submit(client, account, cart("AFTER"), "k2").status_code == 200
    assert_come_again(during)
    assert json.loads(during.data)["error"] == "service unavailable"
    assert_come_again(door)
    assert (ready.status_code, ready.json["checks"]["database"]) == (503, "unreachable")
    assert submit(client, account, cart("DURING"), "k1").status_code == 200
    assert post(client).status_code == 200
    assert submit(client, account, cart("BEFORE"), "k0").headers["Idempotent-Replayed"] == "true"
    assert (count(own_db, Order), count(own_db, WebhookEvent)) == (3, 1)


def test_a_network_to_the_database_that_swallows_is_answered_503(postgres, redis_url, own_db, account):
    with between("127.0.0.1", postgres.port) as network:
        url = postgres.url.replace(f":{postgres.port}/", f":{network.port}/")
        with opened(make_app(url, redis_url, DATABASE_PATIENCE_SECONDS="1")) as app:
            client = app.test_client()
            assert submit(client, account, cart("BEFORE"), "k0").status_code == 200
            network.hold()
            assert_come_again(submit(client, account, cart("DURING"), "k1"))
            network.cut()
            network.release()

            assert submit(client, account, cart("DURING"), "k1").status_code == 200

    assert count(own_db, Order) == 2


def test_a_database_that_takes_no_more_connections_is_answered_503(postgres, own_db, client, account):
    own_db.dispose()
    taken = list(connections_until_refused(postgres))
    try:
        assert_come_again(submit(client, account, cart()))
        assert_come_again(post(client))
    finally:
        for each in taken:
            each.close()

    assert submit(client, account, cart()).status_code == 200


def test_a_pool_that_is_used_up_is_answered_503(client, account):
    engine = client.application.extensions["bridge"].db.engine
    assert submit(client, account, cart("FIRST")).status_code == 200
    held = [engine.connect() for _ in range(1 + 2)]  # Its size, and what it may have beyond that.

    try:
        answer = submit(client, account, cart("SECOND"))
    finally:
        for each in held:
            each.close()

    assert_come_again(answer)
    assert submit(client, account, cart("SECOND")).status_code == 200


def test_a_statement_that_takes_too_long_is_ended_and_answered_503(own_db, client, account):
    with own_db.transaction() as session:
        session.execute(
            text(
                "CREATE FUNCTION be_slow() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN PERFORM pg_sleep(30); RETURN NEW; END $$"
            )
        )
        session.execute(text("CREATE TRIGGER slow BEFORE INSERT ON order_items EXECUTE FUNCTION be_slow()"))
    engine = client.application.extensions["bridge"].db.engine
    with engine.connect() as connection:  # As the engine's own setting does after 15 s.
        connection.execute(text("SET statement_timeout = '300ms'"))
        connection.commit()
    try:
        assert_come_again(submit(client, account, cart()))
    finally:
        with own_db.transaction() as session:
            session.execute(text("DROP FUNCTION be_slow CASCADE"))

    assert submit(client, account, cart()).status_code == 200
    assert count(own_db, Order) == 1


def test_every_connection_has_the_limits_that_end_what_takes_too_long(own_db):
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    with own_db.transaction() as session:
        found = {name: session.scalar(text(f"SHOW {name}")) for name in names}

    assert found == {
        "statement_timeout": "15s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "20s",
    }


def test_a_process_that_stops_inside_a_transaction_does_not_hold_its_locks_for_ever(own_db, account):
    take = text("SELECT id FROM partners FOR UPDATE")
    with own_db.engine.connect() as frozen:
        frozen.execute(text("SET LOCAL idle_in_transaction_session_timeout = '200ms'"))
        frozen.execute(take)  # And not a word more.

        with own_db.transaction() as session:
            taken = session.execute(take).all()

        assert taken == [(account.id,)]
        with pytest.raises(OperationalError):  # Its connection is gone.
            frozen.execute(text("SELECT 1"))
