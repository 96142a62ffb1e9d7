"""Whatever is sent, the answer is the contract's envelope with the decided status, and never a 500."""

import json
import time

import pytest
from sqlalchemy import func, select

from bridge.models import IdempotencyKey, Order
from tests.support.partner_api import cart, make_app, opened, submit


def with_value(path: str, value: object) -> dict:
    """Return the guide's cart with one value changed, or left out when it is `...`."""
    made = cart()
    *parents, last = (int(name) if name.isdigit() else name for name in path.split("."))
    target = made
    for name in parents:
        target = target[name]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return made


def raw(text: str) -> bytes:
    """Return the guide's cart with `text` in place of the first price."""
    return json.dumps(cart()).replace("29.99", text, 1).encode()


@pytest.mark.parametrize(
    ("because", "body"),
    [
        ("nothing", b""),
        ("not JSON", b"{"),
        ("something behind it", json.dumps(cart()).encode() + b"x"),
        ("an array", b"[]"),
        ("a string", b'"cart"'),
        ("null", b"null"),
        ("NaN", raw("NaN")),
        ("Infinity", raw("-Infinity")),
        ("a key twice", b'{"partner_order_id": "A", "partner_order_id": "B"}'),
        ("a key twice, spelled another way", b'{"totals": {"tax": 1, "t\\u0061x": 1}}'),
        ("an integer of 5000 digits", raw("1" * 5000)),
        ("a fraction of 5000 digits", raw("0." + "1" * 5000)),
        ("an exponent beyond everything", raw("1e99999999999999999999")),
        ("100,000 open brackets", b"[" * 100_000),
        ("100,000 open braces", b'{"a":' * 100_000),
        ("33 levels", json.dumps({"deep": json.loads("[" * 33 + "]" * 33)}).encode()),
        ("deep in a field that is ignored", raw('1, "more": ' + "[" * 900 + "]" * 900)),
        ("invalid UTF-8", b'{"partner_order_id": "\xff"}'),
        ("a surrogate in UTF-8", b'{"partner_order_id": "\xed\xa0\x80"}'),
        ("UTF-16", json.dumps(cart()).encode("utf-16")),
        ("a byte order mark", b"\xef\xbb\xbf" + json.dumps(cart()).encode()),
        ("a real line end in a string", b'{"partner_order_id": "a\nb"}'),
        ("single quotes", b"{'partner_order_id': 'A'}"),
    ],
)
def test_what_is_not_one_json_object_is_400(client, account, because, body):
    answer = submit(client, account, body)

    assert answer.status_code == 400
    assert set(answer.json) == {"error", "details"}


def test_32_levels_are_not_too_deep(client, account):
    body = cart() | {"ignored": json.loads("[" * 31 + "]" * 31)}

    assert submit(client, account, body).status_code == 200


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("partner_order_id", ...),
        ("partner_order_id", None),
        ("partner_order_id", "   "),
        ("partner_order_id", 5),
        ("partner_order_id", "x" * 256),
        ("partner_order_id", "a\x00b"),
        ("partner_order_id", "a\ud800b"),
        ("partner_order_id", "a\x07b"),
        ("items", ...),
        ("items", []),
        ("items", {}),
        ("items", "JDTQ1834"),
        ("items", [None]),
        ("items.0.sku", ...),
        ("items.0.sku", ""),
        ("items.0.sku", "x" * 256),
        ("items.0.title", None),
        ("items.0.price", -0.01),
        ("items.0.price", "29.99"),
        ("items.0.price", True),
        ("items.0.price", None),
        ("items.0.price", 0.30000000000000004),
        ("items.0.price", 1e999),
        ("items.0.price", "1e999999"),
        ("items.0.price", "NaN"),
        ("items.0.price", 10**13),
        ("items.0.price", int("1" * 4000)),
        ("items.0.quantity", 0),
        ("items.0.quantity", -1),
        ("items.0.quantity", 1.0),
        ("items.0.quantity", "1"),
        ("items.0.quantity", True),
        ("items.0.quantity", 100_001),
        ("items.0.quantity", 10**30),
        ("items.0.product_url", 7),
        ("items.0.product_url", "\udcff"),
        ("customer", ...),
        ("customer", "John Doe"),
        ("customer.name", ...),
        ("customer.phone", 962),
        ("shipping", None),
        ("shipping.street", ...),
        ("shipping.city", ...),
        ("shipping.postal_code", 11118),
        ("shipping.country", ...),
        ("shipping.country", "Atlantis"),
        ("shipping.country", "XX"),
        ("totals", []),
        ("totals.subtotal", ...),
        ("totals.tax", None),
        ("totals.shipping", "5"),
        ("totals.total", -1),
        ("totals.total", 91.375),
        ("payment_status", ["paid"]),
        ("payment_method", {"name": "ZainCash"}),
    ],
)
def test_what_is_json_and_not_a_cart_is_422_at_its_field(client, db, account, path, value):
    # Python would write 1e999 as Infinity, which is another error.
    body = raw("1e999") if value == 1e999 else with_value(path, value)

    answer = submit(client, account, body, key="k")

    assert answer.status_code == 422
    assert answer.json["error"] == "validation failed"
    assert [field for field in answer.json["errors"] if field.startswith(path)]
    assert path in answer.json["details"]
    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Order)) == 0
        assert session.scalar(select(func.count()).select_from(IdempotencyKey)) == 0


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("items.0.price", 0),
        ("items.0.price", -0.0),
        ("items.0.price", 10**12),
        ("items.0.quantity", 100_000),
        ("items.0.product_url", None),
        ("items.0.product_url", " "),
        ("items.0.title", "أريكة 🛋 ' ; DROP TABLE orders; --"),
        ("items.0.title", "50 % off %s %(x)s :name"),
        ("partner_order_id", "x" * 255),
        ("customer.phone", None),
        ("customer.phone", ...),
        ("shipping.state", ...),
        ("shipping.country", "jordan"),
        ("shipping.country", "jo"),
        ("shipping.country", "United Kingdom"),
        ("shipping.country", "USA"),
        ("shipping.country", "Côte d’Ivoire"),
        ("payment_status", ...),
        ("payment_method", None),
        ("payment_method", "Barter"),
        ("totals.tax", 0),
        ("unheard_of", {"deep": [1, None, "\x00"]}),
    ],
)
def test_what_is_unusual_and_valid_is_accepted_and_shown_as_it_came(client, account, path, value):
    body = with_value(path, value)

    answer = submit(client, account, body)

    assert answer.status_code == 200
    order = answer.json["supplier_order_id"]
    shown = client.get(f"/v1/orders/{order}", headers=account.headers).json
    if path == "items.0.title":
        assert shown["items"][0]["title"] == value
    if path == "shipping.country":
        assert shown["shipping_address"]["country"] == value


