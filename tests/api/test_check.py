"""POST /v1/carts/check: the submit's decision, told and not kept."""

import random

import pytest
from sqlalchemy import select, text

from bridge.models import Base, OrderItem
from tests.support.partner_api import cart, item_of, make_partner, stock, submit


def check(client, account, body):
    return client.post("/v1/carts/check", json=body, headers=account.headers)


def lines(*wanted: tuple[str, int]) -> dict:
    return {"items": [{"sku": sku, "title": sku, "price": 1, "quantity": units} for sku, units in wanted]}


def everything(db) -> dict[str, list]:
    with db.transaction() as session:
        return {
            name: sorted(map(repr, session.execute(select(table)).all()))
            for name, table in Base.metadata.tables.items()
            if name != "api_keys"  # When a key was last used is noted by whoever is let in.
        }


def test_every_line_is_told_whether_it_is_ours_and_why_not(client, db, account):
    stock(db, account, {"PLENTY": 17, "FEW": 3, "OLD": 9})
    stock(db, account, {"FREE": None})
    stock(db, account, {"FREE": 0}, tracked=False)
    with db.transaction() as session:
        session.execute(text("UPDATE listings SET retired_at = now() WHERE sku = 'OLD'"))

    answer = check(
        client, account, cart(**lines(("PLENTY", 2), ("FEW", 4), ("OLD", 1), ("YOURS", 1), ("FREE", 9)))
    )

    assert answer.status_code == 200
    assert answer.json["would_create_order"] is True
    names = ("sku", "quantity", "is_supplier_item", "mapped", "in_stock", "available", "reason")
    assert [tuple(line[name] for name in names) for line in answer.json["items"]] == [
        ("PLENTY", 2, True, True, True, 17, None),
        ("FEW", 4, False, True, False, 3, "out_of_stock"),
        ("OLD", 1, False, False, None, None, "retired"),
        ("YOURS", 1, False, False, None, None, "unmapped"),
        ("FREE", 9, True, True, True, None, None),
    ]


def test_a_cart_with_nothing_of_ours_is_told_before_it_is_a_204(client, account):
    assert check(client, account, cart(sku="YOURS")).json["would_create_order"] is False
    assert submit(client, account, cart(sku="YOURS")).status_code == 204


def test_nothing_is_written_whatever_the_answer(client, db, account):
    stock(db, account, {"NEW": None})
    submit(client, account, cart("KNOWN"))
    before = everything(db)

    assert check(client, account, cart()).status_code == 200
    assert check(client, account, cart("KNOWN", sku="YOURS")).status_code == 200
    assert check(client, account, cart(sku="NEW")).status_code == 503
    assert check(client, account, cart(items=[])).status_code == 422

    assert everything(db) == before


def test_an_item_that_was_never_observed_is_503_as_for_a_submit(client, db, account):
    stock(db, account, {"NEW": None})

    told, done = check(client, account, cart(sku="NEW")), submit(client, account, cart(sku="NEW"))

    assert (told.status_code, told.json) == (done.status_code, done.json) == (503, told.json)
    assert told.headers["Retry-After"] == "2"


def test_it_waits_for_nobody_who_holds_the_stock(client, db, account):
    with db.transaction() as session:
        session.execute(text("SELECT FROM inventory_levels FOR UPDATE"))

        assert check(client, account, cart()).status_code == 200


@pytest.mark.parametrize(
    ("because", "body"),
    [
        ("no customer", {**cart(), "customer": None}),
        ("a quantity as text", cart(**lines()) | {"items": [{**cart()["items"][0], "quantity": "2"}]}),
        ("a cent too fine", cart(totals={"subtotal": 1.001, "tax": 0, "shipping": 0, "total": 1})),
    ],
)
def test_what_a_submit_refuses_a_check_refuses_in_the_same_words(client, account, because, body):
    told, done = check(client, account, body), submit(client, account, body)

    assert told.status_code == 422
    assert (told.status_code, told.json) == (done.status_code, done.json)


def test_the_door_is_the_same(client, db):
    elsewhere = make_partner(db, name="Elsewhere", scopes=("seller",))

    assert client.post("/v1/carts/check", json=cart()).status_code == 401
    assert check(client, elsewhere, cart()).status_code == 403


def test_another_partners_catalog_is_not_looked_at(client, db, account):
    other = make_partner(db, name="Umniah")

    assert check(client, other, cart(sku="JDTQ1834")).json["items"][0]["reason"] == "unmapped"


def test_what_a_check_says_the_submit_then_does(client, db, account):
    dice = random.Random(4)
    skus = [f"S{number}" for number in range(8)]
    things = {sku: item_of(f"S{number // 2}") for number, sku in enumerate(skus)}  # Two names for each.
    stock(db, account, dict.fromkeys(skus, 12), items=things)

    outcomes = set()
    for number in range(40):
        wanted = [(dice.choice([*skus, "YOURS"]), dice.randint(1, 4)) for _ in range(dice.randint(1, 4))]
        body = cart(f"N{number}", **lines(*wanted))
        told = check(client, account, body).json

        done = submit(client, account, body)

        assert (done.status_code == 200) == told["would_create_order"]
        if done.status_code == 200:
            with db.transaction() as session:
                items = session.scalars(
                    select(OrderItem)
                    .where(OrderItem.order_id == done.json["supplier_order_id"])
                    .order_by(OrderItem.position)
                ).all()
            assert [(i.sku, i.is_supplier_item, i.custom_reason) for i in items] == [
                (line["sku"], line["is_supplier_item"], line["reason"]) for line in told["items"]
            ]
        outcomes.add(done.status_code)
    assert outcomes == {200, 204}  # Both were tried: the shelves were emptied on the way.
