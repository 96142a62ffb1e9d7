"""Webhook subscriptions: who asked to be told of what. Messages are those that captures show.

Shopify's errors say `callbackUrl` where the input says `uri`. Two things are stricter here because
this shop delivers to HTTP addresses only: cloud addresses and XML are refused.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from simulator.connections import connection
from simulator.gids import gid
from simulator.records import Subscription
from simulator.registry import Context, mutation, query, resolves
from simulator.state import Store, utc_now
from simulator.webhooks.topics import enum_name, header_name

API_VERSION = "2026-07"  # of the payloads: set once for the app, whatever version a request is of
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_NAME = re.compile(r"^[A-Za-z0-9_-]*$")
_ADDRESS = ["webhookSubscription", "callbackUrl"]
_PUBSUB = re.compile(r"^pubsub://[^:]+:.+$")
_UNKNOWN = {"field": ["id"], "message": "Webhook subscription does not exist"}

Error = dict[str, Any]


def _error(field: list[str], message: str) -> Error:
    return {"field": field, "message": message}


# ---------------------------------------------------------------- what is wrong with a wish


def address_errors(uri: str) -> list[Error]:
    """What Shopify says of an address. A loopback one over http is fine, as this is the simulator."""
    if not uri.strip():
        return [_error(_ADDRESS, "Address can't be blank")]
    scheme, separator, _ = uri.partition("://")
    if uri.startswith("arn:"):
        return [_error(_ADDRESS, "Address protocol arn: is not supported")]
    if not separator:
        return [_error(_ADDRESS, "Address is invalid")]
    try:
        parts = urlsplit(uri)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return [_error(_ADDRESS, "Address is invalid")]
    if scheme == "http" and host in LOOPBACK:
        return []
    if scheme != "https":
        refused = [_error(_ADDRESS, f"Address protocol {scheme}:// is not supported")]
        if scheme == "pubsub" and not _PUBSUB.match(uri):
            shape = "Address is not a valid GCP pub/sub format. Format should be pubsub://project:topic"
            refused.append(_error(_ADDRESS, shape))
        return refused
    if not host or re.search(r"\s", uri):
        return [_error(_ADDRESS, "Address is invalid")]
    if host in LOOPBACK or "." not in host or host.endswith((".myshopify.com", "shopify.com")):
        return [_error(_ADDRESS, "Address cannot be a Shopify or an internal domain")]
    return []


def _name_errors(store: Store, name: str, own: Subscription | None) -> list[Error]:
    field = ["webhookSubscription", "name"]
    found = []
    if not name:
        found.append(_error(field, "Name is too short (minimum is 1 character)"))
    if not name or not _NAME.match(name):
        text = "Name name field can only contain alphanumeric characters, underscores, and hyphens"
        found.append(_error(field, text))
    taken = (s.name.lower() for s in store.subscriptions if s.name and s is not own)
    if name and name.lower() in taken:
        found.append(_error(field, "Name already exists, no duplicate allowed"))
    return found


def _errors(store: Store, wanted: dict[str, Any], own: Subscription | None) -> list[Error]:
    """Everything that is wrong with a subscription as it is to be."""
    found = address_errors(wanted["uri"])
    if wanted["format"] == "XML":
        cloud = wanted["uri"].startswith(("pubsub:", "arn:"))
        text = "Format 'xml' is invalid for this webhook topic. Allowed formats: json"
        if cloud:
            text = "Format can only be used with format: 'json'"
        return [_error(["webhookSubscription", "format"], text)]
    if wanted["name"] is not None:
        found += _name_errors(store, wanted["name"], own)
    if wanted["filter"] and ":" not in wanted["filter"]:
        text = (
            "The specified filter is invalid, please ensure you specify the field(s) you wish to filter on."
        )
        found.append(_error(["webhookSubscription"], text))
    twins = (s for s in store.subscriptions if s is not own)
    if not found and any(_key(vars(twin)) == _key(wanted) for twin in twins):
        found.append(_error(_ADDRESS, "Address for this topic has already been taken"))
    return found


def _key(wanted: dict[str, Any]) -> tuple[str, ...]:
    """What two subscriptions must not share."""
    return wanted["topic"], wanted["uri"], wanted["format"], wanted["filter"] or ""


def _wish(current: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """A subscription's attributes after what is given has been put over the current ones."""
    names = {
        "filter": "filter", "format": "format", "name": "name",
        "includeFields": "include_fields", "metafieldNamespaces": "metafield_namespaces",
    }  # fmt: skip
    changed = {ours: given[theirs] for theirs, ours in names.items() if theirs in given}
    uri = given.get("uri", given.get("callbackUrl", current["uri"]))
    wanted = current | changed | {"uri": uri or ""}
    for name in ("include_fields", "metafield_namespaces"):
        wanted[name] = wanted[name] or []
    return wanted | {"format": wanted["format"] or "JSON"}


