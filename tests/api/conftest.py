"""The app over real servers, called in process."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bridge.db import Database
from tests.support.partner_api import PartnerAccount, make_app, make_partner, opened, stock


@pytest.fixture
def app(database_url: str, redis_url: str) -> Iterator[Flask]:
    with opened(make_app(database_url, redis_url)) as made:
        yield made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def account(db: Database) -> PartnerAccount:
    """A partner that sells JDTQ1834, of which there is plenty."""
    made = make_partner(db)
    stock(db, made, {"JDTQ1834": 10_000})
    return made
