"""GET /v1/orders/{id} and GET /v1/admin/orders: what a partner sees of its own orders, and of no others."""

import json
from datetime import timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update

from bridge.db import clock
from bridge.models import Order, OrderItem, ShopifyFulfillment
from tests.support.partner_api import cart, item_of, make_partner, stock, submit


@pytest.fixture
def order_id(client, account) -> str:
    return submit(client, account, cart()).json["supplier_order_id"]


def get(client, account, path):
    return client.get(path, headers=account.headers)


def ship(db, order_id, number, *, line=1, minutes=0, **more):
    """Note a parcel with one unit, as the webhooks do."""
    with db.transaction() as session:
        at = clock(session) + timedelta(minutes=minutes)
        session.add(
            ShopifyFulfillment(
                **{
                    "fulfillment_id": number,
                    "order_id": order_id,
                    "status": "success",
                    "shopify_created_at": at,
                    "shopify_updated_at": at,
                    "tracking_company": "Aramex",
                    "tracking_numbers": [f"TRACK{number}"],
                    "tracking_urls": [f"https://example.com/track/TRACK{number}"],
                    "lines": {str(line): 1},
                    **more,
                }
            )
        )
        for item in session.scalars(select(OrderItem).where(OrderItem.order_id == order_id)):
            item.shopify_line_id = item.position + 1


def test_every_documented_field_is_there_and_null_when_unknown(client, account, order_id):
    shown = json.loads(get(client, account, f"/v1/orders/{order_id}").data)

    created, updated = shown.pop("created_at"), shown.pop("updated_at")
    assert shown == {
        "id": order_id,
        "partner_order_id": "ORDER-2024-001",
        "status": "INCOMPLETE_CAUTION",
        "shopify_order_id": None,
        "shopify_order_name": None,
        "customer_name": "John Doe",
        "customer_phone": "+1234567890",
        "shipping_address": {
            "street": "123 Main Street",
            "city": "Amman",
            "state": "Khalda",
            "postal_code": "11118",
            "country": "JO",
        },
        "cart_total": 91.37,
        "totals": {"subtotal": 79.97, "tax": 6.4, "shipping": 5.0, "total": 91.37},
        "payment_status": "paid",
        "payment_method": "Credit Card",
        "items": [
            {
                "sku": "JDTQ1834",
                "title": "JafarShop Product",
                "price": 29.99,
                "quantity": 2,
                "product_url": None,
                "is_supplier_item": True,
                "shopify_variant_id": item_of("JDTQ1834") + 1,
                "fulfilled_quantity": 0,
            },
            {
                "sku": "YOUR-SKU-123",
                "title": "Your Product",
                "price": 19.99,
                "quantity": 1,
                "product_url": None,
                "is_supplier_item": False,
                "shopify_variant_id": None,
                "fulfilled_quantity": 0,
            },
        ],
        "shipments": [],
        "tracking_carrier": None,
        "tracking_number": None,
        "tracking_url": None,
        "rejection_reason": None,
    }
    for moment in (created, updated):
        assert len(moment) == len("2024-01-01T12:00:00Z")
        assert moment.endswith("Z")


def test_amounts_are_printed_exactly_with_the_digits_of_the_currency(client, account, order_id):
    body = get(client, account, f"/v1/orders/{order_id}").data

    assert b'"tax":6.40,"shipping":5.00,"total":91.37' in body


def test_an_order_is_found_by_our_id_and_by_the_partners_number(client, account, order_id):
    by_number = get(client, account, "/v1/orders/ORDER-2024-001").json

    assert by_number["id"] == order_id
    assert get(client, account, f"/v1/orders/{order_id.upper()}").json == by_number


@pytest.mark.parametrize("number", ["2024/11/A B", "//x", "100%", "ü?&#", "a.b.json", "-", "0"])
def test_any_number_that_was_accepted_is_found_again(client, account, number):
    submit(client, account, cart(number))

    answer = get(client, account, f"/v1/orders/{quote(number, safe='')}")

    assert answer.json["partner_order_id"] == number


def test_another_partners_order_is_403_by_our_id_and_404_by_its_number(client, db, account, order_id):
    other = make_partner(db, name="Umniah")

    assert get(client, other, f"/v1/orders/{order_id}").status_code == 403
    assert get(client, other, f"/v1/orders/{order_id}").json["error"] == "access denied"
    assert get(client, other, "/v1/orders/ORDER-2024-001").status_code == 404


@pytest.mark.parametrize(
    "reference", ["5f0c7a3e-6f0e-4c39-9a55-7d1f4f1f8a01", "nothing", "%00", "%FF", "x" * 3000, "%20"]
)
def test_what_does_not_exist_is_404(client, account, reference):
    answer = get(client, account, f"/v1/orders/{reference}")

    assert answer.status_code == 404
    assert answer.json["error"] == "order not found"


def test_a_number_that_looks_like_our_ids_is_the_partners_own(client, account):
    number = str(uuid4())
    order_id = submit(client, account, cart(number)).json["supplier_order_id"]

    assert get(client, account, f"/v1/orders/{number}").json["id"] == order_id


