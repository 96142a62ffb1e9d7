"""Both partner documents' examples, sent and compared as they are printed."""

import json
import re

import pytest
from sqlalchemy import text

from bridge.db import clock
from bridge.services.api_keys import revoke_key
from bridge.services.partners import enable_partner
from tests.support.documents import blocks, text_of
from tests.support.waiting import await_until

# A page of the newer document ends inside an example and closes it there.
PAGE_END = "  }\n}\n```\n\n```\n\n"


def example(document: str, beginning: str) -> dict:
    """Return the example object that begins with `beginning`, as printed."""
    whole = text_of(document).replace(PAGE_END, "")
    for block in re.findall(r"^```(?:\w*)\n(.*?)^```", whole, re.MULTILINE | re.DOTALL):
        if block.startswith(beginning):
            return json.loads(block)
    raise AssertionError(f"{document} has no example that begins with {beginning}")


def newer_cart() -> dict:
    return example("partner-api.md", '{\n  "partner_order_id"')


def older_cart() -> dict:
    return example("partner-guide.md", '{\n  "partner_order_id"')


def test_the_newer_documents_cart_becomes_an_order(api, account):
    answer = api.submit(account, newer_cart(), "9f1c7a2e-0000-4000-8000-000000000001")

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert set(answer.json) == {"supplier_order_id", "status"}
    assert answer.json["status"] == "INCOMPLETE_CAUTION"


def test_the_older_guides_mixed_cart_becomes_an_order_with_its_own_names(api, older_account):
    answer = api.submit(older_account, older_cart())

    printed = example("partner-guide.md", '{\n  "supplier_order_id"')
    assert answer.json == {**printed, "supplier_order_id": answer.json["supplier_order_id"]}


@pytest.mark.parametrize("by", ["our id", "their number"])
def test_an_order_shows_every_field_that_the_documents_print(api, account, older_account, by):
    cases = [
        (account, newer_cart(), example("partner-api.md", '{\n  "id"')),
        (older_account, older_cart(), example("partner-guide.md", '{\n  "id"')),
    ]
    for caller, cart, printed in cases:
        order_id = api.submit(caller, cart).json["supplier_order_id"]

        shown = api.get(f"/v1/orders/{order_id if by == 'our id' else cart['partner_order_id']}", caller).json

        assert set(printed) <= set(shown)
        assert set(printed["shipping_address"]) <= set(shown["shipping_address"])
        assert shown["shipping_address"] == cart["shipping"]
        for line, sent, in_print in zip(shown["items"], cart["items"], printed["items"], strict=True):
            assert set(in_print) <= set(line)
            assert line["is_supplier_item"] == in_print["is_supplier_item"]
            assert {name: line[name] for name in sent} == sent
        assert (shown["customer_name"], shown["cart_total"]) == ("John Doe", cart["totals"]["total"])


def test_a_shipped_order_shows_the_printed_statuses(api, db, account, older_account):
    for caller, cart, printed in (
        (account, newer_cart(), "UNFULFILLED"),
        (older_account, older_cart(), "CONFIRMED"),
    ):
        api.submit(caller, cart)
        with db.transaction() as session:
            session.execute(text("UPDATE orders SET status = 'UNFULFILLED', shopify_order_id = NULL"))

        assert api.get(f"/v1/orders/{cart['partner_order_id']}", caller).json["status"] == printed


def test_the_list_looks_as_printed(api, account):
    api.submit(account, newer_cart())

    listed = api.get("/v1/admin/orders?limit=20&offset=0", account).json

    printed = example("partner-api.md", '{\n  "orders"')
    assert set(listed) == set(printed)
    assert set(listed["orders"][0]) == set(printed["orders"][0])
    assert (listed["limit"], listed["offset"]) == (20, 0)
    assert api.get("/v1/admin/orders?status=UNFULFILLED&limit=20&offset=0", account).json["orders"] == []


def test_the_printed_errors_are_the_errors(api, account, older_account):
    api.submit(account, newer_cart(), "same-key")
    order_id = api.get("/v1/orders/ORDER-2024-001", account).json["id"]
    answers = {
        409: api.submit(account, {**newer_cart(), "payment_status": "pending"}, "same-key"),
        422: api.submit(account, {**newer_cart(), "items": []}),
        404: api.get("/v1/orders/ORDER-0", account),
        403: api.get(f"/v1/orders/{order_id}", older_account),
    }
    printed = {
        json.loads(block)["error"] for block in blocks("partner-guide.md", "json") if '"error"' in block
    }

    for status, answer in answers.items():
        assert answer.status == status
        assert answer.json["error"] in printed
        assert answer.json["details"]


def test_a_missing_or_wrong_key_is_401_as_documented(api, account):
    assert api.get("/v1/admin/orders").status == 401
    assert api.call("GET", "/v1/admin/orders", headers={"Authorization": "Bearer wrong"}).status == 401
    assert api.call("GET", "/v1/admin/orders", headers={"Authorization": account.key}).status == 401


def test_a_cart_without_our_products_is_204_without_a_body(api, account):
    cart = {**newer_cart(), "items": older_cart()["items"][1:]}

    answer = api.submit(account, cart)

    assert (answer.status, answer.body) == (204, b"")


@pytest.mark.parametrize("method", ["Card On Delivery", "Cash On Delivery (COD)", "Credit Card", "ZainCash"])
def test_the_listed_payment_methods_are_kept_and_shown(api, account, method):
    cart = {**newer_cart(), "payment_method": method}
    api.submit(account, cart)

    assert api.get("/v1/orders/ORDER-2024-001", account).json["payment_method"] == method


@pytest.mark.parametrize("ending", ["key revoke", "partner disable"])
def test_a_door_that_was_closed_is_closed_within_five_seconds(api, db, account, ending):
    assert api.get("/v1/admin/orders", account).status == 200
    with db.transaction() as session:
        if ending == "key revoke":
            revoke_key(session, prefix=account.key[:16], now=clock(session))
        else:
            enable_partner(session, name=account.name, enabled=False)

    await_until(lambda: api.get("/v1/admin/orders", account).status == 401, seconds=5)
