"""Complete the draft of a confirmed order, after looking at it once more (decisions 34b, 47, 48, 57c)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from bridge import failpoints, jobs
from bridge.db import Database
from bridge.domain import payments
from bridge.domain.draft_differences import Differences, differences
from bridge.domain.draft_order import Sale, draft_of
from bridge.domain.order_status import OrderStatus
from bridge.domain.retries import DRAFT_READY
from bridge.domain.shop import Shop
from bridge.domain.shop_values import Draft, InventoryLevel, PlacedDraft
from bridge.domain.stock import Stock, covers
from bridge.models import OrderItem, PushAttempt
from bridge.services import reserve_stock
from bridge.services.adopt_draft import attempts_of, leave_draft
from bridge.services.living_orders import ANOTHER_ORDER, living_orders, take_over
from bridge.services.order_decisions import AUTO_CONFIRM
from bridge.services.order_draft import sale_of
from bridge.services.order_turn import Entry, Timing, Turn, order_turn
from bridge.services.record_shop_order import record_shop_order
from bridge.services.stock_terms import HOLD_MARGIN

STOCK_GONE = "stock_gone"
REVIEW = "review"
DRAFT_NOT_READY = "draft_not_ready"

_MISSING_SECONDS = 60


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the order says before anything is asked of the shop. `demand`: units by inventory item."""

    draft_id: int
    sale: Sale
    sent: Draft
    attempts: Sequence[PushAttempt]
    demand: dict[int, int]
    location_id: int
    payment_pending: bool
    accept_changes: bool
    now: datetime


def confirm_order(db: Database, shop: Shop, *, order_id: UUID, timing: Timing) -> None:
    """Make the order's draft a shop order, or adopt the one it has become; once, whatever happens.

    Completing is safe to repeat: Shopify answers a completed draft with its first order. What staff have to
    see first parks the order; confirming it again with `accept_changes` goes on.

    :raises ShopError: after recording it
    """
    with order_turn(db, jobs.CONFIRM_ORDER, order_id=order_id, timing=timing) as turn:
        if turn is None:
            return
        with turn.entry() as entry:
            plan = _plan(entry)
            if plan is None:
                entry.finish()
                return
        failpoints.hit("confirm.claimed")
        placed = shop.draft(plan.draft_id)
        if placed is None:
            _look_again_later(turn)
            return
        differing = differences(plan.sent, placed)
        if placed.order_id is not None:
            _record(turn, placed.order_id, placed.order_name, differing)
            return
        if not placed.ready:
            with turn.entry() as entry:
                entry.try_again(DRAFT_READY, DRAFT_NOT_READY, "Shopify is still working on the draft")
            return
        if _has_another_order(turn, shop, plan):
            return
        if not differing and _has_fresh_hold(turn, plan, placed):
            return
        if _is_objectionable(turn, shop, plan, placed, differing):
            return
        turn.fence()
        with turn.entry() as entry:
            if _plan(entry) is None:  # Rejected while we looked.
                entry.finish()
                return
        completed = shop.complete_draft(plan.draft_id, payment_pending=plan.payment_pending)
        failpoints.hit("confirm.sent")
        _record(turn, completed.order_id, completed.order_name, differing)
        failpoints.hit("confirm.recorded")


def _plan(entry: Entry) -> _Plan | None:
    """Return what to do, or None where there is nothing to confirm (any more, or yet: the push asks again)."""
    order = entry.order
    if (
        order.draft_id is None
        or order.shopify_order_id is not None
        or order.intent is not None
        or order.confirm_requested_at is None
        or order.status != OrderStatus.INCOMPLETE_CAUTION
    ):
        return None
    items = entry.session.scalars(select(OrderItem).where(OrderItem.order_id == order.id))
    demand: Counter[int] = Counter()
    for item in items:
        if item.is_supplier_item and item.inventory_item_id is not None:
            demand[item.inventory_item_id] += item.quantity
    sale = sale_of(entry.session, order)
    return _Plan(
        draft_id=order.draft_id,
        sale=sale,
        sent=draft_of(sale, attempt=1),
        attempts=attempts_of(entry.session, order.id),
        demand=dict(demand),
        location_id=order.location_id,
        payment_pending=not payments.is_paid(order.payment_status, order.payment_method),
        accept_changes=order.accept_changes and order.confirm_requested_by != AUTO_CONFIRM,
        now=entry.now,
    )


def _look_again_later(turn: Turn) -> None:
    """Leave it to reading the order to say what became of its draft, and see in a while what it said."""
    with turn.entry() as entry:
        jobs.request(entry.session, jobs.READ_ORDER, order_id=turn.order_id)
        entry.wait(_MISSING_SECONDS, "the draft is not there; one look is not enough")


