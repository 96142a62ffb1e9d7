"""GET /v1/catalog?updated_since= again and again: whoever adds up what changed ends with what is there."""

import threading
from datetime import datetime

import pytest
from sqlalchemy import text

from bridge.services import list_catalog
from tests.api.changes import listed, moment, read, shown
from tests.support.partner_api import PartnerAccount, cart, item_of, make_partner, stock, submit

_BEGAN = text(
    "SELECT least(now(), min(xact_start)) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid()"
)


@pytest.fixture
def account(db) -> PartnerAccount:
    """A partner with ten lamps and ten chairs."""
    account = make_partner(db)
    stock(db, account, {"LAMP": 10, "CHAIR": 10})
    return account


def began(db) -> datetime:
    """Return the earliest moment at which anything that is being written now may have begun."""
    with db.transaction() as session:
        return session.scalars(_BEGAN).one()


def test_what_is_listed_tells_a_time_of_change_that_is_no_older_than_asked_for(client, db, account):
    with db.transaction() as session:
        for column in ("listings.updated_at", "inventory_levels.sellable_changed_at", "marks.at"):
            table, name = column.split(".")
            session.execute(text(f"UPDATE {table} SET {name} = now() - interval '1 day'"))  # noqa: S608  our own names
    since = moment(db).replace(microsecond=0)

    submit(client, account, cart(sku="LAMP"))

    [item] = listed(client, account, since)
    assert datetime.fromisoformat(item["updated_at"]) >= since
    whole = {
        one["sku"]: one["updated_at"]
        for one in client.get("/v1/catalog", headers=account.headers).json["items"]
    }
    assert whole["LAMP"] == item["updated_at"]
    assert datetime.fromisoformat(whole["CHAIR"]) < since


@pytest.mark.parametrize("many", [list_catalog.MANY_ITEMS, 0])
def test_pages_of_what_changed_show_each_once(client, db, account, monkeypatch, many):
    monkeypatch.setattr(list_catalog, "MANY_ITEMS", many)
    skus = [f"S{number:02}" for number in range(30)]
    stock(db, account, dict.fromkeys(skus, 10))
    since = moment(db)
    stock_moved, taken = skus[::3], skus[1::3]

    with db.transaction() as session:
        for sku in stock_moved:
            session.execute(
                text("UPDATE inventory_levels SET available = 2 WHERE inventory_item_id = :item"),
                {"item": item_of(sku)},
            )
    for number, sku in enumerate(taken):
        submit(client, account, cart(f"ORDER-{number}", sku=sku))

    items = listed(client, account, since, "&limit=3")

    assert [item["sku"] for item in items] == sorted(stock_moved + taken)
    assert shown(items) == dict.fromkeys(stock_moved, 2) | dict.fromkeys(taken, 9)


def test_what_was_not_committed_at_one_walk_is_listed_at_the_next(client, db, account):
    since = moment(db)

    with db.transaction() as session:
        read(session, 4)
        submit(client, account, cart("LATER", sku="CHAIR"))  # Begun later, committed earlier.
        first = listed(client, account, since)
    again = listed(client, account, since)

    assert shown(first) == {"CHAIR": 9}
    assert shown(again) == {"CHAIR": 9, "LAMP": 4}


def test_a_shop_that_keeps_in_step_by_asking_what_changed_ends_with_the_same_numbers(client, app, db):
    account = make_partner(db)
    skus = [f"S{number:02}" for number in range(40)]
    stock(db, account, dict.fromkeys(skus, 1000))
    mirror = dict.fromkeys(skus, 1000)
    over = threading.Event()

    def selling(number: int) -> None:
        own, sold = app.test_client(), 0
        while not over.is_set():
            sold += 1
            submit(own, account, cart(f"ORDER-{number}-{sold}", sku=skus[(sold * 7 + number) % 20]))

    def counting() -> None:
        counted = 0
        while not over.is_set():
            counted += 1
            with db.transaction() as session:
                session.execute(
                    text("UPDATE inventory_levels SET available = :units WHERE inventory_item_id = :item"),
                    {"units": 1000 + counted, "item": item_of(skus[20 + counted % 5])},
                )

    threads = [threading.Thread(target=selling, args=(number,)) for number in range(2)]
    threads.append(threading.Thread(target=counting))
    asked_from, sizes = moment(db), []
    for thread in threads:
        thread.start()
    try:
        for _ in range(25):
            since, asked_from = asked_from, began(db)
            changed = shown(listed(client, account, since, "&limit=7"))
            sizes.append(len(changed))
            mirror |= changed
    finally:
        over.set()
        for thread in threads:
            thread.join()
    mirror |= shown(listed(client, account, asked_from))

    whole = client.get("/v1/catalog?limit=500", headers=account.headers).json["items"]
    assert mirror == shown(whole)
    assert 0 < max(sizes) <= 25  # The fifteen that nobody touched were never listed.
