"""Webhooks about draft orders: ours being made, completed, edited or deleted, and copies of them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge import jobs
from bridge.domain import references
from bridge.domain import webhook_bodies as bodies
from bridge.domain.draft_differences import differences
from bridge.domain.draft_order import draft_of
from bridge.domain.shop_values import PlacedDraft
from bridge.domain.webhook_bodies import Body
from bridge.domain.webhook_values import Malformed
from bridge.models import Order, PushAttempt
from bridge.services import find_order, reserve_stock
from bridge.services.adopt_draft import PLACED, note_candidate, reopen_attempt
from bridge.services.copies import note_copy
from bridge.services.order_draft import sale_of
from bridge.services.record_shop_order import note_draft_deletion, record_shop_order
from bridge.services.webhook_outcome import Handler, Outcome, applied, foreign


def subject_of(draft_id: int) -> str:
    """Return how a draft is called among webhooks."""
    return f"draft {draft_id}"


def draft_changed(session: Session, body: Body, now: datetime, _received_at: datetime) -> Outcome:
    """draft_orders/create and draft_orders/update."""
    try:
        seen = bodies.draft(body)
    except Malformed:  # As of an API version we do not know: a hint to ask.
        order = find_order.by_draft(session, bodies.id_of(body))
        if order is None:
            raise
        jobs.request(session, jobs.READ_ORDER, order_id=order.id)
        return applied(subject_of(bodies.id_of(body)), "it cannot be read: Shopify is asked")
    return take_draft(session, seen, now)


def take_draft(session: Session, seen: PlacedDraft, now: datetime) -> Outcome:
    """Conclude from a draft in the shop, however it was heard of, what it is to an order of ours."""
    subject = subject_of(seen.draft_id)
    order = find_order.by_draft(session, seen.draft_id)
    if order is not None:
        return _recorded_changed(session, order, seen, now)
    order = find_order.named(session, seen.tags, seen.attributes)
    attempt = references.attempt_named(seen.attributes)
    if order is None:
        return foreign(subject)
    if attempt is None:
        note_copy(session, order, f"draft {seen.name}", {"draft_id": seen.draft_id}, now=now)
        return applied(subject, "it names an order and no attempt: a copy")
    if seen.order_id is not None and _is_spare(session, order, attempt, seen.draft_id):
        reopen_attempt(session, order.id, seen.draft_id)
        return applied(subject, "a spare draft of ours was completed")
    note_candidate(session, order_id=order.id, attempt=attempt, draft_id=seen.draft_id, now=now)
    return applied(subject, f"a candidate of attempt {attempt}")


def draft_deleted(session: Session, body: Body, now: datetime, _received_at: datetime) -> Outcome:
    """draft_orders/delete: a hint to look whether the recorded draft is still there (decision 50)."""
    draft_id = bodies.id_of(body)
    order = find_order.by_draft(session, draft_id)
    if order is None:
        return foreign(subject_of(draft_id))
    note_draft_deletion(session, order, draft_id=draft_id, now=now)
    return applied(subject_of(draft_id))


def _recorded_changed(session: Session, order: Order, seen: PlacedDraft, now: datetime) -> Outcome:
    """Take over an order that staff made of the recorded draft, or look at what they changed in it."""
    subject = subject_of(seen.draft_id)
    if order.shopify_order_id is not None:
        return applied(subject, "its order is known")
    if seen.order_id is not None:
        record_shop_order(session, order, shop_order_id=seen.order_id, name=None, actor="shopify", now=now)
        return applied(subject, "completed in Shopify")
    reserve_stock.doubt_hold(session, order)  # It may have been ours that is told of; looking decides.
    flagged = order.attention is not None
    if flagged or differences(draft_of(sale_of(session, order), attempt=1), seen):
        jobs.request(session, jobs.READ_ORDER, order_id=order.id)
        return applied(subject, "it is not what was sent, or was not: Shopify is asked")
    return applied(subject)


def _is_spare(session: Session, order: Order, attempt: int, draft_id: int) -> bool:
    """Tell whether an attempt of ours is known to have made this draft, beside the recorded one (decision 47)."""
    made = select(PushAttempt.id).where(
        PushAttempt.order_id == order.id,
        PushAttempt.number == attempt,
        PushAttempt.draft_id == draft_id,
        PushAttempt.outcome == PLACED,
    )
    return session.scalar(made) is not None


HANDLERS: dict[str, Handler] = {
    "draft_orders/create": draft_changed,
    "draft_orders/update": draft_changed,
    "draft_orders/delete": draft_deleted,
}
