"""The floor of a submit: the product's own statements on bare psycopg2, under the same server.

No Flask, no marshmallow, no SQLAlchemy, no rate limit, no log line: what remains is what the work itself
costs in this language on this machine. Not a service: it trusts its input.
"""

import hmac
import json
import queue
import uuid
from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg2
from psycopg2.extras import register_uuid

from bridge import jobs
from bridge.domain import api_keys
from bridge.domain.carts import Address, Cart, CartItem, Customer, Totals
from bridge.domain.idempotency import digest
from bridge.domain.sku_matching import match
from bridge.services import claim_cart, write_cart
from config import settings as config

_AUTHENTICATE = "SELECT partner_id, key_hash FROM api_keys WHERE id = %s AND revoked_at IS NULL"

_settings = config.load(config.DATABASE, config.KEYS)
_connections: "queue.LifoQueue[Any]" = queue.LifoQueue()


def app(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Answer a submit; everything else is the health of the floor."""
    if environ["REQUEST_METHOD"] != "POST":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"ok"]
    body = _submit(
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])),
        environ["HTTP_AUTHORIZATION"].removeprefix("Bearer "),
        environ["HTTP_IDEMPOTENCY_KEY"],
    )
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _submit(raw: bytes, api_key: str, key: str) -> bytes:
    connection = _take()
    cursor = connection.cursor()
    cursor.execute(_AUTHENTICATE, (api_keys.id_of(api_key),))
    partner_id, key_hash = cursor.fetchone()
    assert hmac.compare_digest(bytes(key_hash), api_keys.keyed_hash(api_key, _settings.api_key_pepper))
    cart = _cart(json.loads(raw, parse_float=Decimal))
    order_id = uuid.uuid4()
    ids = {"order_id": str(order_id), "partner_id": str(partner_id), "key": key}
    cursor.execute(
        "BEGIN;" + claim_cart._FIRST,
        ids
        | claim_cart._columns(cart)
        | {
            "digest": digest(cart),
            "stale_after": timedelta(hours=6),
            "shop_buffer": 0,
            "skus": [item.sku for item in cart.items],
        },
    )
    claimed = claim_cart._claimed(cursor.fetchone())
    matched = match(cart.items, claimed.listings, claimed.stocks)
    body = json.dumps({"supplier_order_id": str(order_id), "status": "INCOMPLETE_CAUTION"}).encode()
    cursor.execute(
        write_cart._WRITE + write_cart._DECIDE + write_cart._REMEMBER + "COMMIT",
        ids
        | write_cart._decided(cart, matched)
        | write_cart._columns(matched)
        | {
            "items_ids": list(matched.reserve),
            "reserved": list(matched.reserve.values()),
            "job": jobs.PUSH_ORDER,
            "job_key": jobs.key_of({"order_id": order_id}),
            "job_ids": json.dumps({"order_id": str(order_id)}),
            "answer_status": 200,
            "body": body,
        },
    )
    _connections.put(connection)
    return body


def _take() -> Any:
    try:
        return _connections.get_nowait()
    except queue.Empty:
        register_uuid()
        connection = psycopg2.connect(_settings.database_url.replace("+psycopg2", ""))
        connection.autocommit = True
        return connection


def _cart(fields: dict[str, Any]) -> Cart:
    shipping = fields["shipping"]
    return Cart(
        partner_order_id=fields["partner_order_id"],
        currency="USD",
        items=tuple(
            CartItem(item["sku"], item["title"], Decimal(item["price"]), item["quantity"])
            for item in fields["items"]
        ),
        customer=Customer(fields["customer"]["name"], fields["customer"].get("phone")),
        shipping=Address(
            shipping["street"], shipping["city"], shipping["postal_code"], shipping["country"], "JO"
        ),
        totals=Totals(*(Decimal(fields["totals"][n]) for n in ("subtotal", "tax", "shipping", "total"))),
    )
