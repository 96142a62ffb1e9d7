"""The file of a bulk operation, as it comes from a store that keeps to the rules and from one that does not."""

import json
from collections.abc import Iterator

import pytest

from bridge.domain.errors import ShopRefused, ShopUnavailable
from bridge.domain.shop_values import BulkOperation
from tests.shopify.hostile import (
    Behavior,
    HostileServer,
    hang_up,
    hostile_server,
    raw_answer,
    reset,
    text_answer,
)
from tests.shopify.store import shop_at

LOCATION = 7


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with hostile_server() as running:
        yield running


def item(number: int, available: int | None = 5, *, tracked: bool = True) -> str:
    level = {
        "isActive": True,
        "updatedAt": "2026-11-01T10:00:00Z",
        "quantities": [{"name": "available", "quantity": available}],
    }
    node = {
        "id": f"gid://shopify/InventoryItem/{number}",
        "tracked": tracked,
        "inventoryLevel": None if available is None else level,
    }
    return json.dumps(node)


def read(server: HostileServer, behavior: Behavior) -> list[tuple[int, bool, int | None]]:
    """Read the file that the server has; items as (id, stocked, available)."""
    server.answers(behavior)
    operation = BulkOperation(1, "completed", 0, f"{server.url}/file.jsonl")
    levels = shop_at(server.url).bulk_levels(operation, LOCATION)
    return [(level.inventory_item_id, level.stocked, level.available) for level in levels]


def test_a_line_is_an_item_with_its_level_in_whatever_order(server):
    lines = [item(3, -5), item(1, None), item(2, tracked=False)]

    assert read(server, text_answer("\n".join(lines))) == [(3, True, -5), (1, False, 0), (2, True, None)]


def test_what_belongs_to_an_item_or_is_none_is_passed_over_wherever_it_stands(server):
    child = json.dumps({"id": "gid://shopify/InventoryLevel/9?inventory_item_id=1", "__parentId": "later"})
    nested = json.dumps({**json.loads(item(5)), "__parentId": "gid://shopify/Product/1"})
    other = json.dumps({"id": "gid://shopify/Product/1"})

    assert read(server, text_answer("\n".join([child, nested, item(1), other]))) == [(1, True, 5)]


def test_the_token_is_not_sent_to_whoever_keeps_the_file(server):
    read(server, text_answer(""))

    assert b"shpat_" not in server.requests[0]


def test_an_operation_that_found_nothing_has_no_file(server):
    operation = BulkOperation(1, "completed", 0, None)

    assert list(shop_at(server.url).bulk_levels(operation, LOCATION)) == []
    assert server.requests == []


@pytest.mark.parametrize(
    ("because", "behavior", "error"),
    [
        ("it has expired", text_answer("<Error/>", 400), ShopRefused),
        ("it is forbidden", text_answer("<Error/>", 403), ShopRefused),
        ("it is gone", text_answer("", 404), ShopRefused),
        ("its keeper fails", text_answer("", 503), ShopUnavailable),
        ("it is elsewhere", text_answer("", 302, Location="https://elsewhere.example/"), ShopUnavailable),
        ("the connection is reset", reset, ShopUnavailable),
        ("it hangs up", hang_up, ShopUnavailable),
        ("it is cut short", raw_answer(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), ShopUnavailable),
        ("a line is cut short", text_answer(item(1)[:-9]), ShopUnavailable),
        ("a line is no object", text_answer("[]"), ShopUnavailable),
        ("an object has no id", text_answer("{}"), ShopUnavailable),
        ("a level has no number", text_answer(item(1).replace("available", "on_hand")), ShopUnavailable),
        ("a line is nested to death", text_answer("[" * 200_000), ShopUnavailable),
        ("a line has no end", text_answer("1" * 2_000_000), ShopUnavailable),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error_and_never_an_empty_one(server, because, behavior, error):
    with pytest.raises(error):
        read(server, behavior)


def test_what_was_read_before_a_broken_line_is_good(server):
    server.answers(text_answer(f"{item(1)}\n{item(2)[:-9]}"))
    levels = shop_at(server.url).bulk_levels(
        BulkOperation(1, "failed", 0, f"{server.url}/file.jsonl"), LOCATION
    )

    assert next(levels).inventory_item_id == 1
    with pytest.raises(ShopUnavailable, match="cannot be read"):
        next(levels)
