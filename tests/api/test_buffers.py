"""Units that stay in the shop: whoever sells, checks, lists or explains leaves the same ones."""

from datetime import timedelta

import pytest

from bridge.db import clock
from bridge.models import Decision
from bridge.services.partners import change_partner
from bridge.services.show_stock import show_stock
from bridge.services.stock_buffers import set_item_buffer
from tests.support.partner_api import cart, make_app, make_partner, opened, stock, submit


def keep_of_partner(db, account, units):
    with db.transaction() as session:
        change_partner(session, name=account.name, stock_buffer=units)


def keep_of_item(db, sku, units):
    with db.transaction() as session:
        set_item_buffer(session, sku=sku, units=units, partner_id=None, now=clock(session))


def lamps(units: int, number: str = "ORDER-1") -> dict:
    return cart(number, items=[{"sku": "LAMP", "title": "Lamp", "price": 1, "quantity": units}])


def get(client, account, query=""):
    return client.get(f"/v1/catalog{query}", headers=account.headers)


def listed(client, account, query="") -> dict[str, int]:
    return {item["sku"]: item["available"] for item in get(client, account, query).json["items"]}


@pytest.fixture
def client_of(database_url, redis_url, db):
    """Make clients of web processes, each with its own STOCK_BUFFER."""
    apps = []

    def make(units: int):
        app = opened(make_app(database_url, redis_url, STOCK_BUFFER=str(units)))
        apps.append(app)
        return app.__enter__().test_client()

    yield make
    for app in apps:
        app.__exit__(None, None, None)


@pytest.fixture
def account(db):
    """A partner with ten lamps and ten chairs."""
    account = make_partner(db)
    stock(db, account, {"LAMP": 10, "CHAIR": 10})
    return account


@pytest.mark.parametrize(
    ("because", "item", "partner", "shop", "left"),
    [
        ("nobody keeps any", None, None, 0, 10),
        ("the whole shop keeps some", None, None, 4, 6),
        ("the partner goes before the shop", None, 3, 4, 7),
        ("the item goes before both", 2, 3, 4, 8),
        ("zero is a number of its own: the partner's", None, 0, 4, 10),
        ("zero is a number of its own: the item's", 0, 3, 4, 10),
        ("more than there is leaves none, not fewer", 99, None, 0, 0),
    ],
)
def test_the_most_exact_buffer_wins_wherever_stock_is_told_or_taken(
    client_of, db, account, because, item, partner, shop, left
):
    client = client_of(shop)
    keep_of_partner(db, account, partner)
    keep_of_item(db, "LAMP", item)

    assert listed(client, account)["LAMP"] == left
    checked = client.post("/v1/carts/check", json=lamps(left + 1), headers=account.headers).json["items"][0]
    assert (checked["in_stock"], checked["available"]) == (False, left)
    with db.transaction() as session:
        [shown] = show_stock(session, sku="LAMP", shop_buffer=shop)
    assert shown["locations"][0]["sellable"] == left
    too_many = submit(client, account, lamps(left + 1))
    assert too_many.status_code == 204
    with db.transaction() as session:
        decision = session.get_one(Decision, too_many.headers["X-Decision-Id"])
    assert decision.lines[0]["available"] == left
    if left:
        assert submit(client, account, lamps(left, "ORDER-2")).status_code == 200
    assert submit(client, account, lamps(1, "ORDER-3")).status_code == 204


def test_a_buffer_holds_nothing_back_of_what_nobody_counts(client_of, db, account):
    stock(db, account, {"LAMP": 0}, tracked=False)

    assert submit(client_of(5), account, lamps(1000)).status_code == 200


def test_one_partners_buffer_is_not_anothers(client_of, db, account):
    other = make_partner(db, name="Umniah")
    stock(db, other, {"LAMP": 10})
    keep_of_partner(db, account, 10)
    client = client_of(0)

    assert listed(client, account)["LAMP"] == 0
    assert listed(client, other)["LAMP"] == 10


def test_an_items_buffer_is_for_every_sku_and_partner_that_sells_it(client_of, db, account):
    other = make_partner(db, name="Umniah")
    stock(db, other, {"LAMPE": 10}, items={"LAMPE": 40_000_000_000 + int.from_bytes(b"LAMP", "big") * 10})

    keep_of_item(db, "LAMP", 4)

    assert listed(client_of(0), other) == {"LAMPE": 6}


def test_another_number_of_an_item_is_a_change_of_its_skus_alone(client_of, db, account):
    client = client_of(0)
    etag = get(client, account).headers["ETag"]
    with db.transaction() as session:
        since = clock(session).isoformat().replace("+", "%2B")

    keep_of_item(db, "LAMP", 4)

    assert get(client, account).headers["ETag"] != etag
    assert listed(client, account, f"?updated_since={since}") == {"LAMP": 6}


@pytest.mark.parametrize("whose", ["partner", "shop"])
def test_another_number_of_the_partner_or_the_shop_is_a_change_of_every_sku(client_of, db, account, whose):
    before = client_of(0)
    etag = get(before, account).headers["ETag"]
    with db.transaction() as session:
        since = clock(session).isoformat().replace("+", "%2B")
    assert listed(before, account, f"?updated_since={since}") == {}

    if whose == "partner":
        keep_of_partner(db, account, 4)
    client = client_of(4 if whose == "shop" else 0)

    page = get(client, account, f"?updated_since={since}")
    assert {item["sku"]: item["available"] for item in page.json["items"]} == {"LAMP": 6, "CHAIR": 6}
    assert get(client, account).headers["ETag"] != etag
    with db.transaction() as session:
        later = (clock(session) + timedelta(seconds=1)).isoformat().replace("+", "%2B")
    assert listed(client, account, f"?updated_since={later}") == {}


def test_a_number_that_is_set_again_is_no_change(client_of, db, account):
    keep_of_partner(db, account, 4)
    client = client_of(0)
    with db.transaction() as session:
        since = clock(session).isoformat().replace("+", "%2B")

    keep_of_partner(db, account, 4)

    assert listed(client, account, f"?updated_since={since}") == {}
