"""Every route of the app and who may call it: the table that the tests walk and docs/security.md prints.

A new route needs a row here; without one test_who_may_call_what.py fails.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from tests.support.partner_api import cart

NOBODY_IS_ASKED = "nobody is asked"
PARTNER_KEY = "a key of scope `partner`"
SIGNATURE = "Shopify's signature"


@dataclass(frozen=True)
class Route:
    """How a route is guarded, and a request that its owner could send.

    :param path: `{order}` and `{decision}` stand for ids of things that are the owner's
    :param to_another_partner: the answer to somebody else's good key that sends this very request
    """

    guard: str
    path: str
    body: Mapping[str, Any] | None = None
    to_another_partner: str = ""


CART = MappingProxyType(cart("SHARED-NUMBER", customer={"name": "Canary Owner", "phone": "+962790001122"}))

ROUTES: Mapping[tuple[str, str], Route] = {
    ("POST", "/v1/carts/submit"): Route(PARTNER_KEY, "/v1/carts/submit", CART, "204 their own decision"),
    ("POST", "/v1/carts/check"): Route(PARTNER_KEY, "/v1/carts/check", CART, "200 their own catalog decides"),
    ("GET", "/v1/catalog"): Route(PARTNER_KEY, "/v1/catalog", None, "200 their own SKUs"),
    ("GET", "/v1/decisions/{id}"): Route(PARTNER_KEY, "/v1/decisions/{decision}", None, "404 as if unknown"),
    ("GET", "/v1/orders/{id}"): Route(
        PARTNER_KEY, "/v1/orders/{order}", None, "403 for our id, 404 for their number"
    ),
    ("GET", "/v1/admin/orders"): Route(PARTNER_KEY, "/v1/admin/orders", None, "200 their own orders"),
    ("POST", "/webhooks/shopify"): Route(SIGNATURE, "/webhooks/shopify", {"id": 1}),
    ("GET", "/healthz"): Route(NOBODY_IS_ASKED, "/healthz"),
    ("GET", "/readyz"): Route(NOBODY_IS_ASKED, "/readyz"),
    ("GET", "/metrics"): Route(NOBODY_IS_ASKED, "/metrics"),
    ("GET", "/docs"): Route(NOBODY_IS_ASKED, "/docs"),
    ("GET", "/openapi.json"): Route(NOBODY_IS_ASKED, "/openapi.json"),
}


def printed() -> str:
    """The table as docs/security.md has it."""
    lines = ["| route | opened by | the same request with another partner's key |", "|---|---|---|"]
    lines += [
        f"| `{method} {rule}` | {route.guard} | {route.to_another_partner or '—'} |"
        for (method, rule), route in ROUTES.items()
    ]
    return "\n".join(lines)
