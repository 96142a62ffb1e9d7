"""The schema's history leads to exactly the tables the code describes."""

from alembic import command
from sqlalchemy import create_engine, text

from bridge import migrations
from tests.support.servers import Servers, sqlalchemy_url


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
