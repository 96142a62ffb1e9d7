"""GET /v1/catalog: the partner's own SKUs, what can be sold of them, page by page."""

import base64
import threading
from datetime import datetime

import pytest
from sqlalchemy import func, select, text

from tests.support.message_counter import counting
from tests.support.partner_api import cart, make_app, make_partner, opened, stock, submit


def get(client, account, query="", **headers):
    return client.get(f"/v1/catalog{query}", headers={**account.headers, **headers})


def walk(client, account, query="?limit=2", between=lambda: None) -> list[str]:
    """Return the SKUs of all pages."""
    page = get(client, account, query).json
    skus = [item["sku"] for item in page["items"]]
    while page["next_cursor"]:
        between()
        page = get(client, account, f"{query}&cursor={page['next_cursor']}").json
        skus += [item["sku"] for item in page["items"]]
    return skus


def retire(db, sku):
    with db.transaction() as session:
        session.execute(
            text("UPDATE listings SET retired_at = now(), updated_at = now() WHERE sku = :sku"), {"sku": sku}
        )


def test_what_is_listed_is_what_can_be_sold_now(client, db):
    account = make_partner(db)
    stock(db, account, {"FEW": 3, "NEW": None, "NONE": 0, "OVERSOLD": -2})
    stock(db, account, {"FREE": 0}, tracked=False, items={"FREE": 77})
    stock(db, account, {"NOT HERE": 4}, stocked=False)
    submit(client, account, cart(sku="FEW"))

    page = get(client, account).json

    assert [(item["sku"], item["availability"], item["available"]) for item in page["items"]] == [
        ("FEW", "in_stock", 2),
        ("FREE", "in_stock", None),
        ("NEW", "unknown", None),
        ("NONE", "out_of_stock", 0),
        ("NOT HERE", "out_of_stock", 0),
        ("OVERSOLD", "out_of_stock", 0),
    ]
    assert page["next_cursor"] is None
    assert set(page["items"][0]) == {
        "sku", "title", "availability", "available", "updated_at", "retired_at",
    }  # fmt: skip


def test_before_the_first_sync_nothing_is_known(client, db, account):
    with db.transaction() as session:
        session.execute(text("DELETE FROM marks"))

    assert get(client, account).json["items"][0]["availability"] == "unknown"


def test_a_partner_sees_its_own_catalog_alone(client, db, account):
    other = make_partner(db, name="Umniah")

    assert get(client, other).json == {"items": [], "next_cursor": None}
    assert client.get("/v1/catalog").status_code == 401


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 500])
def test_pages_of_any_size_show_every_sku_once(client, db, limit):
    account = make_partner(db)
    skus = {"a", "B", "ü", "a b", "ÄÖ", "日本", "%_'\\"}
    stock(db, account, dict.fromkeys(skus, 1))

    walked = walk(client, account, f"?limit={limit}")

    assert len(walked) == len(skus)
    assert set(walked) == skus


def test_an_import_between_two_pages_hides_and_repeats_nothing(client, db):
    account = make_partner(db)
    there = [f"M{number:02}" for number in range(0, 40, 2)]
    stock(db, account, dict.fromkeys(there, 1))
    imported = iter(range(1, 40, 2))

    def an_import() -> None:
        number = next(imported)
        stock(db, account, {f"A{number}": 1, f"M{number:02}": 1, f"Z{number}": 1, there[0]: 5, there[-1]: 5})

    walked = walk(client, account, "?limit=3", between=an_import)

    assert len(walked) == len(set(walked))
    assert set(there) <= set(walked)


def test_a_walk_beside_a_busy_importer_misses_nothing_that_was_there(client, db):
    account = make_partner(db)
    there = [f"M{number:03}" for number in range(60)]
    stock(db, account, dict.fromkeys(there, 1))
    over = threading.Event()

    def importing() -> None:
        number = 0
        while not over.is_set():
            number += 1
            stock(db, account, {there[number % 60]: number, f"M{number % 60:03}x": 1})

    importer = threading.Thread(target=importing)
    importer.start()
    try:
        walks = [walk(client, account, "?limit=7") for _ in range(5)]
    finally:
        over.set()
        importer.join()

    for walked in walks:
        assert walked == sorted(set(walked))
        assert set(there) <= set(walked)


