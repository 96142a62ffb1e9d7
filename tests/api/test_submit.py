"""POST /v1/carts/submit: one order per cart, or 204, and the same answer again."""

import json
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from bridge.models import IdempotencyKey, Order, OrderEvent, OrderItem, Reservation, Work
from tests.api.rows import count, only
from tests.support.partner_api import LOCATION, cart, item_of, make_app, make_partner, opened, stock, submit


def test_a_mixed_cart_becomes_one_order_with_every_line(client, db, account):
    answer = submit(client, account, cart())

    assert answer.status_code == 200
    assert answer.json == {
        "supplier_order_id": str(only(db, Order).id),
        "status": "INCOMPLETE_CAUTION",
    }
    with db.transaction() as session:
        items = session.scalars(select(OrderItem).order_by(OrderItem.position)).all()
    assert [(item.sku, item.is_supplier_item, item.custom_reason) for item in items] == [
        ("JDTQ1834", True, None),
        ("YOUR-SKU-123", False, "unmapped"),
    ]
    assert items[0].price == Decimal("29.99")
    assert items[0].inventory_item_id == item_of("JDTQ1834")


def test_an_order_comes_with_its_reservation_its_event_and_the_push_that_is_due(client, db, account):
    submit(client, account, cart())

    order, event, work = only(db, Order), only(db, OrderEvent), only(db, Work)
    reservation = only(db, Reservation)
    assert (reservation.quantity, reservation.state, reservation.location_id) == (2, "held", LOCATION)
    assert (event.kind, event.to_status, event.partner_id) == ("submitted", order.status, account.id)
    assert (work.job, work.ids, work.key) == (
        "orders.push",
        {"order_id": str(order.id)},
        json.dumps({"order_id": str(order.id)}),
    )
    assert order.location_id == LOCATION


def test_the_order_keeps_what_the_customer_agreed_to(client, db, account):
    submit(client, account, cart())

    order = only(db, Order)
    assert (order.subtotal, order.tax, order.shipping, order.total) == (
        Decimal("79.97"),
        Decimal("6.4"),
        Decimal("5"),
        Decimal("91.37"),
    )
    assert (order.customer_name, order.customer_phone) == ("John Doe", "+1234567890")
    assert (order.shipping_country, order.shipping_country_code) == ("JO", "JO")
    assert (order.currency, order.totals_mismatch) == ("USD", False)


@pytest.mark.parametrize(
    ("because", "sku", "units"),
    [("nothing is ours", "YOUR-SKU-123", {}), ("what is ours is sold out", "GONE", {"GONE": 0})],
)
def test_a_cart_with_nothing_to_supply_makes_no_order(client, db, account, because, sku, units):
    stock(db, account, units)

    answer = submit(client, account, cart(sku=sku), key="k")

    assert (answer.status_code, answer.data) == (204, b"")
    for table in (Order, OrderItem, Reservation, Work, OrderEvent):
        assert count(db, table) == 0


def test_a_204_is_remembered_under_its_key_even_when_stock_came_back(client, db, account):
    stock(db, account, {"GONE": 0})
    submit(client, account, cart(sku="GONE"), key="k")
    stock(db, account, {"GONE": 5})

    again = submit(client, account, cart(sku="GONE"), key="k")
    fresh = submit(client, account, cart(sku="GONE"), key="other")

    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (204, "true")
    assert fresh.status_code == 200


def test_the_same_key_and_cart_answer_the_same_bytes_for_ever(client, db, account):
    first = submit(client, account, cart(), key="k")
    with db.transaction() as session:
        session.execute(text("UPDATE orders SET status = 'FULFILLED'"))

    again = submit(client, account, cart(), key="k")

    assert again.data == first.data
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert count(db, Order) == 1


