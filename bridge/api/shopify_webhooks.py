"""Shopify's door: proves that a body is Shopify's, keeps it, and answers. What it means is a worker's business."""

from datetime import UTC, datetime

import structlog
from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from bridge import failpoints
from bridge.api.database import database, twice_if_interrupted
from bridge.api.metrics import metrics_of_app
from bridge.domain.errors import InvalidRequest, Unauthenticated
from bridge.services.receive_webhook import Delivery, receive_webhook
from bridge.shopify.signatures import verify
from config.settings import Settings

MAX_BODY = 5 * 1024 * 1024
_MAX_HEADER = 255

blueprint = Blueprint("shopify_webhooks", __name__)
log = structlog.get_logger(__name__)


@blueprint.post("/webhooks/shopify")
def receive() -> ResponseReturnValue:
    """Keep one delivery, once. Shopify waits five seconds, and repeats whatever is not answered 2xx.

    Without a database nothing was kept, so the answer is 503 and Shopify comes again.
    """
    settings: Settings = current_app.extensions["bridge"].settings
    raw = _raw_body()
    if not verify(raw, request.headers.get("X-Shopify-Hmac-Sha256"), settings.shopify_webhook_secrets):
        metrics_of_app().webhook_refused("signature")
        raise Unauthenticated("the signature is not that of this body")
    if _header("X-Shopify-Shop-Domain").lower() != settings.shopify_shop:
        metrics_of_app().webhook_refused("shop")
        raise Unauthenticated("this is another shop's webhook")
    delivery = Delivery(
        webhook_id=_header("X-Shopify-Webhook-Id"),
        event_id=request.headers.get("X-Shopify-Event-Id", "")[:_MAX_HEADER] or None,
        topic=_header("X-Shopify-Topic").lower(),
        shop_domain=settings.shopify_shop,
        api_version=request.headers.get("X-Shopify-API-Version", "")[:_MAX_HEADER] or None,
        triggered_at=_time(request.headers.get("X-Shopify-Triggered-At", "")),
        body=raw,
    )
    is_new = twice_if_interrupted(lambda: _keep(delivery))
    failpoints.hit("receive.committed")
    log.info("webhook.received", topic=delivery.topic, webhook_id=delivery.webhook_id, is_new=is_new)
    return "", 200


def _raw_body() -> bytes:
    """Return the very bytes that were signed; nothing has parsed them.

    :raises RequestEntityTooLarge: there are more of them than Shopify sends
    """
    # A body without a length is cut at the limit without a word, so the limit is one byte further.
    request.max_content_length = MAX_BODY + 1
    raw = request.get_data(cache=False)
    if len(raw) > MAX_BODY:
        metrics_of_app().webhook_refused("size")
        raise RequestEntityTooLarge(f"The body may have at most {MAX_BODY} bytes.")
    return raw


def _keep(delivery: Delivery) -> bool:
    with database().transaction() as session:
        return receive_webhook(session, delivery)


def _header(name: str) -> str:
    """Return a header that every delivery has.

    :raises InvalidRequest: it is missing, or longer than any that Shopify sends
    """
    value = request.headers.get(name, "").strip()
    if not 1 <= len(value) <= _MAX_HEADER:
        metrics_of_app().webhook_refused("header")
        raise InvalidRequest(f"{name} is missing or too long")
    return value


def _time(text: str) -> datetime | None:
    """Return when Shopify was triggered, for people to look at; it is not signed and decides nothing."""
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):  # The last hour of the year 9999 can be one of 10000 in UTC.
        return None
