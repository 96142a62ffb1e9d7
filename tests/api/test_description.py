"""The API description says of each route what it takes and everything it may answer."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.partner_api import make_app

NOWHERE = {"database_url": "postgresql://bridge@127.0.0.1:1/nothing", "redis_url": "redis://127.0.0.1:1/0"}


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    """The description as it is served; nothing has to run for it."""
    return make_app(**NOWHERE).test_client().get("/openapi.json").json


def every(part: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Walk through a document: every path with what is there."""
    yield path, part
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for name, value in inner:
        yield from every(value, f"{path}/{name}")


def with_a_key(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in description["paths"].items():
        for method, operation in item.items():
            if method != "parameters" and operation.get("security") != []:
                yield f"{method} {path}", operation


def test_every_keyword_has_a_value_that_json_schema_knows(description):
    for path, value in every(description):
        if path.endswith("/type") and isinstance(value, list):
            assert len(value) == len(set(value)), path
        if value is None:  # What may be null says so in its enum or is null by default.
            assert path.endswith("/default") or "/enum/" in path or "/example" in path, path


def test_every_time_is_a_date_time(description):
    times = [
        value for path, value in every(description) if path.rpartition("/")[2] in ("created_at", "retired_at")
    ]

    assert times
    assert {value["format"] for value in times} == {"date-time"}


def test_every_route_with_a_key_says_what_may_become_of_the_key(description):
    for route, operation in with_a_key(description):
        assert {"401", "403", "429", "500", "503"} <= set(operation["responses"]), route


def test_every_answer_that_asks_to_wait_says_how_long(description):
    for route, operation in with_a_key(description):
        for status in ("429", "503"):
            assert operation["responses"][status]["headers"]["Retry-After"]["required"], (route, status)


def test_a_text_says_which_characters_it_may_have(description):
    sku = description["components"]["schemas"]["CartItem"]["properties"]["sku"]

    assert (sku["type"], sku["maxLength"]) == ("string", 255)
    assert sku["pattern"]
