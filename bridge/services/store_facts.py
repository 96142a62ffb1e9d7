"""Keep what Shopify says of an order of ours, and let its status follow: one transaction, the order locked first.

The only caller of `take_move` for what was derived. What a report means, and which of two is believed:
`domain.order_facts` and `domain.shipments`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge import jobs
from bridge.domain import order_facts, shipments
from bridge.domain.order_facts import Learned, OrderFacts, Parcel
from bridge.domain.order_status import ENDED, OrderStatus
from bridge.domain.shipments import Derived
from bridge.domain.shop_values import Fulfillment, ShopOrder
from bridge.models import Order, OrderItem
from bridge.services import stored_facts
from bridge.services.move_order import record_event, take_move
from bridge.services.stored_facts import READ, WEBHOOK

_S = OrderStatus
_SHOP = "shopify"

# An order that we ended comes back to life only when a direct read says so: what a webhook says may be
# older than our own cancellation, which it does not know of.
_ENDED_BY_US = frozenset({_S.REJECTED, _S.CANCELED})
# What staff may say before Shopify does: a carrier that never reports, an order filed away in our console.
_BY_HAND = {_S.COMPLETE: frozenset({_S.FULFILLED}), _S.ARCHIVED: ENDED}


def take_order(session: Session, order: Order, seen: ShopOrder, *, by_read: bool, now: datetime) -> None:
    """Keep a whole picture of the order.

    :param order: locked by the caller; `seen` is its recorded shop order
    """
    held = stored_facts.load(session, order.id)
    learned = order_facts.learn_order(held, seen, by_read=by_read)
    _settle(session, order, held, learned, source=READ if by_read else WEBHOOK, now=now)


def take_fulfillment(session: Session, order: Order, seen: Fulfillment, *, now: datetime) -> None:
    """Keep what a webhook says of one fulfillment."""
    held = stored_facts.load(session, order.id)
    learned = order_facts.learn_fulfillment(held, seen, by_read=False)
    _settle(session, order, held, learned, source=WEBHOOK, now=now)


def take_carrier_event(
    session: Session, order: Order, *, fulfillment_id: int, status: str | None, at: datetime, now: datetime
) -> bool:
    """Keep what a carrier reports; False when the fulfillment was not heard of yet, and Shopify is asked."""
    held = stored_facts.load(session, order.id)
    learned = order_facts.learn_carrier_event(held, fulfillment_id=fulfillment_id, status=status, at=at)
    if learned is None:
        jobs.request(session, jobs.READ_ORDER, order_id=order.id)
        return False
    _settle(session, order, held, learned, source=WEBHOOK, now=now)
    return True


def take_refund(session: Session, order: Order, refund_id: int) -> None:
    """Ask Shopify about a refund that the held picture does not contain: it may have taken units."""
    if not order_facts.knows_refund(stored_facts.load(session, order.id), refund_id):
        jobs.request(session, jobs.READ_ORDER, order_id=order.id)


def has_shipped(session: Session, order: Order) -> bool:
    """Tell whether a unit of ours has left, as far as is known."""
    return any(item.fulfilled_quantity for item in _supplier_items(session, order))


def _settle(
    session: Session, order: Order, held: OrderFacts, learned: Learned, *, source: str, now: datetime
) -> None:
    facts = learned.facts
    stored_facts.save(session, order.id, held, facts, source=source, now=now)
    if learned.read_because is not None:
        jobs.request(session, jobs.READ_ORDER, order_id=order.id)
    if facts.order is None:
        return
    items = _supplier_items(session, order)
    _learn_lines(items, facts.order)
    line_ids = {item.position: item.shopify_line_id for item in items if item.shopify_line_id is not None}
    before = None if held.order is None else shipments.derive(held.order, held.parcels.values(), line_ids)
    derived = shipments.derive(facts.order, facts.parcels.values(), line_ids)
    _write_units(items, derived)
    _note_parcels(session, order, held.parcels, facts.parcels, line_ids.values(), now=now)
    _move(session, order, before, derived, source=source, now=now)
    _ask_for_closing(session, order, facts, derived, line_ids.values())


def _supplier_items(session: Session, order: Order) -> Sequence[OrderItem]:
    return session.scalars(
        select(OrderItem)
        .where(OrderItem.order_id == order.id, OrderItem.is_supplier_item)
        .order_by(OrderItem.position)
    ).all()


def _learn_lines(items: Sequence[OrderItem], order: ShopOrder) -> None:
    """Learn Shopify's id of each line of ours from the position it carries; once, since ids never change.

    A copy of a line, as staff may make one in an order edit, carries the same position: the first counts.
    """
    found: dict[str, int] = {}
    for line in order.lines:
        if line.position is not None:
            found.setdefault(line.position, line.line_id)
    for item in items:
        if item.shopify_line_id is None:
            item.shopify_line_id = found.get(str(item.position))


def _write_units(items: Sequence[OrderItem], derived: Derived) -> None:
    for item in items:
        units = derived.lines.get(item.position)
        item.due_quantity = units.due if units else 0  # Staff took the line off.
        item.fulfilled_quantity = units.shipped if units else 0
        item.delivered_quantity = units.delivered if units else 0


def _note_parcels(
    session: Session,
    order: Order,
    held: Mapping[int, Parcel],
    now_held: Mapping[int, Parcel],
    ours: Iterable[int],
    *,
    now: datetime,
) -> None:
    """Put on the timeline what a partner may see of a parcel, when it is news."""
    lines = frozenset(ours)
    for fulfillment_id, parcel in sorted(now_held.items()):
        told = held.get(fulfillment_id)
        if parcel.is_closing or lines.isdisjoint(parcel.fulfillment.lines):
            continue
        if told is None or _visible(told) != _visible(parcel):
            record_event(
                session,
                order,
                "shipment",
                actor=_SHOP,
                now=now,
                detail={"id": fulfillment_id} | _visible(parcel),
            )


def _visible(parcel: Parcel) -> dict[str, object]:
    return {
        "status": parcel.fulfillment.status,
        "shipment_status": parcel.shipment_status,
        "delivered": parcel.delivered_at is not None,
        "tracking_company": parcel.fulfillment.tracking_company,
        "tracking_numbers": list(parcel.fulfillment.tracking_numbers),
        "tracking_urls": list(parcel.fulfillment.tracking_urls),
    }


def _move(
    session: Session, order: Order, before: Derived | None, derived: Derived, *, source: str, now: datetime
) -> None:
    """Let the status follow the facts (decision 58), unless something of ours is under way or was said by hand."""
    current = OrderStatus(order.status)
    if order.intent is not None and current not in ENDED:
        # The rejection or cancellation moves the status when Shopify's end is closed, or is dropped.
        if derived.status is not _S.UNFULFILLED:
            jobs.request(session, jobs.CLOSE_ORDER, order_id=order.id)
        return
    filed = OrderStatus(order.status_before_archive) if order.status_before_archive else current
    target = derived.status
    if filed is _S.REJECTED and target is _S.CANCELED:
        target = _S.REJECTED  # It is cancelled in Shopify because we rejected it.
    if filed in _ENDED_BY_US and target not in ENDED:
        if source != READ:
            jobs.request(session, jobs.READ_ORDER, order_id=order.id)
            return
        if order.intent is not None:  # It still holds: closing cancels this, or finds that it has shipped.
            jobs.request(session, jobs.CLOSE_ORDER, order_id=order.id)
            return
        _revive(session, order, current, now=now)
    if _same(before, derived) and not derived.archived and target in _BY_HAND.get(current, frozenset()):
        return
    if not (derived.archived and current is _S.ARCHIVED and filed is target):
        take_move(session, order, target, actor=_SHOP, reason=derived.reason, now=now)
    if derived.archived:
        take_move(session, order, _S.ARCHIVED, actor=_SHOP, reason="archived in Shopify", now=now)


def _same(before: Derived | None, derived: Derived) -> bool:
    return before is not None and (before.status, before.archived) == (derived.status, derived.archived)


def _revive(session: Session, order: Order, ended: OrderStatus, *, now: datetime) -> None:
    """Tell staff of an order that lives in Shopify although we had ended it; what ended it is forgotten."""
    order.intent = order.intent_reason = order.intent_by = order.intent_at = None
    order.attention = f"alive_in_shop: the order was {ended}, and Shopify has it as a living one"
    record_event(session, order, "attention", actor="bridge", reason=order.attention, now=now)


def _ask_for_closing(
    session: Session, order: Order, facts: OrderFacts, derived: Derived, ours: Iterable[int]
) -> None:
    """Have foreign lines closed once all of ours have shipped, or that taken back (decision 41)."""
    lines = frozenset(ours)
    closed = any(p.is_closing and p.fulfillment.status == "success" for p in facts.parcels.values())
    assert facts.order is not None
    waiting = any(line.fulfillable_quantity and line.line_id not in lines for line in facts.order.lines)
    if (closed and not derived.all_shipped) or (waiting and not closed and derived.all_shipped):
        jobs.request(session, jobs.CLOSE_LINES, order_id=order.id)
