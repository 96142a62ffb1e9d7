"""Shopify's door: only what Shopify signed for this shop is kept, once, and answered at once."""

import base64
import hmac
import io
import json
import threading
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from bridge import jobs
from bridge.api.shopify_webhooks import MAX_BODY
from bridge.models import WebhookEvent, Work
from tests.support.partner_api import make_app, opened

SECRET, PREVIOUS = "the-current-secret", "the-previous-secret"
BODY = json.dumps({"id": 820982911946154500, "updated_at": "2026-11-21T12:00:00Z"}).encode()


@pytest.fixture
def client(database_url: str, redis_url: str) -> Iterator[FlaskClient]:
    app = make_app(
        database_url,
        redis_url,
        SHOPIFY_WEBHOOK_SECRETS=f"{SECRET},{PREVIOUS}",
        SHOPIFY_SHOP="jafarshop.myshopify.com",
    )
    with opened(app) as made:
        yield made.test_client()


def signature(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def post(client: FlaskClient, body: bytes = BODY, **headers: str | None):
    """Deliver a body; a header that is None is left out."""
    named = {
        "X-Shopify-Topic": "orders/updated",
        "X-Shopify-Hmac-Sha256": signature(body),
        "X-Shopify-Shop-Domain": "jafarshop.myshopify.com",
        "X-Shopify-API-Version": "2026-07",
        "X-Shopify-Webhook-Id": "webhook-1",
        "X-Shopify-Event-Id": "event-1",
        "X-Shopify-Triggered-At": "2026-11-21T12:00:00.123Z",
        **{f"X-Shopify-{name.replace('_', '-')}": value for name, value in headers.items()},
    }
    sent = {name: value for name, value in named.items() if value is not None}
    return client.post("/webhooks/shopify", data=body, headers=sent, content_type="application/json")


def kept(db) -> list[WebhookEvent]:
    with db.transaction() as session:
        return list(session.scalars(select(WebhookEvent)))


def test_a_signed_delivery_is_kept_as_it_came_and_asked_to_be_applied(client, db):
    answer = post(client)

    [event] = kept(db)
    assert (answer.status_code, answer.data) == (200, b"")
    assert (event.webhook_id, event.topic, event.state) == ("webhook-1", "orders/updated", "received")
    assert event.body == BODY
    with db.transaction() as session:
        work = session.scalars(select(Work)).one()
    assert (work.job, work.ids) == (jobs.APPLY_WEBHOOK, {"webhook_id": "webhook-1"})


def test_a_repeated_delivery_is_kept_once_and_answered_the_same(client, db):
    answers = [post(client).status_code for _ in range(5)]

    assert answers == [200] * 5
    assert len(kept(db)) == 1


def test_the_same_delivery_at_once_is_kept_once(client, db):
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda: statuses.append(post(client).status_code)) for _ in range(10)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 10
    assert len(kept(db)) == 1


def test_the_previous_secret_still_counts(client):
    assert post(client, Hmac_Sha256=signature(BODY, PREVIOUS)).status_code == 200


def test_every_single_changed_byte_is_refused(client, db):
    for place in range(len(BODY)):
        changed = BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :]
        assert post(client, changed, Hmac_Sha256=signature(BODY)).status_code == 401, place

    assert kept(db) == []


@pytest.mark.parametrize(
    ("because", "headers", "status"),
    [
        ("another secret", {"Hmac_Sha256": signature(BODY, "a-guess")}, 401),
        ("no signature", {"Hmac_Sha256": None}, 401),
        ("an empty signature", {"Hmac_Sha256": ""}, 401),
        ("hexadecimal instead of base64", {"Hmac_Sha256": hmac.digest(b"x", BODY, "sha256").hex()}, 401),
        ("a signature that is no ASCII", {"Hmac_Sha256": "é" * 44}, 401),
        ("another shop", {"Shop_Domain": "evil.myshopify.com"}, 401),
        ("no shop", {"Shop_Domain": None}, 400),
        ("no id to tell a repetition by", {"Webhook_Id": None}, 400),
        ("an id longer than any", {"Webhook_Id": "x" * 256}, 400),
        ("no topic", {"Topic": None}, 400),
    ],
)
def test_what_is_not_surely_shopifys_is_refused_and_not_kept(client, db, because, headers, status):
    answer = post(client, **headers)

    assert answer.status_code == status
    assert set(answer.json) >= {"error", "details"}
    assert kept(db) == []


def test_the_same_json_in_other_bytes_is_another_body(client):
    spaced = json.dumps(json.loads(BODY), indent=1).encode()

    assert post(client, spaced, Hmac_Sha256=signature(BODY)).status_code == 401


def test_the_shop_may_be_spelled_in_any_case(client, db):
    answer = post(client, Shop_Domain="JafarShop.myshopify.com")

    assert answer.status_code == 200
    assert len(kept(db)) == 1


@pytest.mark.parametrize(
    ("because", "time"),
    [
        ("no time", "yesterday"),
        ("a time anywhere", "2026-11-21T12:00:00"),
        ("UTC has the year 10000 by then", "9999-12-31T23:59:59-14:00"),
        ("UTC has the year 0 still", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_a_time_that_is_none_is_left_out_so_that_workers_can_read_the_rest(client, db, because, time):
    """It is not signed: whoever sends a signed body again may write into it what they like."""
    answer = post(client, Triggered_At=time)

    assert answer.status_code == 200
    assert kept(db)[0].triggered_at is None


def test_a_body_of_five_mebibytes_is_taken_and_one_byte_more_is_not(client, db):
    assert post(client, b"x" * MAX_BODY).status_code == 200
    assert post(client, b"x" * (MAX_BODY + 1), Webhook_Id="webhook-2").status_code == 413
    assert len(kept(db)) == 1


def test_a_body_that_comes_without_a_length_is_capped_too(client, db):
    body = b"x" * (MAX_BODY + 1)

    answer = client.post(
        "/webhooks/shopify",
        input_stream=io.BytesIO(body),
        environ_overrides={"wsgi.input_terminated": True},
        headers={"X-Shopify-Hmac-Sha256": signature(body[:MAX_BODY]), "Transfer-Encoding": "chunked"},
    )

    assert answer.status_code == 413
    assert kept(db) == []


def test_only_post_is_taken(client):
    assert client.get("/webhooks/shopify").status_code == 405


def test_without_the_database_shopify_is_asked_to_come_again(redis_url):
    app = make_app(
        "postgresql://nobody@127.0.0.1:1/nothing",
        redis_url,
        SHOPIFY_WEBHOOK_SECRETS=SECRET,
        SHOPIFY_SHOP="jafarshop.myshopify.com",
    )
    with opened(app) as made:
        answer = post(made.test_client())

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_secret_that_is_no_longer_listed_is_no_secret(client, db):
    assert post(client, Hmac_Sha256=signature(BODY, "the-one-before-the-previous")).status_code == 401
    assert kept(db) == []


def test_every_single_changed_byte_of_a_signature_is_refused(client, db):
    good = signature(BODY)
    for place in range(len(good)):
        changed = good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :]
        assert post(client, Hmac_Sha256=changed).status_code == 401, place

    assert kept(db) == []


def test_a_body_with_a_byte_more_or_less_is_refused(client, db):
    for body in (BODY[:-1], BODY[1:], BODY + b" ", b"\n" + BODY, b"", BODY + BODY):
        assert post(client, body, Hmac_Sha256=signature(BODY)).status_code == 401

    assert kept(db) == []