def test_what_is_retired_is_told_to_those_who_ask_what_changed(client, db, account):
    stock(db, account, {"KEPT": 1, "GONE": 5})
    with db.transaction() as session:
        session.execute(text("UPDATE listings SET updated_at = now() - interval '1 day'"))
        since = session.scalar(select(func.now())).isoformat().replace("+", "%2B")
    retire(db, "GONE")
    stock(db, account, {"NEW": 2})

    changed = get(client, account, f"?updated_since={since}").json["items"]

    assert [(item["sku"], item["availability"], item["available"]) for item in changed] == [
        ("GONE", "retired", 0),
        ("NEW", "in_stock", 2),
    ]
    assert datetime.fromisoformat(changed[0]["retired_at"])
    assert "GONE" not in walk(client, account)


def test_a_page_that_did_not_change_is_304_and_one_that_did_is_not(client, db, account):
    first = get(client, account)
    etag = first.headers["ETag"]
    assert etag.startswith('"')  # Strong: it names the bytes.

    same = get(client, account, **{"If-None-Match": etag})
    among = get(client, account, **{"If-None-Match": f'"other", {etag}'})
    submit(client, account, cart())
    sold = get(client, account, **{"If-None-Match": etag})

    assert [(a.status_code, a.data, a.headers["ETag"]) for a in (same, among)] == [(304, b"", etag)] * 2
    assert sold.status_code == 200
    assert sold.json["items"][0]["available"] == first.json["items"][0]["available"] - 2
    assert sold.headers["ETag"] != etag
    assert sold.headers["Cache-Control"] == "private, no-cache"
    assert "RateLimit" in same.headers


def test_other_conditions_than_that_change_nothing(client, account):
    answer = get(
        client, account, **{"If-Match": '"other"', "If-Unmodified-Since": "Mon, 01 Jan 1990 00:00:00 GMT"}
    )

    assert answer.status_code == 200


def made_up(place: bytes) -> str:
    return base64.urlsafe_b64encode(place).decode()


@pytest.mark.parametrize(
    ("because", "query", "named"),
    [
        ("no page has none", "?limit=0", "limit"),
        ("a page has an end", "?limit=501", "limit"),
        ("not a number", "?limit=ten", "limit"),
        ("no base64", "?cursor=!!", "cursor"),
        ("no text", f"?cursor={made_up(bytes([255, 254]))}", "cursor"),
        ("not ours", f"?cursor={made_up(b'JDTQ1834')}", "cursor"),
        ("not of PostgreSQL", f"?cursor={made_up(bytes('sku:', 'ascii') + bytes(1))}", "cursor"),
        ("not ASCII", "?cursor=%C3%BC", "cursor"),
        ("no moment", "?updated_since=yesterday", "updated_since"),
        ("a plus that became a space", "?updated_since=2026-01-01T00:00:00+02:00", "updated_since"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_400_and_named(client, account, because, query, named):
    answer = get(client, account, query)

    assert answer.status_code == 400
    assert named in answer.json["details"]


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"]
)
def test_the_ends_of_time_are_moments(client, account, moment):
    assert get(client, account, f"?updated_since={moment}").status_code == 200


def test_the_largest_page_is_one_message_to_the_database(database_url, redis_url, db, account):
    stock(db, account, {f"S{number}": 1 for number in range(20)})
    with counting(database_url) as (url, counter), opened(make_app(url, redis_url)) as app:
        client = app.test_client()
        get(client, account)
        counter.clear()

        assert len(get(client, account, "?limit=500").json["items"]) == 21

    assert len(counter.sent) == 1
