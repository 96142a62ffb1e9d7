"""Close Shopify's end of an order that was rejected or canceled; only then does the status move (decision 42)."""

from collections.abc import Collection, Sequence
from uuid import UUID

from bridge import failpoints, jobs
from bridge.db import Database
from bridge.domain.draft_order import Sale
from bridge.domain.order_status import ENDED, OrderStatus
from bridge.domain.shop import Shop
from bridge.domain.shop_values import ShopOrder
from bridge.models import PushAttempt
from bridge.services import reserve_stock
from bridge.services.adopt_draft import PLACED, attempts_of, find_ours, is_open, reopen_attempt
from bridge.services.cancel_in_shop import HasShipped, cancel_in_shop, living_parcels
from bridge.services.close_custom_lines import closing_ids, forget_closing
from bridge.services.delete_draft import delete_draft
from bridge.services.living_orders import ANOTHER_ORDER, living_orders, take_over
from bridge.services.move_order import take_move
from bridge.services.order_decisions import REJECT
from bridge.services.order_draft import sale_of
from bridge.services.order_turn import Entry, Timing, Turn, order_turn
from bridge.services.rebuild_journal import may_have_lost, rebuild_journal
from bridge.services.record_shop_order import record_shop_order
from bridge.services.restored import restored_at

NOT_IN_SHOP = "order_not_in_shop"

# The cancellation is a job of Shopify's, done within seconds.
_LOOK_AGAIN_SECONDS = 2


def close_order(db: Database, shop: Shop, *, order_id: UUID, timing: Timing) -> None:
    """Delete the drafts and cancel the shop order of a rejected or canceled order, then move its status.

    Without any attempt to push there is nothing to close and Shopify is not called, unless the database was
    restored and may have lost one. A shop order that is heard of only when the order has ended, since a draft was
    completed while it was being deleted, is canceled all the same. What has shipped cannot be canceled: then the
    intent is dropped with that reason.

    :raises ShopError: after recording it
    """
    with order_turn(db, jobs.CLOSE_ORDER, order_id=order_id, timing=timing) as turn:
        if turn is None:
            return
        with turn.entry() as entry:
            order = entry.order
            is_closed = OrderStatus(order.status) in ENDED and order.shopify_order_id is None
            if order.intent is None or is_closed:
                entry.finish()
                return
            sale = sale_of(entry.session, order)
            attempts = attempts_of(entry.session, order_id)
            shop_order_id, recorded = order.shopify_order_id, order.draft_id
            restored = restored_at(entry.session, now=entry.now)
            may_have_more = may_have_lost(order, attempts, restored=restored)
        failpoints.hit("close.claimed")
        if shop_order_id is None:
            known: Sequence[PushAttempt] | None = attempts
            if restored is not None and may_have_more and recorded is None:
                known = rebuild_journal(turn, shop, sale, restored=restored)
            if known is None or not _unanswered_are_known(turn, shop, sale, known):
                return
            shop_order_id = _delete_drafts(turn, shop, recorded)
            was_made = recorded is not None or known
            if shop_order_id is None and was_made and not _none_is_left(turn, shop, sale, recorded):
                return
        if shop_order_id is not None and not _is_canceled(turn, shop, shop_order_id):
            return
        failpoints.hit("close.sent")
        with turn.entry() as entry:
            if entry.order.shopify_order_id == shop_order_id:
                _close(entry)
            else:
                entry.wait(_LOOK_AGAIN_SECONDS, "a draft became an order while it was being deleted")


def _unanswered_are_known(turn: Turn, shop: Shop, sale: Sale, attempts: Sequence[PushAttempt]) -> bool:
    """Learn what attempts without an answer have made; False while a draft may still appear."""
    unanswered = [attempt for attempt in attempts if is_open(attempt)]
    if not unanswered:
        return True
    with turn.entry() as entry:
        latest = max(attempt.finished_at or attempt.gives_up_at for attempt in unanswered)
        patience = (latest - entry.now).total_seconds() + turn.timing.grace_seconds
    found = find_ours(shop, sale, unanswered)
    with turn.entry() as entry:
        for attempt in attempts_of(entry.session, turn.order_id):
            if attempt.number in found:
                attempt.draft_id = found[attempt.number].draft_id
                attempt.outcome = PLACED
        if patience > 0 and len(found) < len(unanswered):
            entry.wait(min(patience, _LOOK_AGAIN_SECONDS * 5), "a draft of unknown outcome may still appear")
            return False
    return True


