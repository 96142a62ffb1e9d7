"""Ask Shopify what is true of one order of ours, and keep it: the answer to every doubt about a webhook."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge import jobs
from bridge.db import Database, clock
from bridge.domain.draft_differences import AMOUNTS_DIFFER, LINES_DIFFER, Differences, differences
from bridge.domain.draft_order import draft_of
from bridge.domain.errors import PutOff, ShopError
from bridge.domain.order_status import OrderStatus
from bridge.domain.retries import READ
from bridge.domain.shop import Shop
from bridge.domain.shop_values import PlacedDraft, ShopOrder
from bridge.models import Order
from bridge.services import due_work, missing_order, reserve_stock, store_facts
from bridge.services.adopt_draft import REMOVED, attempts_of, find_ours, is_open
from bridge.services.copies import note_copy
from bridge.services.due_work import Claim
from bridge.services.living_orders import ANOTHER_ORDER, LivingOrders, living_orders, take_over
from bridge.services.move_order import record_event
from bridge.services.order_draft import sale_of
from bridge.services.record_shop_order import missing_draft, record_shop_order

_DIFFER = (LINES_DIFFER, AMOUNTS_DIFFER)


@dataclass(slots=True)
class _Reading:
    db: Database
    shop: Shop
    order_id: UUID
    claimed: Claim

    def note(self, do: Callable[[Session, Order, datetime], datetime | None], *, last: bool = True) -> None:
        """Do something about the order in one transaction, its row locked, and end the turn with it.

        What `do` returns is when to look again; None when all is said.
        """
        with self.db.transaction() as session:
            order = session.scalars(select(Order).where(Order.id == self.order_id).with_for_update()).one()
            now = clock(session)
            again = do(session, order, now)
            if again is not None:
                due_work.wait(session, self.claimed, until=again, reason="not there; one look is not enough")
            elif last:
                due_work.finish(session, self.claimed, now=now)


def read_order(db: Database, shop: Shop, *, order_id: UUID, lease_seconds: int) -> None:
    """Read the recorded draft while there is no shop order, then the shop order, and keep what they say.

    Safe to run twice: what is older than what is held changes nothing.

    :raises ShopError: after recording it, so that Flower shows the failure
    """
    with db.transaction() as session:
        claimed = due_work.claim(
            session, jobs.READ_ORDER, lease_seconds=lease_seconds, now=clock(session), order_id=order_id
        )
        if claimed is None:
            return
        order = session.get_one(Order, order_id)
        draft_id, shop_order_id = order.draft_id, order.shopify_order_id
    reading = _Reading(db, shop, order_id, claimed)
    try:
        if shop_order_id is not None:
            _read_shop_order(reading, shop_order_id)
        elif draft_id is not None:
            _read_draft(reading, draft_id)
        else:  # Nothing is in the shop yet, as far as is known; making it is push's.
            reading.note(lambda _session, _order, _now: None)
    except PutOff as error:
        with db.transaction() as session:
            until = clock(session) + timedelta(seconds=error.wait_seconds)
            due_work.wait(session, claimed, until=until, reason=error.message)
    except ShopError as error:
        with db.transaction() as session:
            due_work.fail(session, claimed, policy=READ, error=error.message, now=clock(session))
        raise


def _read_draft(reading: _Reading, draft_id: int) -> None:
    placed = reading.shop.draft(draft_id) or _another_of_ours(reading, draft_id)
    living = LivingOrders() if placed is not None else _living_orders(reading, draft_id)

    def note(session: Session, order: Order, now: datetime) -> datetime | None:
        if order.draft_id != draft_id or order.shopify_order_id is not None:
            return None  # It went on while we looked, and whoever did that asked for another look.
        if len(living.own) == 1:
            take_over(session, order, living.own[0], now=now)
            return None
        if order.intent is not None or order.status != OrderStatus.INCOMPLETE_CAUTION:
            _leave_to_close(session, order)
            return None
        if placed is None:
            return _conclude_missing(session, order, living, now=now)
        _keep_draft(session, order, placed, now=now)
        return None

    reading.note(note)


def _leave_to_close(session: Session, order: Order) -> None:
    """An order that is being rejected or canceled deletes its drafts, and cancels what they have become."""
    if order.intent is not None:
        jobs.request(session, jobs.CLOSE_ORDER, order_id=order.id)


def _living_orders(reading: _Reading, draft_id: int) -> LivingOrders:
    """Look for what the missing draft may have become before it went."""
    with reading.db.transaction() as session:
        sale = sale_of(session, session.get_one(Order, reading.order_id))
        attempts = attempts_of(session, reading.order_id)
    return living_orders(reading.shop, sale, attempts, recorded=draft_id)


def _conclude_missing(
    session: Session, order: Order, living: LivingOrders, *, now: datetime
) -> datetime | None:
    """Conclude from a look that found no draft, or say when to look again.

    Copies do not keep an order alive; what may be its own, or is there twice, is for staff to say.
    """
    if living.own or living.unclear:
        attention = f"{ANOTHER_ORDER}: {living.names} carries this order's token, and its draft is gone"
        if order.attention != attention:
            order.attention = attention
            record_event(session, order, "attention", actor="shopify", reason=attention, now=now)
        return None
    again = missing_draft(session, order, now=now)
    for copy in living.copies:
        note_copy(session, order, f"order {copy.name}", {"shopify_order_id": copy.order_id}, now=now)
    return again


def _another_of_ours(reading: _Reading, missing_id: int) -> PlacedDraft | None:
    """Look for another draft that an attempt of ours made, before the order counts as deleted (decision 47)."""
    with reading.db.transaction() as session:
        order = session.get_one(Order, reading.order_id)
        sale = sale_of(session, order)
        others = [
            attempt
            for attempt in attempts_of(session, order.id)
            if is_open(attempt) or (attempt.draft_id not in (None, missing_id) and attempt.outcome != REMOVED)
        ]
    found = find_ours(reading.shop, sale, others) if others else {}
    living = [placed for placed in found.values() if placed.draft_id != missing_id]
    return min(living, key=lambda placed: (placed.order_id is None, placed.draft_id), default=None)


def _keep_draft(session: Session, order: Order, placed: PlacedDraft, *, now: datetime) -> None:
    if order.draft_id != placed.draft_id:
        order.draft_id, order.draft_name = placed.draft_id, placed.name
        reserve_stock.doubt_hold(session, order)
        detail = {"draft_id": placed.draft_id, "draft_name": placed.name}
        record_event(session, order, "draft_found", actor="bridge", now=now, detail=detail)
    differing = differences(draft_of(sale_of(session, order), attempt=1), placed)
    if placed.order_id is not None:
        record_shop_order(
            session,
            order,
            shop_order_id=placed.order_id,
            name=placed.order_name,
            actor="shopify",
            now=now,
            differing=differing,
        )
        return
    _flag_draft(session, order, differing, now=now)


def _flag_draft(session: Session, order: Order, differing: Differences, *, now: datetime) -> None:
    """Tell staff how an open draft differs from what was sent, or that it no longer does (decision 34b)."""
    others = [reason for reason in order.review_reasons if reason not in _DIFFER]
    ours = (order.attention or "").split(":")[0] in _DIFFER
    if differing:
        order.review_reasons = sorted({*others, *differing.reasons})
        attention = f"{differing.reasons[0]}: {differing}"
        if order.attention != attention and (order.attention is None or ours):
            order.attention = attention
            record_event(session, order, "attention", actor="shopify", reason=attention, now=now)
        return
    order.review_reasons = others
    order.attention = None if ours else order.attention


def _read_shop_order(reading: _Reading, shop_order_id: int) -> None:
    found = reading.shop.order(shop_order_id)
    can_see = found is not None or missing_order.can_see_orders(reading.shop.profile())

    def note(session: Session, order: Order, now: datetime) -> datetime | None:
        if order.shopify_order_id != shop_order_id:
            return None  # Linked to another one meanwhile, which asked for another look.
        if found is None:
            return missing_order.missing_order(session, order, can_see=can_see, now=now)
        order.shopify_order_name = found.name
        store_facts.take_order(session, order, found, by_read=True, now=now)
        _flag_order(session, order, found, now=now)
        return None

    reading.note(note)


def _flag_order(session: Session, order: Order, found: ShopOrder, *, now: datetime) -> None:
    """Note how the shop order differs from the cart, once; the partner's amounts stay (decision 34b).

    After a parcel, a refund or a cancellation an order differs from its cart by itself.
    """
    if found.cancelled_at or found.fulfillments or found.refunds:
        return
    differing = differences(draft_of(sale_of(session, order), attempt=1), found)
    if set(differing.reasons) - set(order.review_reasons):
        order.review_reasons = sorted({*order.review_reasons, *differing.reasons})
        record_event(session, order, "differs", actor="shopify", reason=str(differing), now=now)
