"""Putting the adapter together from the settings."""

import functools

import redis

from bridge.shopify.budget import Budget, SharedBucket
from bridge.shopify.client import AdminAPI, AdminSession, TokenSource
from bridge.shopify.shop import ShopifyShop
from bridge.shopify.tokens import FixedToken, GrantedToken, ask_for_grant
from bridge.shopify.transport import Transport
from config.settings import Settings

# A call must not wait for a Redis that does not answer; the budget has its own answer to that.
_REDIS_SECONDS = 0.25


def open_shopify(settings: Settings) -> ShopifyShop:
    transport = Transport(settings.shopify_timeout_seconds)
    shared = redis.Redis.from_url(
        settings.redis_url,
        decode_responses=True,
        socket_timeout=_REDIS_SECONDS,
        socket_connect_timeout=_REDIS_SECONDS,
    )
    api = AdminAPI(
        AdminSession(settings.shopify_shop, settings.shopify_api_version, settings.shopify_admin_url),
        transport=transport,
        tokens=_tokens(settings, transport),
        budget=Budget(SharedBucket(shared, settings.shopify_shop)),
    )
    return ShopifyShop(api, version=settings.shopify_api_version, location_id=settings.shopify_location_id)


def _tokens(settings: Settings, transport: Transport) -> TokenSource:
    if settings.shopify_access_token:
        return FixedToken(settings.shopify_access_token)
    return GrantedToken(
        functools.partial(
            ask_for_grant,
            transport,
            admin_url=settings.shopify_admin_url,
            client_id=settings.shopify_client_id,
            client_secret=settings.shopify_client_secret,
        )
    )
