"""Putting the adapter together from the settings."""

import functools
from collections.abc import Callable

import redis

from bridge.shopify.breaker import Breaker
from bridge.shopify.budget import Budget, SharedBucket
from bridge.shopify.circuit import SharedCircuit
from bridge.shopify.client import MAX_WAIT_SECONDS, AdminAPI, AdminSession, TokenSource
from bridge.shopify.lookout import connect
from bridge.shopify.shop import ShopifyShop
from bridge.shopify.tokens import FixedToken, GrantedToken, SharedGrants, ask_for_grant
from bridge.shopify.transport import Transport
from config.settings import Settings


def open_shopify(settings: Settings, throttled: Callable[[], None]) -> ShopifyShop:
    transport = Transport(settings.shopify_timeout_seconds)
    shared = connect(settings.redis_url)
    api = AdminAPI(
        AdminSession(settings.shopify_shop, settings.shopify_api_version, settings.shopify_admin_url),
        transport=transport,
        tokens=_tokens(settings, transport, shared),
        budget=Budget(SharedBucket(shared, settings.shopify_shop)),
        breaker=open_breaker(settings, shared),
        throttled=throttled,
    )
    return ShopifyShop(api, version=settings.shopify_api_version, location_id=settings.shopify_location_id)


def open_breaker(settings: Settings, shared: redis.Redis | None = None) -> Breaker:
    """Return the shop's circuit breaker alone, for whoever only wants to know how it stands."""
    circuit = SharedCircuit(shared or connect(settings.redis_url), settings.shopify_shop)
    return Breaker(circuit, probe_seconds=2 * settings.shopify_timeout_seconds + MAX_WAIT_SECONDS)


def _tokens(settings: Settings, transport: Transport, shared: redis.Redis) -> TokenSource:
    if settings.shopify_access_token:
        return FixedToken(settings.shopify_access_token)
    return GrantedToken(
        functools.partial(
            ask_for_grant,
            transport,
            admin_url=settings.shopify_admin_url,
            client_id=settings.shopify_client_id,
            client_secret=settings.shopify_client_secret,
        ),
        SharedGrants(
            shared,
            shop=settings.shopify_shop,
            client_id=settings.shopify_client_id,
            secret=settings.shopify_client_secret,
        ),
    )