# ---------------------------------------------------------------- mutations


@mutation("webhookSubscriptionCreate")
def create(context: Context, topic: str, webhookSubscription: dict[str, Any]) -> dict[str, Any]:
    """Subscribe an address to a topic."""
    store = context.store
    empty = {
        "topic": header_name(topic), "uri": "", "name": None, "format": "JSON", "filter": None,
        "include_fields": [], "metafield_namespaces": [],
    }  # fmt: skip
    wanted = _wish(empty, webhookSubscription)
    errors = _errors(store, wanted, None)
    if errors:
        return {"webhookSubscription": None, "userErrors": errors}
    now = utc_now()
    made = Subscription(id=store.next_id(), created_at=now, updated_at=now, **wanted)
    store.add(made)
    store.on_change()
    return {"webhookSubscription": made, "userErrors": []}


@mutation("webhookSubscriptionUpdate")
def update(context: Context, id: str, webhookSubscription: dict[str, Any]) -> dict[str, Any]:  # noqa: A002 - GraphQL's name
    """Change what is given; the topic stays."""
    store = context.store
    found = store.named("WebhookSubscription", id)
    if found is None:
        return {"webhookSubscription": None, "userErrors": [_UNKNOWN]}
    names = ("topic", "uri", "name", "format", "filter", "include_fields", "metafield_namespaces")
    wanted = _wish({name: getattr(found, name) for name in names}, webhookSubscription)
    errors = _errors(store, wanted, found)
    if errors:
        return {"webhookSubscription": None, "userErrors": errors}
    for name, value in wanted.items():
        setattr(found, name, value)
    store.touch(found)
    return {"webhookSubscription": found, "userErrors": []}


@mutation("webhookSubscriptionDelete")
def delete(context: Context, id: str) -> dict[str, Any]:  # noqa: A002 - GraphQL's name
    """Unsubscribe; what is still on its way to the address is given up."""
    found = context.store.named("WebhookSubscription", id)
    if found is None:
        return {"deletedWebhookSubscriptionId": None, "userErrors": [_UNKNOWN]}
    context.store.drop(found)
    context.store.on_change()
    return {"deletedWebhookSubscriptionId": gid("WebhookSubscription", found.id), "userErrors": []}


# ---------------------------------------------------------------- reads


@query("webhookSubscription")
def one(context: Context, id: str) -> Subscription | None:  # noqa: A002 - GraphQL's name
    return context.store.named("WebhookSubscription", id)


@query("webhookSubscriptions")
def several(context: Context, **arguments: Any) -> dict[str, Any]:
    """A page of them, narrowed by topics, address and format."""
    found = _matching(context.store, arguments.get("query"))
    topics = arguments.get("topics")
    uri = arguments.get("uri") or arguments.get("callbackUrl")
    if topics:
        found = [s for s in found if enum_name(s.topic) in topics]
    if uri:
        found = [s for s in found if s.uri == uri]
    if arguments.get("format"):
        found = [s for s in found if s.format == arguments["format"]]
    return connection(found, arguments)


@query("webhookSubscriptionsCount")
def count(context: Context, limit: int | None = None, query: str | None = None) -> dict[str, Any]:
    found = len(_matching(context.store, query))
    exact = limit is None or found <= limit
    return {
        "count": found if exact else limit,
        "precision": "EXACT" if exact else "AT_LEAST",
    }


def _matching(store: Store, text: str | None) -> list[Subscription]:
    """Those that a search finds: `id:123`, `topic:orders/create`, `endpoint:https://...`, or all."""
    found = store.subscriptions
    for term in (text or "").split():
        name, _, value = term.partition(":")
        value = value.strip("'\"")
        if name == "id":
            found = [s for s in found if str(s.id) == value]
        elif name == "topic":
            found = [s for s in found if value.lower() in (s.topic, enum_name(s.topic).lower())]
        elif name in ("endpoint", "callback_url", "uri"):
            found = [s for s in found if s.uri == value]
    return found


@resolves("WebhookSubscription", "topic")
def topic(record: Subscription, _context: Context) -> str:
    return enum_name(record.topic)


@resolves("WebhookSubscription", "callbackUrl")
def callback_url(record: Subscription, _context: Context) -> str:
    return record.uri


@resolves("WebhookSubscription", "endpoint")
def endpoint(record: Subscription, _context: Context) -> dict[str, str]:
    return {"__typename": "WebhookHttpEndpoint", "callbackUrl": record.uri}


@resolves("WebhookSubscription", "apiVersion")
def api_version(_record: Subscription, _context: Context) -> dict[str, Any]:
    return {"handle": API_VERSION, "displayName": API_VERSION, "supported": True}