def test_key_order_white_space_unknown_fields_and_1_or_1_point_0_make_no_difference(client, account):
    first = submit(
        client, account, cart(totals={"subtotal": 79.97, "tax": 6.4, "shipping": 5, "total": 91.37})
    )
    reordered = dict(reversed(cart(customer={"name": " John Doe ", "phone": "+1234567890"}).items()))
    raw = json.dumps({**reordered, "note": "ignored", "payment_status": "paid "}, indent=4).replace(
        "6.4,", "6.400,"
    )

    again = submit(client, account, raw.encode())

    assert (again.status_code, again.data) == (200, first.data)


def test_the_same_key_with_another_payload_is_a_conflict(client, db, account):
    submit(client, account, cart(), key="k")

    answer = submit(client, account, cart(payment_status="pending"), key="k")

    assert answer.status_code == 409
    assert answer.json["error"] == "idempotency key conflict: same key used with different payload"
    assert count(db, Order) == 1


def test_keys_belong_to_their_partner(client, db, account):
    other = make_partner(db, name="Umniah")
    stock(db, other, {"JDTQ1834": 10_000})

    first = submit(client, account, cart(), key="k")
    second = submit(client, other, cart(), key="k")

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json != second.json


def test_the_same_number_under_another_key_is_the_same_order_as_it_is_now(client, db, account):
    first = submit(client, account, cart(), key="one")
    with db.transaction() as session:
        session.execute(text("UPDATE orders SET status = 'UNFULFILLED'"))

    second = submit(client, account, cart(), key="two")
    third = submit(client, account, cart())
    replayed = submit(client, account, cart(), key="two")

    assert second.json == {**first.json, "status": "UNFULFILLED"}
    assert third.json == second.json
    assert "Idempotent-Replayed" not in second.headers
    assert (replayed.data, replayed.headers["Idempotent-Replayed"]) == (second.data, "true")


def test_the_same_number_with_another_cart_names_what_differs_and_burns_no_key(client, db, account):
    submit(client, account, cart(), key="one")

    answer = submit(
        client, account, cart(customer={"name": "Jane Doe"}, payment_method="ZainCash"), key="two"
    )

    assert answer.status_code == 409
    for field in ("customer.name", "customer.phone", "payment_method"):
        assert field in answer.json["details"]
    assert count(db, IdempotencyKey) == 1
    assert submit(client, account, cart(), key="two").status_code == 200


def test_a_refused_cart_burns_no_key(client, account):
    assert submit(client, account, cart(customer={}), key="k").status_code == 422
    assert submit(client, account, cart(), key="k").status_code == 200


def test_an_expired_key_is_as_good_as_new(client, db, account):
    submit(client, account, cart("A"), key="k")
    with db.transaction() as session:
        session.execute(text("UPDATE idempotency_keys SET expires_at = now() - interval '1 second'"))

    answer = submit(client, account, cart("B"), key="k")

    assert answer.status_code == 200
    assert count(db, Order) == 2
    with db.transaction() as session:
        key = session.scalars(select(IdempotencyKey)).one()
        remains = session.scalar(text("SELECT expires_at - now() FROM idempotency_keys"))
    assert key.body == answer.data
    assert remains.total_seconds() > 23 * 3600


@pytest.mark.parametrize("key", ["", " ", "k" * 256, "a b", "é", "tab\there"])
def test_a_key_that_cannot_be_seen_is_refused(client, db, account, key):
    answer = submit(client, account, cart(), key=key)

    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json["errors"]
    assert count(db, Order) == 0


@pytest.mark.parametrize("ended", ["REJECTED", "CANCELED"])
def test_the_number_of_an_ended_order_serves_a_new_cart(client, db, account, ended):
    old = submit(client, account, cart()).json["supplier_order_id"]
    with db.transaction() as session:
        session.execute(text("UPDATE orders SET status = :ended"), {"ended": ended})
        session.execute(text("DELETE FROM work"))

    same = submit(client, account, cart(), key="same")
    new = submit(client, account, cart(payment_status="pending"), key="new")

    assert same.json == {"supplier_order_id": old, "status": ended}
    assert new.status_code == 200
    assert new.json["supplier_order_id"] != old
    shown = client.get("/v1/orders/ORDER-2024-001", headers=account.headers).json
    assert shown["id"] == new.json["supplier_order_id"]
    assert client.get(f"/v1/orders/{old}", headers=account.headers).json["status"] == ended


