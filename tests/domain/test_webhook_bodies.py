"""Shopify's documented bodies are read as they are; anything else signed is refused, never a crash."""

import contextlib
import copy
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain import webhook_bodies as bodies
from bridge.domain.webhook_values import MAX_ID, Malformed, attributes, optional_count

FOLDER = Path(__file__).parent.parent / "webhooks" / "bodies"
NEW_YEAR = datetime(2022, 1, 1, tzinfo=UTC)


def sample(name: str) -> dict:
    """A body as https://shopify.dev/docs/api/webhooks shows it for 2026-04."""
    return json.loads((FOLDER / f"{name}.json").read_text())


READERS = {
    "orders__updated": bodies.order,
    "draft_orders__update": bodies.draft,
    "fulfillments__update": bodies.fulfillment,
    "fulfillment_events__create": bodies.carrier_event,
    "refunds__create": bodies.refund,
    "orders__edited": bodies.edited_order_id,
    "orders__delete": bodies.id_of,
    "products__update": bodies.product,
    "inventory_levels__update": bodies.stock_level,
    "inventory_items__update": bodies.inventory_item,
    "bulk_operations__finish": bodies.bulk_operation_id,
}


def test_an_order_is_read_whole():
    order = bodies.order(sample("orders__updated"))

    assert order.order_id == 820982911946154500
    assert order.name == "#9999"
    assert (order.updated_at, order.cancelled_at, order.closed_at) == (NEW_YEAR, NEW_YEAR, None)
    assert (order.total, order.currency) == (Decimal("404.95"), "USD")
    assert order.tags == ("tag1", "tag2")
    assert order.financial_status == "voided"
    first = order.lines[0]
    assert (first.line_id, first.current_quantity, first.fulfillable_quantity) == (487817672276298560, 1, 1)


def test_a_parcel_is_read_with_its_units():
    body = sample("fulfillments__update")

    parcel = bodies.fulfillment(body)

    assert bodies.order_id_of(body) == 820982911946154500
    assert parcel.tracking_numbers == ("1z827wk74630",)
    assert parcel.tracking_company == "UPS"
    assert (parcel.status, parcel.shipment_status) == ("pending", None)
    assert len(parcel.lines) == len(body["line_items"])


def test_a_line_that_is_named_twice_in_a_parcel_counts_twice():
    body = sample("fulfillments__update")
    body["line_items"] = [{"id": 5, "quantity": 1}, {"id": 5, "quantity": 2}]

    assert bodies.fulfillment(body).lines == {5: 3}


def test_a_carriers_event_a_refund_and_an_edit_name_their_order():
    event = bodies.carrier_event(sample("fulfillment_events__create"))
    refund = bodies.refund(sample("refunds__create"))

    assert (event.order_id, event.fulfillment_id, event.status) == (820982911946154500, 123456, "in_transit")
    assert refund.order_id == 820982911946154500
    assert refund.refund.lines[0] == (487817672276298560, 1, "no_restock")
    assert bodies.edited_order_id(sample("orders__edited")) == 820982911946154500


def test_a_draft_is_read_and_says_whether_it_became_an_order():
    body = sample("draft_orders__update")

    open_draft = bodies.draft(body)
    completed = bodies.draft({**body, "status": "completed", "order_id": 77})

    assert (open_draft.name, open_draft.status, open_draft.order_id) == ("#D174", "open", None)
    assert (completed.status, completed.order_id) == ("completed", 77)


def test_our_line_is_known_by_its_attribute():
    body = sample("orders__updated")
    body["line_items"][0]["properties"] = [{"name": "_bridge_item", "value": "3"}]

    assert bodies.order(body).lines[0].position == "3"
    assert bodies.order(body).lines[1].position is None


def test_amounts_are_those_the_customer_sees():
    body = sample("orders__updated")
    body["total_price_set"]["presentment_money"] = {"amount": "28.400", "currency_code": "JOD"}

    order = bodies.order(body)

    assert (order.total, order.currency) == (Decimal("28.400"), "JOD")


@pytest.mark.parametrize(
    ("because", "raw"),
    [
        ("not JSON", b"<html>"),
        ("not text", b"\xff\xfe\x00"),
        ("empty", b""),
        ("a list", b"[]"),
        ("NaN", b'{"id": NaN}'),
        ("a nesting bomb", b"[" * 200_000),
        ("a number of 5000 digits", b'{"id": ' + b"9" * 5000 + b"}"),
    ],
)
def test_what_is_no_json_object_is_refused(because, raw):
    with pytest.raises(Malformed):
        bodies.read(raw)


