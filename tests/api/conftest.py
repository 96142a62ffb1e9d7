"""The app over real servers, called in process.

One database and one app for all tests of a module, emptied between them: a fresh database for each of
some hundred short tests would cost more than the tests.
"""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bridge.db import Database
from tests.support.partner_api import PartnerAccount, empty, make_app, make_partner, opened, stock
from tests.support.servers import Servers, sqlalchemy_url


@pytest.fixture(scope="module")
def database_url(servers: Servers) -> Iterator[str]:
    with servers.database() as url:
        yield url


@pytest.fixture(scope="module")
def redis_url(servers: Servers) -> Iterator[str]:
    with servers.redis() as url:
        yield url


@pytest.fixture(scope="module")
def app_of_module(database_url: str, redis_url: str) -> Iterator[Flask]:
    with opened(make_app(database_url, redis_url)) as made:
        yield made


@pytest.fixture(scope="module")
def db_of_module(database_url: str) -> Iterator[Database]:
    database = Database(sqlalchemy_url(database_url))
    yield database
    database.dispose()


@pytest.fixture
def db(db_of_module: Database) -> Database:
    """The database, empty."""
    empty(db_of_module)
    return db_of_module


@pytest.fixture
def app(app_of_module: Flask, db: Database) -> Flask:
    app_of_module.extensions["bridge"].doorkeeper.forget()
    return app_of_module


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def account(db: Database) -> PartnerAccount:
    """A partner that sells JDTQ1834, of which there is plenty."""
    made = make_partner(db)
    stock(db, made, {"JDTQ1834": 1_000_000})
    return made