def test_an_ended_order_keeps_its_number_while_something_of_it_may_live_in_shopify(client, db, account):
    submit(client, account, cart())
    with db.transaction() as session:
        session.execute(text("UPDATE orders SET status = 'REJECTED'"))

    answer = submit(client, account, cart(payment_status="pending"))

    assert answer.status_code == 409  # Its push is still due.


def test_a_new_cart_with_nothing_of_ours_leaves_the_ended_order_its_number(client, db, account):
    old = submit(client, account, cart()).json["supplier_order_id"]
    with db.transaction() as session:
        session.execute(text("UPDATE orders SET status = 'CANCELED'"))
        session.execute(text("DELETE FROM work"))

    answer = submit(client, account, cart(sku="YOUR-SKU-123"), key="k")

    assert answer.status_code == 204
    assert count(db, Order) == 1
    assert client.get("/v1/orders/ORDER-2024-001", headers=account.headers).json["id"] == old
    assert submit(client, account, cart(sku="YOUR-SKU-123"), key="k").headers["Idempotent-Replayed"] == "true"


def test_an_item_that_was_never_observed_is_503_and_asked_for_and_nothing_is_kept(client, db, account):
    stock(db, account, {"NEW": None})

    answer = submit(client, account, cart(sku="NEW"), key="k")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert count(db, Order) == 0
    assert count(db, IdempotencyKey) == 0
    work = only(db, Work)
    assert (work.job, work.ids) == ("inventory.read", {"inventory_item_id": str(item_of("NEW"))})


def test_before_the_first_sync_only_carts_without_our_items_are_answered(client, db):
    account = make_partner(db)
    stock(db, account, {"NEW": None})
    with db.transaction() as session:
        session.execute(text("DELETE FROM marks"))

    assert submit(client, account, cart(sku="NEW")).status_code == 503
    assert submit(client, account, cart(sku="YOURS")).status_code == 204


def test_an_old_observation_decides_and_is_flagged(client, db, account):
    stock(db, account, {"OLD": 5}, age="7 hours")

    assert submit(client, account, cart(sku="OLD")).status_code == 200
    assert only(db, Order).review_reasons == ["stale_stock"]


@pytest.mark.parametrize(
    ("because", "level", "status"),
    [
        ("untracked is no limit", {"tracked": False, "available": None}, 200),
        ("not stocked here is zero", {"stocked": False, "tracked": False}, 204),
    ],
)
def test_what_is_not_counted_is_not_what_is_not_there(client, db, account, because, level, status):
    stock(db, account, {"ODD": 0}, **level)

    assert submit(client, account, cart(sku="ODD")).status_code == status


def test_reserved_units_are_not_sold_again(client, db, account):
    stock(db, account, {"LAST": 1})

    assert submit(client, account, cart("A", sku="LAST")).status_code == 200
    assert submit(client, account, cart("B", sku="LAST")).status_code == 204


def test_a_retired_listing_is_not_ours_any_more(client, db, account):
    with db.transaction() as session:
        session.execute(text("UPDATE listings SET retired_at = now()"))

    assert submit(client, account, cart()).status_code == 204


def test_a_submit_rings_after_its_commit(database_url, redis_url, db, account):
    seen = []
    app = make_app(database_url, redis_url, ring=lambda: seen.append(count(db, Work)))
    with opened(app):
        submit(app.test_client(), account, cart())
        submit(app.test_client(), account, cart("NONE", sku="YOUR-SKU-123"))

    assert seen == [1]