def _has_another_order(turn: Turn, shop: Shop, plan: _Plan) -> bool:
    """Look for a living order that carries our token although our draft is still open; say whether one ended the turn.

    A checkout that was begun on the draft before it was edited makes such an order, and so does a spare draft
    that staff complete. One that came of ours is adopted and the draft left to be deleted, so that nobody ships
    twice; a copy, however much it is the same, and anything that is not alone is for staff.
    """
    living = living_orders(shop, plan.sale, plan.attempts, recorded=plan.draft_id)
    if not living:
        return False
    if len(living) == len(living.own) == 1:
        with turn.entry() as entry:
            if take_over(entry.session, entry.order, living.own[0], now=entry.now):
                leave_draft(entry.session, entry.order)  # Staff may have completed it since we looked.
            entry.finish()
        return True
    with turn.entry() as entry:
        entry.park(ANOTHER_ORDER, f"{living.names} carries this order's token; link it or cancel it first")
    return True


def _has_fresh_hold(turn: Turn, plan: _Plan, placed: PlacedDraft) -> bool:
    """Wait until the shop's number is surely without what the draft holds; say whether we do.

    What is in both would count twice, for this order and for whoever bought it meanwhile (ADR 0013). A hold that
    we know nothing of, by staff or of an update that was not answered, counts from now on.
    """
    if plan.accept_changes or not _holds(plan, placed):
        return False
    with turn.entry() as entry:
        since = reserve_stock.held_since(entry.session, entry.order)
        if None in since and placed.hold_until is not None:
            reserve_stock.note_hold(entry.session, entry.order, until=placed.hold_until, now=entry.now)
        latest = max((each or entry.now for each in since), default=None)
        patience = 0.0 if latest is None else (latest + reserve_stock.SETTLING - plan.now).total_seconds()
        if patience > 0:
            entry.wait(patience, "the draft's hold is new; the shop's number may be from before it")
    return patience > 0


def _holds(plan: _Plan, placed: PlacedDraft) -> bool:
    """Tell whether the draft holds its units in the shop for long enough to complete it."""
    return placed.hold_until is not None and placed.hold_until > plan.now + HOLD_MARGIN


def _is_objectionable(
    turn: Turn, shop: Shop, plan: _Plan, placed: PlacedDraft, differing: Differences
) -> bool:
    """Park the order for what staff have to see first, unless they have; say whether it was parked."""
    if plan.accept_changes:
        return False
    objections = [(reason, str(differing)) for reason in differing.reasons[:1]]
    if plan.demand and not objections:
        levels = shop.inventory_levels(sorted(plan.demand), plan.location_id)
        # Units that this draft holds are not available to anybody else, nor in the number (decision 57c).
        holds = _holds(plan, placed)
        short = [
            item
            for item, units in sorted(plan.demand.items())
            if _lacks(levels.get(item), units, held=units if holds else 0)
        ]
        if short:
            objections.append((STOCK_GONE, f"not enough left of {_names(turn, short)}"))
    with turn.entry() as entry:
        reasons = entry.order.review_reasons
        if not objections and entry.order.confirm_requested_by == AUTO_CONFIRM and reasons:
            objections.append((REVIEW, f"not confirmed by itself: {', '.join(reasons)}"))
        for code, sentence in objections[:1]:
            if code != REVIEW:
                entry.order.review_reasons = sorted({*reasons, *differing.reasons, code})
            entry.park(code, sentence)
    return bool(objections)


def _lacks(level: InventoryLevel | None, units: int, *, held: int) -> bool:
    """Tell whether the shop has less than `units` for this order: for sale, and held by its draft.

    No buffer is kept: these units were promised, and a buffer is there so that promises can be kept.
    """
    if level is None:
        return True
    there = (level.available or 0) + held
    stock = Stock(level.inventory_item_id, level.stocked, level.tracked, there, reserved=0)
    return not covers(stock, units)


def _names(turn: Turn, inventory_items: list[int]) -> str:
    with turn.entry() as entry:
        skus = entry.session.scalars(
            select(OrderItem.sku)
            .where(OrderItem.order_id == turn.order_id, OrderItem.inventory_item_id.in_(inventory_items))
            .order_by(OrderItem.position)
        ).all()
    return ", ".join(dict.fromkeys(skus))


def _record(turn: Turn, shop_order_id: int, name: str | None, differing: Differences) -> None:
    with turn.entry() as entry:
        record_shop_order(
            entry.session,
            entry.order,
            shop_order_id=shop_order_id,
            name=name,
            actor=entry.order.confirm_requested_by or "bridge",
            now=entry.now,
            differing=differing,
        )
        entry.finish()
