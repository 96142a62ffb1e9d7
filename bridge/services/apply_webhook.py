"""Apply one webhook: find what it is about, keep what it says, and write down what became of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge import failpoints, jobs
from bridge.db import Database, clock
from bridge.domain import webhook_bodies as bodies
from bridge.domain.errors import NotFound, PutOff, ShopError
from bridge.domain.retries import WEBHOOK
from bridge.domain.shop import Shop
from bridge.domain.shop_values import ShopOrder
from bridge.domain.webhook_values import Malformed
from bridge.models import WebhookEvent
from bridge.services import (
    app_webhooks,
    bulk_webhooks,
    draft_webhooks,
    due_work,
    find_order,
    order_webhooks,
    stock_webhooks,
)
from bridge.services.due_work import Claim
from bridge.services.heard_orders import hear_of_order
from bridge.services.webhook_outcome import Handler, Outcome, applied, foreign

log = structlog.get_logger(__name__)

# Every topic we subscribe to, and what it means.
HANDLERS: Mapping[str, Handler] = {
    **draft_webhooks.HANDLERS,
    **order_webhooks.HANDLERS,
    **stock_webhooks.HANDLERS,
    **app_webhooks.HANDLERS,
    **bulk_webhooks.HANDLERS,
}
TOPICS = tuple(HANDLERS)

PARKED, FAILED, FOREIGN = "parked", "failed", "foreign"


def apply_webhook(db: Database, shop: Shop, *, webhook_id: str, lease_seconds: int) -> None:
    """Apply one received webhook, once; what is ours and not there yet is tried again, then shown to staff.

    Shopify is called only for a body that names an unknown order by nothing but its id.

    :raises ShopError: after recording it, so that Flower shows the failure
    """
    with db.transaction() as session:
        now = clock(session)
        claimed = due_work.claim(
            session, jobs.APPLY_WEBHOOK, lease_seconds=lease_seconds, now=now, webhook_id=webhook_id
        )
    if claimed is None:
        return
    failpoints.hit("apply.claimed")
    with db.transaction() as session:
        now = clock(session)
        outcome = _outcome(session, webhook_id, now)
        if outcome.ask_order is None:
            _record(session, webhook_id, claimed, outcome, now=now)
            return
    seen = _ask(db, shop, claimed, outcome.ask_order)
    with db.transaction() as session:
        decided = _whose(session, outcome, seen)
        _record(session, webhook_id, claimed, decided, now=clock(session))


def replay_webhook(session: Session, *, webhook_id: str) -> WebhookEvent:
    """Have a kept webhook applied again; safe, as every handler is.

    :raises NotFound: it never came, or was cleaned up
    """
    event = session.get(WebhookEvent, webhook_id, with_for_update=True)
    if event is None:
        raise NotFound(f"no webhook {webhook_id}")
    event.state, event.note, event.applied_at = "received", None, None
    jobs.request(session, jobs.APPLY_WEBHOOK, webhook_id=webhook_id)
    return event


def _outcome(session: Session, webhook_id: str, now: datetime) -> Outcome:
    event = session.scalars(select(WebhookEvent).where(WebhookEvent.webhook_id == webhook_id)).one()
    handler = HANDLERS.get(event.topic)
    if handler is None:
        return foreign("topic", "nothing of ours listens to this topic")
    try:
        return handler(session, bodies.read(event.body), now, event.received_at)
    except Malformed as problem:
        return Outcome(FAILED, note=f"not a body of {event.topic}: {problem}")


def _ask(db: Database, shop: Shop, claimed: Claim, order_id: int) -> ShopOrder | None:
    try:
        return shop.order(order_id)
    except ShopError as error:
        with db.transaction() as session:
            now = clock(session)
            if isinstance(error, PutOff):
                until = now + timedelta(seconds=error.wait_seconds)
                due_work.wait(session, claimed, until=until, reason=error.message)
            else:
                due_work.fail(session, claimed, policy=WEBHOOK, error=error.message, now=now)
        raise


def _whose(session: Session, outcome: Outcome, seen: ShopOrder | None) -> Outcome:
    """Decide by what the shop order carries; one that is not there can be nobody's of ours."""
    subject = outcome.subject or ""
    order = None if seen is None else find_order.named(session, seen.tags, seen.attributes)
    if seen is None or order is None:
        return foreign(subject, "the shop order carries no token of ours")
    if order.shopify_order_id is None:
        return order_webhooks.await_link(session, order, seen)
    if hear_of_order(session, order, shop_order_id=seen.order_id, attributes=seen.attributes):
        return applied(subject, order_webhooks.SETTLED_LATER)
    return foreign(subject, f"a copy: its order is {order.shopify_order_id}")


def _record(session: Session, webhook_id: str, claimed: Claim, outcome: Outcome, *, now: datetime) -> None:
    event = session.get_one(WebhookEvent, webhook_id)
    event.state, event.note = outcome.state, outcome.note
    event.subject = outcome.subject
    if outcome.state == PARKED:
        again = due_work.fail(session, claimed, policy=WEBHOOK, error=outcome.note or PARKED, now=now)
        if not again:
            event.state = FAILED
    elif outcome.state == FAILED:
        due_work.give_up(session, claimed, error=outcome.note or FAILED, now=now)
    else:
        event.applied_at = now
        due_work.finish(session, claimed, now=now)
    failpoints.hit("apply.written")
    log.info("webhook.applied", topic=event.topic, state=event.state, subject=event.subject)
