"""The schema's history leads to exactly the tables the code describes."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from alembic import command
from sqlalchemy import Connection, TextClause, create_engine, text

from bridge import migrations
from tests.support.servers import Servers, sqlalchemy_url
from tests.support.waiting import await_until


def test_the_migrations_make_exactly_the_models(database_url: str):
    command.check(migrations.config(sqlalchemy_url(database_url)))


def test_upgrading_twice_changes_nothing(database_url: str):
    url = sqlalchemy_url(database_url)

    migrations.upgrade(url)

    assert not migrations.pending(url)


def test_an_empty_database_is_told_from_a_migrated_one(servers: Servers, database_url: str):
    engine = create_engine(sqlalchemy_url(database_url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    engine.dispose()

    assert migrations.pending(sqlalchemy_url(database_url))


@contextmanager
def empty_database(servers: Servers, name: str) -> Iterator[str]:
    """Yield the URL of a database without any table; dropped afterwards."""
    servers._execute(f'CREATE DATABASE "{name}"')
    try:
        yield sqlalchemy_url(servers.postgres.url_of(name))
    finally:
        servers._execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_two_releases_that_upgrade_at_once_wait_for_each_other(servers: Servers):
    command_line = "import sys; from bridge import migrations; migrations.upgrade(sys.argv[1])"
    with empty_database(servers, "upgraded_twice_at_once") as url:
        running = [subprocess.Popen([sys.executable, "-c", command_line, url]) for _ in range(2)]

        assert [one.wait(200) for one in running] == [0, 0]
        assert not migrations.pending(url)


def test_an_index_of_orders_is_built_without_keeping_anybody_from_writing(servers: Servers):
    building = text(
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%'"
        " AND datname = current_database()"
    )
    valid = text("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_orders_attention'::regclass")
    with empty_database(servers, "written_while_upgraded") as url:
        engine = create_engine(url)
        command.upgrade(migrations.config(url), "0007")

        with ThreadPoolExecutor(1) as pool, engine.connect() as watcher:
            with engine.begin() as submit:
                submit.execute(text("UPDATE orders SET attention = NULL"))
                upgrade = pool.submit(command.upgrade, migrations.config(url), "0008")
                await_until(lambda: _asked_anew(watcher, building), seconds=60, because="the index")
                with engine.begin() as other:
                    other.execute(text("LOCK TABLE orders IN ROW EXCLUSIVE MODE NOWAIT"))
                assert not upgrade.done()
            upgrade.result(60)
            assert _asked_anew(watcher, valid)
        engine.dispose()


def _asked_anew(connection: Connection, question: TextClause) -> object:
    answer = connection.scalar(question)
    connection.rollback()  # An index that is being built waits for open transactions.
    return answer
