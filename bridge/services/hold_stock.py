"""Have Shopify hold the units of an order that waits for its confirmation, so that nobody else sells them.

Only the recorded draft holds: a spare one must cost nothing. An update cuts loose a checkout that a customer
has begun on the draft (decision 48), so the end is set far away, once, and moved rarely.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bridge import failpoints, jobs
from bridge.db import Database
from bridge.domain.draft_differences import LINES_DIFFER, differences
from bridge.domain.draft_order import draft_of
from bridge.domain.errors import ShopRefused
from bridge.domain.order_status import OrderStatus
from bridge.domain.shop import Shop
from bridge.domain.shop_values import Draft
from bridge.models import Order
from bridge.services import reserve_stock
from bridge.services.order_draft import sale_of
from bridge.services.order_turn import Entry, Timing, Turn, order_turn

# What is left of a hold when it is renewed; an hour of it must be more than `HOLD_MARGIN`.
_RENEWED_AT = 0.25


@dataclass(frozen=True, slots=True)
class _Plan:
    draft_id: int
    sent: Draft
    now: datetime


def hold_stock(db: Database, shop: Shop, *, order_id: UUID, timing: Timing) -> None:
    """Hold the units of one waiting order in the shop, or learn that they are held; again before the hold ends.

    Shopify is asked first, so that an update of unknown outcome is not repeated. Until it is known that it
    holds, the units stay subtracted here. A refusal changes nothing for the order: it goes on without a hold.

    :raises ShopError: after recording it
    """
    with order_turn(db, jobs.HOLD_STOCK, order_id=order_id, timing=timing) as turn:
        if turn is None:
            return
        with turn.entry() as entry:
            plan = _plan(entry)
            if plan is None:
                entry.finish()
                return
        placed = shop.draft(plan.draft_id)
        if placed is None or placed.order_id is not None:
            _leave_to_reading(turn)
            return
        if LINES_DIFFER in differences(plan.sent, placed).reasons:
            with turn.entry() as entry:  # What it would hold is not what was promised.
                entry.finish()
            return
        until = placed.hold_until
        if until is None or until - plan.now < _RENEWED_AT * timedelta(hours=timing.hold_hours):
            turn.fence()
            try:
                until = shop.hold_draft(plan.draft_id, until=plan.now + timedelta(hours=timing.hold_hours))
            except ShopRefused as refusal:
                _leave_to_reading(turn, because="; ".join(refusal.problems) or refusal.message)
                return
            failpoints.hit("hold.sent")
        _note(turn, plan.draft_id, until)


def wants_hold(order: Order, timing: Timing) -> bool:
    """Tell whether the order waits for somebody to confirm it, with a draft that could hold its units."""
    return (
        timing.hold_hours > 0
        and order.draft_id is not None
        and order.shopify_order_id is None
        and order.intent is None
        and order.confirm_requested_at is None
        and order.status == OrderStatus.INCOMPLETE_CAUTION
    )


def _plan(entry: Entry) -> _Plan | None:
    order = entry.order
    if order.draft_id is None or not wants_hold(order, entry.timing):
        return None
    return _Plan(order.draft_id, draft_of(sale_of(entry.session, order), attempt=1), entry.now)


def _note(turn: Turn, draft_id: int, until: datetime) -> None:
    """Record until when the shop holds the units, and come back when that is to be renewed."""
    with turn.entry() as entry:
        order = entry.order
        if order.draft_id != draft_id or not wants_hold(order, turn.timing):
            entry.finish()  # Confirmed or rejected meanwhile, which ends the hold with the draft.
            return
        reserve_stock.note_hold(entry.session, order, until=until, now=entry.now)
        renewed_at = until - _RENEWED_AT * timedelta(hours=turn.timing.hold_hours)
        seconds = max((renewed_at - entry.now).total_seconds(), 60)
        entry.wait(seconds, f"the shop holds the units until {until:%Y-%m-%d %H:%M} UTC")


def _leave_to_reading(turn: Turn, *, because: str | None = None) -> None:
    """End the turn: what became of the draft is for reading the order to say."""
    with turn.entry() as entry:
        if because is not None:
            entry.event("hold_refused", reason=because)
        jobs.request(entry.session, jobs.READ_ORDER, order_id=turn.order_id)
        entry.finish()
