"""The app over real servers, called in process, and one shop for a module."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.operations.readings import Readings
from tests.support.partner_api import make_app, opened


@pytest.fixture
def app(database_url: str, redis_url: str) -> Iterator[Flask]:
    with opened(make_app(database_url, redis_url)) as made:
        yield made


def scrape(app: Flask) -> Readings:
    answer = app.test_client().get("/metrics")
    assert answer.status_code == 200
    return Readings(answer.get_data(as_text=True))
