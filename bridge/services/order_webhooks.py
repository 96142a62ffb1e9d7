"""Webhooks about orders, their fulfillments and refunds: bodies to facts. Each is safe to run twice, in any order."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bridge import jobs
from bridge.domain import webhook_bodies as bodies
from bridge.domain.shop_values import ShopOrder
from bridge.domain.webhook_bodies import Body
from bridge.domain.webhook_values import Malformed
from bridge.models import Order
from bridge.services import find_order, store_facts
from bridge.services.copies import is_noted, note_copy
from bridge.services.heard_orders import hear_of_order
from bridge.services.webhook_outcome import Handler, Outcome, applied, foreign, parked, undecided

# An order of ours is recorded seconds after it exists; what takes longer must not hold up the shop's other orders.
_WAIT_AT_MOST = timedelta(minutes=10)

# What it is to an order that has another one is for a turn of that order to say.
SETTLED_LATER = "it names an order that has another one: it is looked into"


def subject_of(order_id: int) -> str:
    """Return how a shop order is called among webhooks."""
    return f"order {order_id}"


def order_changed(session: Session, body: Body, now: datetime, _received_at: datetime) -> Outcome:
    """orders/create, paid, updated, fulfilled, partially_fulfilled: the whole order as of then."""
    seen = bodies.order(body)
    subject = subject_of(seen.order_id)
    order = find_order.by_shop_order(session, seen.order_id)
    if order is not None:
        store_facts.take_order(session, order, seen, by_read=False, now=now)
        return applied(subject)
    order = find_order.named(session, seen.tags, seen.attributes)
    if order is None:
        return foreign(subject)
    if order.shopify_order_id is None:
        return await_link(session, order, seen)
    if hear_of_order(session, order, shop_order_id=seen.order_id, attributes=seen.attributes):
        return applied(subject, SETTLED_LATER)
    note_copy(session, order, f"order {seen.name}", {"shopify_order_id": seen.order_id}, now=now)
    return applied(subject, f"it names an order whose shop order is {order.shopify_order_id}: a copy")


def await_link(session: Session, order: Order, seen: ShopOrder) -> Outcome:
    """Wait until a shop order that names one of ours is recorded as its own, and have that looked into.

    It may be the one we are completing, one that a lost attempt or a checkout made, or a copy that staff made:
    reading what is recorded tells, or looking at what was heard of; what stays unrecorded is shown to staff.
    """
    subject = subject_of(seen.order_id)
    if is_noted(session, order, {"shopify_order_id": seen.order_id}):
        return applied(subject, "a copy")
    hear_of_order(session, order, shop_order_id=seen.order_id, attributes=seen.attributes)
    jobs.request(session, jobs.READ_ORDER if order.draft_id else jobs.PUSH_ORDER, order_id=order.id)
    return parked(subject, "the order it names has no shop order yet")


def order_hinted(session: Session, body: Body, now: datetime, received_at: datetime) -> Outcome:
    """orders/cancelled and orders/delete: a hint to ask, since the topic is not signed (decision 50)."""
    return _ask(session, bodies.id_of(body), now, received_at)


def order_edited(session: Session, body: Body, now: datetime, received_at: datetime) -> Outcome:
    """orders/edited says what was edited, not what the order is now."""
    return _ask(session, bodies.edited_order_id(body), now, received_at)


def fulfillment_changed(session: Session, body: Body, now: datetime, received_at: datetime) -> Outcome:
    """fulfillments/create and fulfillments/update: one parcel as of then."""
    order_id, seen = bodies.order_id_of(body), bodies.fulfillment(body)
    order = find_order.by_shop_order(session, order_id)
    if order is None:
        return _unknown(session, order_id, now, received_at)
    store_facts.take_fulfillment(session, order, seen, now=now)
    return applied(subject_of(order_id))


def carrier_reported(session: Session, body: Body, now: datetime, received_at: datetime) -> Outcome:
    """fulfillment_events/create: where a parcel is, before its fulfillment may say so."""
    event = bodies.carrier_event(body)
    subject = subject_of(event.order_id)
    order = find_order.by_shop_order(session, event.order_id)
    if order is None:
        return _unknown(session, event.order_id, now, received_at)
    known = store_facts.take_carrier_event(
        session, order, fulfillment_id=event.fulfillment_id, status=event.status, at=event.at, now=now
    )
    return applied(subject) if known else parked(subject, "its fulfillment was not heard of yet")


def refund_made(session: Session, body: Body, now: datetime, received_at: datetime) -> Outcome:
    """refunds/create says what was taken, not what is left: Shopify is asked unless that is known."""
    made = bodies.refund(body)
    order = find_order.by_shop_order(session, made.order_id)
    if order is None:
        return _unknown(session, made.order_id, now, received_at)
    store_facts.take_refund(session, order, made.refund.refund_id)
    return applied(subject_of(made.order_id))


def _ask(session: Session, order_id: int, now: datetime, received_at: datetime) -> Outcome:
    order = find_order.by_shop_order(session, order_id)
    if order is None:
        return _unknown(session, order_id, now, received_at)
    jobs.request(session, jobs.READ_ORDER, order_id=order.id)
    return applied(subject_of(order_id))


def _unknown(session: Session, order_id: int, now: datetime, received_at: datetime) -> Outcome:
    """Decide on a body that names an order only by an id that nothing of ours has.

    It waits, but not for ever, while a push or completion from before it is unfinished; then one read decides,
    and what it decides is remembered under the subject (decision 53).
    """
    subject = subject_of(order_id)
    if find_order.is_known_foreign(session, subject):
        return foreign(subject)
    if now - received_at < _WAIT_AT_MOST and find_order.may_appear(session, received_at):
        return parked(subject, "an order of ours is still on its way into the shop")
    return undecided(subject, order_id)


def _or_ask(handler: Handler, order_id_of: Callable[[Body], int]) -> Handler:
    """Take a body that cannot be read, as of an API version we do not know, for a hint to ask about its order."""

    def handle(session: Session, body: Body, now: datetime, received_at: datetime) -> Outcome:
        try:
            return handler(session, body, now, received_at)
        except Malformed:
            return _ask(session, order_id_of(body), now, received_at)

    return handle


_ORDER_CHANGED = _or_ask(order_changed, bodies.id_of)
_FULFILLMENT_CHANGED = _or_ask(fulfillment_changed, bodies.order_id_of)

HANDLERS: dict[str, Handler] = {
    "orders/create": _ORDER_CHANGED,
    "orders/paid": _ORDER_CHANGED,
    "orders/updated": _ORDER_CHANGED,
    "orders/fulfilled": _ORDER_CHANGED,
    "orders/partially_fulfilled": _ORDER_CHANGED,
    "orders/cancelled": order_hinted,
    "orders/delete": order_hinted,
    "orders/edited": order_edited,
    "fulfillments/create": _FULFILLMENT_CHANGED,
    "fulfillments/update": _FULFILLMENT_CHANGED,
    "fulfillment_events/create": _or_ask(carrier_reported, bodies.order_id_of),
    "refunds/create": _or_ask(refund_made, bodies.order_id_of),
}
