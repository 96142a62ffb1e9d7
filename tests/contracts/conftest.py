"""The live server, with a partner that sells what the documents' examples sell."""

from collections.abc import Iterator

import pytest

from bridge.db import Database
from tests.support.partner_api import LiveApi, PartnerAccount, empty, live_api, make_partner, stock
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


@pytest.fixture
def account(db) -> PartnerAccount:
    return partner_with_catalog(db, "Zain")


@pytest.fixture
def older_account(db) -> PartnerAccount:
    """A partner that was set up with the older guide, and reads its status names."""
    return partner_with_catalog(db, "Umniah", status_names="legacy")


def partner_with_catalog(db, name, **settings) -> PartnerAccount:
    made = make_partner(db, name=name, **settings)
    stock(db, made, {"JDTQ1834": 10_000, "JS-PROD-001": 10_000})
    return made