def _delete_drafts(turn: Turn, shop: Shop, recorded: int | None) -> int | None:
    """Delete every open draft of ours; return the shop order that one of them has become instead.

    Ours is what was recorded, or found to be made by an attempt: one that was only heard of may be a copy.
    """
    with turn.entry() as entry:
        attempts = attempts_of(entry.session, turn.order_id)
        made = [attempt.draft_id for attempt in attempts if attempt.outcome == PLACED]
    order_id = None
    for draft_id in sorted({draft for draft in (recorded, *made) if draft is not None}):
        completed = delete_draft(shop, draft_id)
        if completed is None or completed.order_id is None:
            continue
        with turn.entry() as entry:
            if order_id is not None:  # The second one is canceled as a spare (decision 47).
                reopen_attempt(entry.session, turn.order_id, draft_id)
                continue
            order_id = completed.order_id
            record_shop_order(
                entry.session,
                entry.order,
                shop_order_id=order_id,
                name=completed.order_name,
                actor="shopify",
                now=entry.now,
            )
    return order_id


def _none_is_left(turn: Turn, shop: Shop, sale: Sale, recorded: int | None) -> bool:
    """Look for the order that a draft of ours became before somebody deleted it; True when there is none.

    Else the turn has ended: the next one cancels what was recorded here, or staff say whose it is.
    """
    with turn.entry() as entry:
        attempts = attempts_of(entry.session, turn.order_id)
    living = living_orders(shop, sale, attempts, recorded=recorded)
    if not living.own and not living.unclear:
        return True
    with turn.entry() as entry:
        if len(living.own) == 1:
            take_over(entry.session, entry.order, living.own[0], now=entry.now)
            entry.finish()  # Recording it has asked for the next turn.
        else:
            sentence = (
                f"{living.names} carries this order's token, and its draft is gone; link it or cancel it"
            )
            entry.park(ANOTHER_ORDER, sentence)
    return False


def _is_canceled(turn: Turn, shop: Shop, shop_order_id: int) -> bool:
    """Have the shop order canceled; False while it is not, or will not be, and the turn has ended."""
    found = shop.order(shop_order_id)
    if found is None:
        with turn.entry() as entry:
            entry.park(NOT_IN_SHOP, "Shopify does not show the order; cancel it there or link the right one")
        return False
    with turn.entry() as entry:
        closing = closing_ids(entry.session, turn.order_id)
        reason, intent = entry.order.intent_reason or "", entry.order.intent

    def tell_not_restocked() -> None:
        with turn.entry() as entry:
            entry.attend("not_restocked", "the order is canceled without restocking its units")

    try:
        if found.cancelled_at is None:
            _take_closing_back(turn, shop, found, closing)
        canceled = cancel_in_shop(
            shop,
            found,
            reason="declined" if intent == REJECT else "other",
            note=reason,
            closing=closing,
            tell_not_restocked=tell_not_restocked,
        )
    except HasShipped as because:
        with turn.entry() as entry:
            _drop_intent(entry, because.message)
        return False
    if not canceled:
        with turn.entry() as entry:
            entry.wait(_LOOK_AGAIN_SECONDS, "Shopify is canceling the order")
    return canceled


def _take_closing_back(turn: Turn, shop: Shop, found: ShopOrder, closing: Collection[int]) -> None:
    """Cancel what only closed lines that are not ours; Shopify cancels no order with living fulfillments.

    :raises HasShipped: there are parcels, too
    """
    living = living_parcels(found)
    if not set(living) <= set(closing):
        raise HasShipped("it has shipped")
    for fulfillment_id in living:
        shop.cancel_fulfillment(fulfillment_id)
        with turn.entry() as entry:
            forget_closing(entry.session, fulfillment_id)


def _drop_intent(entry: Entry, why: str) -> None:
    """Forget what was asked for, since it cannot be done any more, and tell staff."""
    order = entry.order
    asked = order.intent
    entry.event("intent_dropped", reason=why, detail={"asked": asked, "asked_by": order.intent_by})
    order.intent = order.intent_reason = order.intent_by = order.intent_at = None
    entry.attend("intent_dropped", f"the order could not be {asked}ed: {why}")
    jobs.request(entry.session, jobs.READ_ORDER, order_id=order.id)
    entry.finish()


def _close(entry: Entry) -> None:
    """Nothing of the order is alive in Shopify any more: move the status and let go of the stock."""
    order = entry.order
    target = OrderStatus.REJECTED if order.intent == REJECT else OrderStatus.CANCELED
    reserve_stock.release(entry.session, order, entry.now)
    order.rejection_reason = order.intent_reason
    if order.attention is not None and not order.attention.startswith("not_restocked"):
        order.attention = None
    take_move(
        entry.session,
        order,
        target,
        actor=order.intent_by or "bridge",
        reason=order.intent_reason,
        now=entry.now,
    )
    if order.shopify_order_id is not None:
        jobs.request(entry.session, jobs.READ_ORDER, order_id=order.id)
    entry.finish()