def test_250_lines_are_a_cart_and_251_are_not(client, account):
    line = {"sku": "JDTQ1834", "title": "Thing", "price": 1, "quantity": 1}

    assert submit(client, account, cart(items=[line] * 250)).status_code == 200
    assert submit(client, account, cart("B", items=[line] * 251)).status_code == 422


@pytest.mark.parametrize(
    ("because", "body"),
    [
        ("300,000 lines", json.dumps({"items": "LINES"}).replace('"LINES"', f"[{'{},' * 300_000}{{}}]")),
        (
            "90,000 keys, the last one twice",
            "{" + "".join(f'"k{n}":1,' for n in range(90_000)) + '"k89999":1}',
        ),
        ("60,000 fields that are ignored", json.dumps(cart() | {f"k{n}": 1 for n in range(60_000)})),
        ("one number of a million digits", '{"totals":' + "1" * 1_000_000 + "}"),
        ("200 numbers of 4,000 digits", json.dumps({"items": [{"price": int("9" * 4000)}] * 200})),
        ("a million spaces", json.dumps(cart())[:-1] + " " * 1_000_000 + "}"),
        ("a text of a million backslashes", '{"partner_order_id":"' + "\\\\" * 250_000 + '"}'),
    ],
)
def test_a_full_mebibyte_of_malice_costs_little(client, account, because, body):
    began = time.process_time()

    answer = submit(client, account, body.encode())

    assert answer.status_code in (200, 400, 422)
    assert time.process_time() - began < 2
    assert len(answer.data) < 100_000


def test_many_errors_are_all_listed_and_the_first_few_told(client, account):
    answer = submit(client, account, cart(items=[{}] * 10))

    assert len(answer.json["errors"]) == 40
    assert answer.json["details"].endswith("and 35 more")


@pytest.mark.parametrize(
    ("because", "headers"),
    [
        ("a form", {"Content-Type": "application/x-www-form-urlencoded"}),
        ("text", {"Content-Type": "text/plain"}),
        ("nothing said", {"Content-Type": ""}),
        ("compressed", {"Content-Type": "application/json", "Content-Encoding": "gzip"}),
    ],
)
def test_another_content_type_is_415(client, account, because, headers):
    answer = client.post("/v1/carts/submit", data=json.dumps(cart()), headers={**account.headers, **headers})

    assert answer.status_code == 415
    assert set(answer.json) == {"error", "details"}


def test_a_charset_and_a_vendor_type_are_json_too(client, account):
    for kind in ("application/json; charset=utf-8", "application/vnd.partner+json"):
        answer = client.post(
            "/v1/carts/submit", data=json.dumps(cart()), headers=account.headers, content_type=kind
        )
        assert answer.status_code == 200


def test_a_body_over_one_mebibyte_is_413_and_one_of_it_is_read(client, account):
    full = json.dumps(cart()).encode()
    padding = 1024 * 1024 - len(full)

    assert submit(client, account, full + b" " * padding).status_code == 200
    assert submit(client, account, full + b" " * (padding + 1)).status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v1", 404),
        ("GET", "/v1/nothing", 404),
        ("GET", "/v2/orders/1", 404),
        ("POST", "/v1/carts/submit/", 404),
        ("GET", "/v1/carts/submit", 405),
        ("TRACE", "/v1/carts/submit", 405),
        ("DELETE", "/v1/orders/1", 405),
        ("POST", "/v1/admin/orders", 405),
        ("GET", "/v1/orders/", 404),
        ("GET", "/v1/orders/1", 401),
    ],
)
def test_every_error_is_the_envelope(client, method, path, status):
    answer = client.open(path, method=method)

    assert answer.status_code == status
    assert answer.content_type == "application/json"
    assert set(answer.json) == {"error", "details"}
    assert all(isinstance(text, str) and text for text in answer.json.values())
    if status == 405:
        assert answer.headers["Allow"]


def test_an_error_of_ours_is_the_envelope_too_and_tells_nothing(database_url, redis_url, caplog):
    def fail() -> None:
        raise RuntimeError("+1234567890 and jbk_secret")

    with opened(make_app(database_url, redis_url)) as app:
        app.add_url_rule("/v1/fail", view_func=fail)
        answer = app.test_client().get("/v1/fail", headers={"X-Request-Id": "abc-1"})

    assert answer.status_code == 500
    assert answer.json["error"] == "internal server error"
    assert "abc-1" in answer.json["details"]
    assert b"1234567890" not in answer.data
    assert "1234567890" not in caplog.text