@pytest.mark.parametrize(
    ("because", "change"),
    [
        ("an id is not a string", {"id": "820982911946154500"}),
        ("an id fits 64 bits", {"id": MAX_ID + 1}),
        ("an id is not negative", {"id": -1}),
        ("an id is not true", {"id": True}),
        ("a time has a zone", {"updated_at": "2022-01-01T00:00:00"}),
        ("a time exists", {"updated_at": "yesterday"}),
        ("a time stays in the calendar", {"updated_at": "0001-01-01T00:00:00+14:00"}),
        ("lines that are missing are not no lines", {"line_items": None}),
        ("lines are objects", {"line_items": [7]}),
        ("units are not negative", {"line_items": [{"id": 1, "quantity": -1}]}),
        ("an amount is a number", {"total_price_set": {"presentment_money": {"amount": "much"}}}),
        ("an amount is finite", {"total_price_set": None, "total_price": "Infinity"}),
        ("an amount is no list", {"total_price_set": None, "total_price": ["1"]}),
    ],
)
def test_a_value_that_cannot_be_is_refused(because, change):
    with pytest.raises(Malformed):
        bodies.order({**sample("orders__updated"), **change})


def test_text_that_postgresql_cannot_hold_is_cleaned():
    body = sample("fulfillments__update")
    body |= {"tracking_numbers": ["1\x00Z", "\ud800", "", 7], "tracking_company": "U" * 5000}

    parcel = bodies.fulfillment(body)

    assert parcel.tracking_numbers == ("1Z", "?")
    assert len(parcel.tracking_company) == 1000


def test_older_bodies_have_one_tracking_number_only():
    body = sample("fulfillments__update")
    del body["tracking_numbers"]

    assert bodies.fulfillment(body).tracking_numbers == ("1z827wk74630",)


def test_stock_may_be_missing_or_negative():
    assert optional_count({"available": -3}, "available") == -3
    assert optional_count({"available": None}, "available") is None


def test_attributes_that_are_no_pairs_are_left_out():
    listed = [{"name": "partner", "value": "A"}, {"name": "partner", "value": "B"}, "odd", {"value": "C"}]

    assert attributes({"note_attributes": listed}, "note_attributes") == {"partner": "A"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def paths(value: object, path: tuple = ()) -> list[tuple]:
    """Every place in a body where something may be replaced."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, each in inner for found in paths(each, (*path, key)))]


def replaced(value: object, path: tuple, by: object) -> object:
    """The same body with something else in one place."""
    if not path:
        return by
    copied = copy.copy(value)
    copied[path[0]] = replaced(copied[path[0]], path[1:], by)
    return copied


@settings(max_examples=400)
@given(st.data())
def test_anything_signed_is_read_or_refused_and_never_a_crash(data):
    name = data.draw(st.sampled_from(sorted(READERS)))
    body = sample(name)
    for _ in range(data.draw(st.integers(1, 3))):
        body = replaced(body, data.draw(st.sampled_from(paths(body))), data.draw(json_values))

    with contextlib.suppress(Malformed):
        READERS[name](bodies.read(json.dumps(body).encode()))


def test_stock_and_products_are_read():
    level = bodies.stock_level({**sample("inventory_levels__update"), "available": -2})
    gone = bodies.stock_level(sample("inventory_levels__disconnect"))
    product = bodies.product(sample("products__update"))

    assert (level.inventory_item_id, level.location_id, level.available) == (123, 123, -2)
    assert (gone.available, gone.updated_at) == (None, None)
    assert bodies.inventory_item(sample("inventory_items__update")) == (271878346596884000, True)
    assert product.title == "Example T-Shirt"
    assert [title for title in product.variants.values() if title] == ["Small", "Medium"]


def test_a_variant_beyond_the_first_hundred_is_there_without_its_title():
    body = sample("products__update")
    body["variants"] = [{"id": 5, "title": "Small"}]
    body["variant_gids"] = [{"admin_graphql_api_id": f"gid://shopify/ProductVariant/{n}"} for n in (5, 6)]

    assert bodies.product(body).variants == {5: "Small", 6: None}


@pytest.mark.parametrize(
    "gid", [None, 6, "", "gid://shopify/ProductVariant/", "gid://x/" + "9" * 5000, "gid/٣"]
)
def test_a_gid_that_is_none_is_refused(gid):
    with pytest.raises(Malformed):
        bodies.product({"id": 1, "variants": [], "variant_gids": [{"admin_graphql_api_id": gid}]})


def test_an_item_that_does_not_say_whether_it_is_tracked_is_refused():
    with pytest.raises(Malformed):
        bodies.inventory_item({"id": 1})


@pytest.mark.parametrize(
    "name",
    [
        "orders__updated",
        "draft_orders__update",
        "fulfillments__update",
        "refunds__create",
        "products__update",
        "inventory_items__update",
    ],
)
def test_a_body_that_calls_itself_something_else_is_refused(name):
    """The gid is signed; the topic, which says what the body should be, is not."""
    body = sample(name) | {"admin_graphql_api_id": "gid://shopify/Customer/1"}

    with pytest.raises(Malformed, match="it is not a"):
        READERS[name](body)


def test_a_body_that_does_not_name_itself_is_read():
    body = sample("fulfillments__update")
    body.pop("admin_graphql_api_id", None)

    assert bodies.fulfillment(body).fulfillment_id == 123456
