"""The app over real servers, called in process; one database for a module, emptied between its tests."""

from collections.abc import Iterator

import pytest
from flask import Flask

from bridge.db import Database
from tests.api.conftest import database_url, db, db_of_module
from tests.operations.readings import Readings
from tests.support.partner_api import make_app, opened

__all__ = ["database_url", "db", "db_of_module"]


@pytest.fixture
def app(db: Database, database_url: str, redis_url: str) -> Iterator[Flask]:
    """The app, which has counted nothing yet."""
    with opened(make_app(database_url, redis_url)) as made:
        yield made


def scrape(app: Flask) -> Readings:
    answer = app.test_client().get("/metrics")
    assert answer.status_code == 200
    return Readings(answer.get_data(as_text=True))
