"""Fixtures: gunicorn once per module, and its database, empty for each test. Import them into a conftest."""

from collections.abc import Iterator

import pytest

from bridge.db import Database
from tests.support.partner_api import LiveApi, empty, live_api
from tests.support.servers import Servers, sqlalchemy_url


@pytest.fixture(scope="module")
def api(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveApi]:
    """gunicorn, once per module."""
    with (
        servers.database() as database_url,
        servers.redis() as redis_url,
        live_api(database_url, redis_url, tmp_path_factory.mktemp("api")) as running,
    ):
        yield running


@pytest.fixture(scope="module")
def db_of_module(api: LiveApi) -> Iterator[Database]:
    database = Database(sqlalchemy_url(api.database_url))
    yield database
    database.dispose()


@pytest.fixture
def db(db_of_module: Database) -> Database:
    """The server's database, empty."""
    empty(db_of_module)
    return db_of_module
