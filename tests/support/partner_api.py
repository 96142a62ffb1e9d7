"""A partner with a key and a catalog, carts to submit, and the web process to submit them to."""

import copy
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, text

from bridge.api.app import create_app
from bridge.db import Database
from bridge.models import Base, InventoryLevel, Listing, Mark
from bridge.services.api_keys import create_key
from bridge.services.partners import create_partner
from config import settings
from tests.support import processes

LOCATION = 9001
# A shop that nobody listens for: the partner's API never asks it.
NO_SHOP = "http://127.0.0.1:9"

CART: dict[str, Any] = {
    "partner_order_id": "ORDER-2024-001",
    "items": [
        {"sku": "JDTQ1834", "title": "JafarShop Product", "price": 29.99, "quantity": 2},
        {"sku": "YOUR-SKU-123", "title": "Your Product", "price": 19.99, "quantity": 1},
    ],
    "customer": {"name": "John Doe", "phone": "+1234567890"},
    "shipping": {
        "street": "123 Main Street",
        "city": "Amman",
        "state": "Khalda",
        "postal_code": "11118",
        "country": "JO",
    },
    "totals": {"subtotal": 79.97, "tax": 6.40, "shipping": 5.00, "total": 91.37},
    "payment_status": "paid",
    "payment_method": "Credit Card",
}


def cart(number: str = "ORDER-2024-001", *, sku: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return the guide's mixed cart with changes; `sku` alone makes it a cart of one unit of that SKU."""
    made = copy.deepcopy(CART) | {"partner_order_id": number} | changes
    if sku is not None:
        made["items"] = [{"sku": sku, "title": "Thing", "price": 10, "quantity": 1}]
    return made


@dataclass(frozen=True)
class PartnerAccount:
    id: UUID
    name: str
    key: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


def make_partner(db: Database, *, name: str = "Zain", pepper: str = "", **options: Any) -> PartnerAccount:
    """Make a partner with one key, as the command line does."""
    scopes = options.pop("scopes", ("partner",))
    with db.transaction() as session:
        partner = create_partner(session, name=name, currency=options.pop("currency", "USD"), **options)
        key = create_key(session, partner_id=partner.id, pepper=pepper or PEPPER, scopes=scopes)
    return PartnerAccount(partner.id, name, key.key)


def stock(
    db: Database,
    account: PartnerAccount,
    units: Mapping[str, int | None],
    *,
    items: Mapping[str, int] | None = None,
    age: str = "0 s",
    **level: Any,
) -> None:
    """Map SKUs and note what the shop has of them, as the import and the sync do.

    :param units: available units by SKU; None: never observed
    :param items: inventory item ids, where two SKUs are to be one thing
    :param age: how long ago it was observed
    """
    with db.transaction() as session:
        session.merge(Mark(name="location", value={"id": LOCATION}))
        now = session.scalar(text("SELECT now() - CAST(:age AS interval)"), {"age": age})
        for sku, available in units.items():
            item = (items or {}).get(sku) or item_of(sku)
            session.merge(
                Listing(
                    partner_id=account.id,
                    sku=sku,
                    variant_id=item + 1,
                    product_id=item + 2,
                    inventory_item_id=item,
                    title=sku,
                    updated_at=func.now(),
                )
            )
            if available is not None:
                observed = {"stocked": True, "tracked": True, "available": available} | level
                session.merge(
                    InventoryLevel(
                        inventory_item_id=item,
                        location_id=LOCATION,
                        observed_at=now,
                        observed_by="read",
                        **observed,
                    )
                )


def empty(db: Database) -> None:
    """Remove every row; faster than TRUNCATE, which makes new files."""
    with db.transaction() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())


def item_of(sku: str) -> int:
    """Return the inventory item id that `stock` gives a SKU."""
    return 40_000_000_000 + int.from_bytes(sku.encode()[-4:], "big") * 10


PEPPER = "pepper-of-the-tests"


def make_app(
    database_url: str, redis_url: str, *, ring: Callable[[], None] = lambda: None, **environment: str
) -> Flask:
    """Return the web application over a test's own database and Redis."""
    source = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "API_KEY_PEPPER": PEPPER,
        "SHOPIFY_SHOP": "test.myshopify.com",
        "SHOPIFY_WEBHOOK_SECRETS": "secret",
        **environment,
    }
    return create_app(settings.load(source=source), ring=ring)


@contextmanager
def opened(app: Flask) -> Iterator[Flask]:
    """Close the app's connections at the end."""
    try:
        yield app
    finally:
        app.extensions["bridge"].db.dispose()
        app.extensions["bridge"].rate_limit.close()
        app.extensions["bridge"].metrics.close()


def submit(client: FlaskClient, account: PartnerAccount, body: Any, key: str | None = None) -> Any:
    """Post a cart; bytes are sent as they are."""
    headers = account.headers | ({"Idempotency-Key": key} if key is not None else {})
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post("/v1/carts/submit", data=raw, headers=headers, content_type="application/json")


@dataclass(frozen=True)
class LiveAnswer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class LiveApi:
    """The web process under gunicorn, called over real sockets."""

    url: str
    log: Path
    database_url: str

    def submit(self, account: PartnerAccount, body: Any, key: str | None = None) -> LiveAnswer:
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        return self.call("POST", "/v1/carts/submit", account, json.dumps(body).encode(), headers)

    def get(self, path: str, account: PartnerAccount | None = None) -> LiveAnswer:
        return self.call("GET", path, account)

    def call(
        self,
        method: str,
        path: str,
        account: PartnerAccount | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> LiveAnswer:
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{self.url}{path}",
            data=body,
            method=method,
            headers={**(account.headers if account else {}), **(headers or {})},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return LiveAnswer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return LiveAnswer(error.code, error.headers, error.read())


@contextmanager
def live_api(database_url: str, redis_url: str, folder: Path, **environment: str) -> Iterator[LiveApi]:
    """Run gunicorn over a test's own database and Redis."""
    env = {
        **processes.environment(database_url=database_url, redis_url=redis_url, shopify_url=NO_SHOP),
        "API_KEY_PEPPER": PEPPER,
        # Fifty at once is what these tests are about, not what a partner may do.
        "RATE_PER_SECOND": "10000",
        "RATE_BURST": "10000",
        **environment,
    }
    with processes.running_web(env, folder):
        yield LiveApi(env["BRIDGE_PUBLIC_URL"], folder / "web.log", database_url)
