"""What Shopify tells us of by itself: webhook subscriptions, by the names that deliveries carry."""

from collections.abc import Mapping, Sequence
from typing import Any

from bridge.domain.errors import ShopRefused
from bridge.domain.shop_values import Subscription
from bridge.shopify import paging
from bridge.shopify.client import AdminAPI
from bridge.shopify.gids import gid, number

# `orders/partially_fulfilled` is ORDERS_PARTIALLY_FULFILLED: only a list of resources tells where the slash was.
_RESOURCES = (
    "bulk_operations draft_orders fulfillment_events fulfillment_orders fulfillments inventory_items "
    "inventory_levels locations orders products refunds returns shop variants app"
).split()

_TAKEN = "already been taken"
_GONE = "does not exist"


def listed(api: AdminAPI) -> Sequence[Subscription]:
    nodes = paging.nodes(api, "ListSubscriptions", lambda data: data["webhookSubscriptions"])
    return [api.understood("ListSubscriptions", _subscription, node) for node in nodes]


def create(api: AdminAPI, topic: str, uri: str) -> Subscription:
    """Subscribe; one that is there already is the answer too."""
    try:
        return api.change(
            "Subscribe",
            lambda payload: _subscription(payload["webhookSubscription"]),
            topic=topic.upper().replace("/", "_"),
            uri=uri,
        )
    except ShopRefused as error:
        if not any(_TAKEN in problem for problem in error.problems):
            raise
        for one in listed(api):
            if (one.topic, one.uri) == (topic, uri):
                return one
        raise


def delete(api: AdminAPI, subscription_id: int) -> None:
    """Unsubscribe; one that is gone already is fine."""
    try:
        api.change(
            "Unsubscribe",
            lambda payload: payload["deletedWebhookSubscriptionId"],
            id=gid("WebhookSubscription", subscription_id),
        )
    except ShopRefused as error:
        if not any(_GONE in problem for problem in error.problems):
            raise


def topic_of(name: str) -> str:
    """Return the topic as its header spells it: `orders/create` for ORDERS_CREATE."""
    lower = name.lower()
    for resource in _RESOURCES:
        if lower.startswith(f"{resource}_"):
            return f"{resource}/{lower.removeprefix(f'{resource}_')}"
    resource, _, event = lower.rpartition("_")
    return f"{resource}/{event}" if resource else lower


def _subscription(node: Mapping[str, Any]) -> Subscription:
    return Subscription(
        subscription_id=number(node["id"]),
        topic=topic_of(node["topic"]),
        uri=node["uri"],
        api_version=node["apiVersion"]["handle"],
    )
