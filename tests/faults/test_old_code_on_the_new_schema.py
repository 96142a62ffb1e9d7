"""While a release rolls out, the release before goes on writing to the schema that is already migrated.

`statements_of_0001.sql` is what the release whose schema was 0001 sent to PostgreSQL for two carts, a draft, an
order, a parcel, webhooks and a sync: one of each shape of statement that writes, in order, as the proxy of
tests/support/message_counter.py saw them. It is never changed; a revision under which it fails is not additive.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest
from alembic import command
from alembic.script import ScriptDirectory

from bridge import migrations
from tests.support.servers import Servers, sqlalchemy_url

STATEMENTS = Path(__file__).with_name("statements_of_0001.sql")
_COLUMNS = (
    "SELECT table_name, column_name, data_type, is_nullable = 'YES', column_default IS NOT NULL OR is_identity = 'YES'"
    " FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'"
)


@pytest.fixture
def empty_url(servers: Servers) -> Iterator[str]:
    """A database without a schema."""
    with servers.database() as url:
        with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        yield url


def columns(url: str) -> dict[tuple[str, str], tuple[str, bool, bool]]:
    """Return (table, column) -> its type, whether it may be null, whether it has a default."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        return {(table, column): tuple(rest) for table, column, *rest in cursor.fetchall()}


def revisions() -> list[str]:
    """Every revision, oldest first."""
    scripts = ScriptDirectory.from_config(migrations.config("postgresql://"))
    return [script.revision for script in reversed(list(scripts.walk_revisions()))]


def test_every_revision_leaves_what_the_one_before_reads_and_writes(empty_url):
    settings = migrations.config(sqlalchemy_url(empty_url))
    first, *later = revisions()
    command.upgrade(settings, first)
    before = columns(empty_url)
    assert before
    for revision in later:
        command.upgrade(settings, revision)
        after = columns(empty_url)
        tables = {table for table, _ in before}
        for place, (kind, may_be_null, _) in before.items():
            assert place in after, f"{revision} takes {place} away"
            assert after[place][0] == kind, f"{revision} makes another type of {place}"
            assert after[place][1] or not may_be_null or after[place][2], f"{revision} demands {place}"
        for place in after.keys() - before.keys():
            _, may_be_null, has_default = after[place]
            assert place[0] not in tables or may_be_null or has_default, f"{revision} demands {place}"
        before = after


@contextmanager
def first_release(url: str) -> Iterator[Callable[[str], list[tuple]]]:
    """Yield what sends a statement as the first release did: it waits no longer for anybody's lock than it."""
    with closing(psycopg2.connect(url, options="-c lock_timeout=5s -c statement_timeout=15s")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:

            def send(statement: str) -> list[tuple]:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []

            yield send


def written() -> list[str]:
    return STATEMENTS.read_text().split("\n-- next\n")


_ORDERS = "SELECT partner_order_id, status, draft_id IS NOT NULL, shopify_order_id IS NOT NULL FROM orders"
_FIRST = ("PO-1", "FULFILLED", True, True)


def test_what_the_first_release_writes_is_taken_by_todays_schema(database_url):
    with first_release(database_url) as send:
        for statement in written():
            send(statement)

        assert _FIRST in send(_ORDERS)


def test_the_first_release_goes_on_writing_while_revision_after_revision_is_applied(empty_url):
    """A deploy migrates under load: no revision keeps a writer waiting until it gives up, or the other way round."""
    settings = migrations.config(sqlalchemy_url(empty_url))
    first, *later = revisions()
    command.upgrade(settings, first)
    left = written()
    share = -(-len(left) // len(later))

    with first_release(empty_url) as send, ThreadPoolExecutor(1) as pool:
        for revision in later:
            upgrade = pool.submit(command.upgrade, settings, revision)
            for statement in left[:share]:
                send(statement)
            left = left[share:]
            upgrade.result(60)

        assert left == []
        assert _FIRST in send(_ORDERS)