def test_tracking_is_the_newest_parcel_with_an_item_of_ours(client, db, account, order_id):
    ship(db, order_id, 1, minutes=1)
    ship(db, order_id, 2, minutes=2, shipment_status="IN_TRANSIT")
    ship(db, order_id, 3, minutes=3, line=2)
    ship(db, order_id, 4, minutes=4, status="cancelled")
    ship(db, order_id, 5, minutes=5, line=2, is_closing=True)

    shown = get(client, account, f"/v1/orders/{order_id}").json

    assert (shown["tracking_carrier"], shown["tracking_number"], shown["tracking_url"]) == (
        "Aramex",
        "TRACK2",
        "https://example.com/track/TRACK2",
    )
    assert [parcel["tracking_number"] for parcel in shown["shipments"]] == ["TRACK1", "TRACK2", "TRACK3"]
    assert shown["shipments"][1]["items"] == [{"sku": "JDTQ1834", "quantity": 1}]
    assert shown["shipments"][1]["status"] == "in_transit"


def test_a_parcel_without_tracking_still_shows(client, db, account, order_id):
    ship(db, order_id, 1, tracking_company=None, tracking_numbers=[], tracking_urls=[])

    shown = get(client, account, f"/v1/orders/{order_id}").json

    assert len(shown["shipments"]) == 1
    assert shown["tracking_number"] is None


def test_the_list_is_the_partners_own_newest_first(client, db, account):
    other = make_partner(db, name="Umniah")
    stock(db, other, {"JDTQ1834": 500})
    submit(client, other, cart("THEIRS"))
    for number in ("A", "B", "C"):
        submit(client, account, cart(number))

    listed = get(client, account, "/v1/admin/orders").json

    assert [order["partner_order_id"] for order in listed["orders"]] == ["C", "B", "A"]
    assert (listed["limit"], listed["offset"]) == (50, 0)
    assert set(listed["orders"][0]) == {
        "id",
        "partner_order_id",
        "status",
        "customer_name",
        "cart_total",
        "created_at",
        "updated_at",
    }


def test_a_walk_by_offset_misses_nothing_although_orders_come_in(client, account):
    numbers = [f"N{number}" for number in range(7)]
    for number in numbers:
        submit(client, account, cart(number))

    seen = []
    for offset in range(0, 10, 2):
        page = get(client, account, f"/v1/admin/orders?limit=2&offset={offset}").json["orders"]
        seen += [order["partner_order_id"] for order in page]
        submit(client, account, cart(f"LATER{offset}"))

    assert set(numbers) - set(seen) <= {"N0", "N1", "N2"}  # Pushed past the last page that was asked for.
    assert [number for number in seen if number in numbers] == sorted(
        (number for number in seen if number in numbers), reverse=True
    )


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=",
        "limit=1.0",
        "limit=1_0",
        "limit=١",
        "limit=" + "9" * 30,
        "offset=-1",
        "offset=x",
        "offset=99999999999999999",
        "status=NOPE",
        "status=",
        "status=unfulfilled",
    ],
)
def test_a_query_that_makes_no_sense_is_400(client, account, query):
    answer = get(client, account, f"/v1/admin/orders?{query}")

    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.json["details"]


def set_status(db, number, status, *, before=None, shipped=0):
    with db.transaction() as session:
        order = session.scalars(select(Order).where(Order.partner_order_id == number)).one()
        order.status, order.status_before_archive = status, before
        session.execute(
            update(OrderItem).where(OrderItem.order_id == order.id).values(fulfilled_quantity=shipped)
        )


def numbers_under(client, account, status):
    listed = get(client, account, f"/v1/admin/orders?status={status}").json["orders"]
    return {order["partner_order_id"] for order in listed}


@pytest.mark.parametrize("name", ["UNFULFILLED", "CONFIRMED"])
def test_a_filter_understands_newer_and_older_names(client, db, account, name):
    submit(client, account, cart("A"))
    submit(client, account, cart("B"))
    set_status(db, "A", "UNFULFILLED")

    assert numbers_under(client, account, name) == {"A"}


def test_a_partner_with_older_names_reads_and_filters_by_what_it_reads(client, db):
    account = make_partner(db, status_names="legacy")
    stock(db, account, {"JDTQ1834": 100})
    cases = {
        "CONFIRMED": [("UNFULFILLED", None, 0)],
        "DELIVERED": [("COMPLETE", None, 2), ("REFUNDED", None, 1), ("ARCHIVED", "COMPLETE", 2)],
        "CANCELLED": [("CANCELED", None, 0), ("REFUNDED", None, 0), ("ARCHIVED", "REFUNDED", 0)],
        "REJECTED": [("REJECTED", None, 0), ("ARCHIVED", "REJECTED", 0)],
    }
    for name, states in cases.items():
        for index, (status, before, shipped) in enumerate(states):
            submit(client, account, cart(f"{name}-{index}"))
            set_status(db, f"{name}-{index}", status, before=before, shipped=shipped)

    for name, states in cases.items():
        wanted = {f"{name}-{index}" for index in range(len(states))}
        assert numbers_under(client, account, name) == wanted
        for number in wanted:
            assert get(client, account, f"/v1/orders/{number}").json["status"] == name


def test_a_rejected_order_says_why(client, db, account, order_id):
    with db.transaction() as session:
        session.execute(text("UPDATE orders SET status = 'REJECTED', rejection_reason = 'No such street'"))

    shown = get(client, account, f"/v1/orders/{order_id}").json

    assert (shown["status"], shown["rejection_reason"]) == ("REJECTED", "No such street")
