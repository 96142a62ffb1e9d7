"""Calls to a server that plays Shopify: one that changes something, and one that only reads."""

from typing import Any

from bridge.shopify.breaker import Breaker
from bridge.shopify.budget import Budget, LocalBucket
from bridge.shopify.circuit import LocalCircuit
from bridge.shopify.client import AdminAPI, AdminSession
from bridge.shopify.tokens import FixedToken
from bridge.shopify.transport import Transport

TOKEN = "shpat_0123456789abcdef"
# As the settings have it: no answer that comes at all comes too late, however busy the machine is.
TIMEOUT_SECONDS = 20.0


def api_at(url: str, *, timeout_seconds: float = TIMEOUT_SECONDS, **options: Any) -> AdminAPI:
    return AdminAPI(
        AdminSession("shop.myshopify.com", "2026-07", url),
        transport=Transport(timeout_seconds),
        tokens=FixedToken(TOKEN),
        budget=Budget(LocalBucket()),
        breaker=Breaker(LocalCircuit(), probe_seconds=60),
        **options,
    )


def mutate(api: AdminAPI) -> str:
    return api.change("DeleteDraft", lambda payload: payload["deletedId"], id="gid://shopify/DraftOrder/1")


def read(api: AdminAPI) -> str:
    return api.understood("ReadProfile", lambda data: data["shop"]["name"], api.call("ReadProfile"))
