"""Every route against every caller: who is let in, what the others are told, and that nothing changes then."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from bridge.db import Database
from bridge.domain import api_keys
from bridge.models import Base
from bridge.services.api_keys import create_key
from tests.api.routes import CART, NOBODY_IS_ASKED, PARTNER_KEY, ROUTES, SIGNATURE, printed
from tests.support.partner_api import PEPPER, PartnerAccount, make_partner, stock, submit

MISSING = {
    "error": "unauthorized",
    "details": "Missing or invalid API key; send Authorization: Bearer YOUR_API_KEY.",
}
ANOTHER_DOOR = {"error": "access denied", "details": "This API key is not for this part of the API."}
GUARDED = [route for route, row in ROUTES.items() if row.guard == PARTNER_KEY]


@dataclass(frozen=True)
class Owned:
    """What a partner has that others must not see."""

    account: PartnerAccount
    order: str
    decision: str

    def secrets(self) -> list[bytes]:
        """What no answer to anybody else holds."""
        return [text.encode() for text in (self.order, self.decision, "Canary", "790001122", "ZAIN-ONLY")]


@pytest.fixture
def owned(client: FlaskClient, db: Database, account: PartnerAccount) -> Owned:
    stock(db, account, {"ZAIN-ONLY": 5})
    answer = submit(client, account, dict(CART), key="shared-key")
    return Owned(account, answer.json["supplier_order_id"], answer.headers["X-Decision-Id"])


def ask(client: FlaskClient, route: tuple[str, str], owned: Owned, key: str | None, **more: Any) -> Any:
    """Send the row's request with a key, or with none."""
    row = ROUTES[route]
    headers = {"Idempotency-Key": "shared-key"} | ({"Authorization": f"Bearer {key}"} if key else {})
    return client.open(
        row.path.format(order=owned.order, decision=owned.decision),
        method=more.get("method", route[0]),
        data=None if row.body is None else json.dumps(dict(row.body)),
        content_type=None if row.body is None else "application/json",
        headers=headers,
    )


def everything(db: Database) -> dict[str, list[str]]:
    """Every row of every table, but when a key was last used."""
    with db.transaction() as session:
        return {
            table.name: sorted(
                str(row) for row in session.execute(select(*[c for c in table.c if c.name != "last_used_at"]))
            )
            for table in Base.metadata.sorted_tables
        }


# ------------------------------------------------------------ keys that open nothing


def no_key(_db: Database, _owned: Owned) -> None:
    return None


def with_a_typing_error(_db: Database, owned: Owned) -> str:
    last = owned.account.key[-1]
    return owned.account.key[:-1] + ("1" if last == "0" else "0")


def never_made(_db: Database, _owned: Owned) -> str:
    return api_keys.compose(bytes(api_keys.ID_BYTES), bytes(api_keys.SECRET_BYTES))


def with_another_secret(_db: Database, owned: Owned) -> str:
    """The owner's key id before somebody else's secret, with a checksum that is right."""
    body = f"jbk_{api_keys.id_of(owned.account.key)}_{'0' * 43}"
    return body + api_keys._checksum(body)


def of_a_partner_after(statement: str) -> Callable[[Database, Owned], str]:
    def key(db: Database, _owned: Owned) -> str:
        made = make_partner(db, name="Umniah")
        with db.transaction() as session:
            session.execute(text(statement), {"id": made.id})
        return made.key

    return key


def of_scope(scope: str) -> Callable[[Database, Owned], str]:
    def key(db: Database, owned: Owned) -> str:
        with db.transaction() as session:
            return create_key(session, partner_id=owned.account.id, pepper=PEPPER, scopes=[scope]).key

    return key


REFUSED = [
    ("no key", no_key, 401, MISSING),
    ("a typing error", with_a_typing_error, 401, MISSING),
    ("a key that was never made", never_made, 401, MISSING),
    ("the right id with another secret", with_another_secret, 401, MISSING),
    ("disabled", of_a_partner_after("UPDATE partners SET enabled = false WHERE id = :id"), 401, MISSING),
    (
        "revoked",
        of_a_partner_after("UPDATE api_keys SET revoked_at = now() WHERE partner_id = :id"),
        401,
        MISSING,
    ),
    (
        "expired",
        of_a_partner_after("UPDATE api_keys SET expires_at = now() WHERE partner_id = :id"),
        401,
        MISSING,
    ),
    ("a key of scope `orders`", of_scope("orders"), 403, ANOTHER_DOOR),
    ("a key of scope `seller`", of_scope("seller"), 403, ANOTHER_DOOR),
]


@pytest.mark.parametrize(
    ("because", "key_of", "status", "envelope"), REFUSED, ids=[case[0] for case in REFUSED]
)
def test_a_key_that_does_not_count_opens_no_route_and_changes_nothing(
    client, db, owned, because, key_of, status, envelope
):
    key = key_of(db, owned)
    before = everything(db)

    for route in GUARDED:
        answer = ask(client, route, owned, key)

        assert (answer.status_code, answer.json) == (status, envelope), route
        assert ("WWW-Authenticate" in answer.headers) is (status == 401)
        assert "Idempotent-Replayed" not in answer.headers
        for other in ("HEAD", "OPTIONS"):
            assert ask(client, route, owned, key, method=other).status_code in (status, 405), (other, route)
    assert everything(db) == before


def test_the_owner_is_let_in_everywhere(client, owned):
    for route in GUARDED:
        assert ask(client, route, owned, owned.account.key).status_code == 200, route


def test_another_partner_gets_its_own_answers_and_nothing_of_the_owners(client, db, owned):
    stranger = make_partner(db, name="Umniah")
    shown = ask(client, ("GET", "/v1/orders/{id}"), owned, owned.account.key).json

    for route in GUARDED:
        answer = ask(client, route, owned, stranger.key)

        assert str(answer.status_code) == ROUTES[route].to_another_partner[:3], route
        assert "Idempotent-Replayed" not in answer.headers
        assert answer.headers.get("X-Decision-Id") != owned.decision
        for secret in owned.secrets():
            assert secret not in answer.data, route
    by_number = client.get("/v1/orders/SHARED-NUMBER", headers=stranger.headers)
    assert (by_number.status_code, by_number.json["error"]) == (404, "order not found")
    assert ask(client, ("GET", "/v1/orders/{id}"), owned, owned.account.key).json == shown


def test_what_asks_for_nobody_answers_anybody_and_knows_no_partner(client, owned):
    for route, row in ROUTES.items():
        if row.guard == NOBODY_IS_ASKED:
            answers = [ask(client, route, owned, key) for key in (None, "nonsense", owned.account.key)]

            assert [answer.status_code for answer in answers] == [200] * 3, route
            for secret in (*owned.secrets(), str(owned.account.id).encode()):
                assert all(secret not in answer.data for answer in answers), route


def test_a_partners_key_is_no_signature_of_shopify(client, db, owned):
    before = everything(db)

    for route, row in ROUTES.items():
        if row.guard == SIGNATURE:
            assert ask(client, route, owned, owned.account.key).status_code == 401
    assert everything(db) == before


def test_every_route_of_the_app_has_its_row(app: Flask):
    rules = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert rules == set(ROUTES)


def test_the_documents_table_is_this_one():
    page = Path(__file__).parents[2] / "docs" / "security.md"

    assert printed() in page.read_text()
