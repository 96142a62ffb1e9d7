"""X-Decision-Id and GET /v1/decisions/{id}: why a cart was ours, or was not, for 90 days."""

from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from bridge.models import Decision
from tests.support.message_counter import counting
from tests.support.partner_api import cart, make_app, make_partner, opened, stock, submit


def explained(client, account, answer):
    return client.get(f"/v1/decisions/{answer.headers['X-Decision-Id']}", headers=account.headers)


def lines(*wanted: tuple[str, int]) -> dict:
    return {"items": [{"sku": sku, "title": sku, "price": 1, "quantity": units} for sku, units in wanted]}


def test_an_order_is_explained_line_by_line_with_the_number_there_was(client, db, account):
    stock(db, account, {"FEW": 3, "OLD": 9})
    with db.transaction() as session:
        session.execute(text("UPDATE listings SET retired_at = now() WHERE sku = 'OLD'"))
    answer = submit(client, account, cart(**lines(("JDTQ1834", 2), ("FEW", 4), ("OLD", 1), ("YOURS", 1))))
    stock(db, account, {"FEW": 50})  # What comes later changes nothing.

    decision = explained(client, account, answer)

    assert decision.status_code == 200
    assert decision.json["supplier_order_id"] == answer.json["supplier_order_id"]
    assert decision.json["partner_order_id"] == "ORDER-2024-001"
    assert [(i["sku"], i["mapped"], i["available"], i["reason"]) for i in decision.json["items"]] == [
        ("JDTQ1834", True, 1_000_000, None),
        ("FEW", True, 3, "out_of_stock"),
        ("OLD", False, None, "retired"),
        ("YOURS", False, None, "unmapped"),
    ]


def test_a_204_is_explained_too(client, db, account):
    stock(db, account, {"GONE": 0})

    answer = submit(client, account, cart(sku="GONE"))

    assert answer.status_code == 204
    decision = explained(client, account, answer).json
    assert decision["supplier_order_id"] is None
    assert decision["items"] == [
        {
            "sku": "GONE",
            "quantity": 1,
            "is_supplier_item": False,
            "mapped": True,
            "in_stock": False,
            "available": 0,
            "reason": "out_of_stock",
        }
    ]


@pytest.mark.parametrize("sku", ["JDTQ1834", "YOURS"])
def test_a_replay_names_the_first_decision(client, db, account, sku):
    first = submit(client, account, cart(sku=sku), key="k")

    again = submit(client, account, cart(sku=sku), key="k")

    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["X-Decision-Id"] == first.headers["X-Decision-Id"]
    assert (again.status_code, again.data) == (first.status_code, first.data)
    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == 1


def test_another_key_for_the_same_cart_names_the_decision_that_made_the_order(client, account):
    first = submit(client, account, cart(), key="one")

    assert (
        submit(client, account, cart(), key="two").headers["X-Decision-Id"] == first.headers["X-Decision-Id"]
    )
    assert submit(client, account, cart()).headers["X-Decision-Id"] == first.headers["X-Decision-Id"]


def test_without_a_key_every_204_is_decided_anew(client, db, account):
    stock(db, account, {"GONE": 0})
    first = submit(client, account, cart(sku="GONE"))
    stock(db, account, {"GONE": 4})

    second = submit(client, account, cart(sku="GONE"))

    assert second.status_code == 200
    assert explained(client, account, first).json["items"][0]["available"] == 0
    assert explained(client, account, second).json["items"][0]["available"] == 4


def test_a_refused_cart_was_not_decided(client, db, account):
    submit(client, account, cart())
    stock(db, account, {"NEW": None})

    for body, status in ((cart(payment_status="x"), 409), (cart(items=[]), 422), (cart("N", sku="NEW"), 503)):
        answer = submit(client, account, body)

        assert (answer.status_code, answer.headers.get("X-Decision-Id")) == (status, None)
    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == 1


def test_a_new_cart_that_takes_over_an_ended_number_has_its_own_decision(client, db, account):
    old = submit(client, account, cart())
    with db.transaction() as session:
        session.execute(text("UPDATE orders SET status = 'CANCELED'"))
        session.execute(text("DELETE FROM work"))

    nothing = submit(client, account, cart(sku="YOURS"))
    new = submit(client, account, cart(payment_status="pending"))

    made = [explained(client, account, answer).json["supplier_order_id"] for answer in (old, nothing, new)]
    assert made == [old.json["supplier_order_id"], None, new.json["supplier_order_id"]]


def test_another_partners_decision_is_not_there(client, db, account):
    other = make_partner(db, name="Umniah")
    answer = submit(client, account, cart())

    stranger = explained(client, other, answer)
    unknown = client.get(f"/v1/decisions/{uuid4()}", headers=other.headers)

    assert (stranger.status_code, stranger.json) == (404, unknown.json)
    assert stranger.json["error"] == "decision not found"


@pytest.mark.parametrize("name", ["1", "%00", "x" * 3000, "ORDER-2024-001", "a/b"])
def test_what_is_no_id_is_not_found(client, account, name):
    assert client.get(f"/v1/decisions/{name}", headers=account.headers).status_code == 404


def test_nothing_of_the_customer_is_kept_in_a_decision(client, db, account):
    submit(client, account, cart(customer={"name": "Jane Roe", "phone": "+962790000000"}))

    with db.transaction() as session:
        kept = session.scalar(text("SELECT decisions::text FROM decisions"))
    assert not any(secret in kept for secret in ("Jane", "96279", "123 Main Street", "Amman"))


def test_a_204_costs_no_more_messages_than_an_order(database_url, redis_url, account):
    with counting(database_url) as (url, counter), opened(make_app(url, redis_url)) as app:
        client = app.test_client()
        submit(client, account, cart("WARM"))
        counter.clear()

        assert submit(client, account, cart(sku="YOURS"), key="k").status_code == 204

    assert len(counter.sent) == 4
