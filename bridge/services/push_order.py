"""Make the Shopify draft of an order, once: journal, look, send, record (decisions 30, 31, 46)."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from bridge import failpoints, jobs
from bridge.db import Database
from bridge.domain.draft_differences import differences
from bridge.domain.draft_order import Sale, draft_of
from bridge.domain.errors import OutcomeUnknown, PutOff, ShopError, ShopRefused, ShopUnavailable
from bridge.domain.shop import Shop
from bridge.domain.shop_values import Draft, PlacedDraft
from bridge.models import PushAttempt
from bridge.services.adopt_draft import (
    PLACED,
    REFUSED,
    RESOLVED_ABSENT,
    UNAVAILABLE,
    UNKNOWN,
    attempts_of,
    close_attempt,
    find_ours,
    is_open,
)
from bridge.services.heard_orders import heard_of, settle_heard_orders
from bridge.services.hold_stock import wants_hold
from bridge.services.living_orders import ANOTHER_ORDER, living_orders, take_over
from bridge.services.lost_carts import was_made_before
from bridge.services.order_draft import sale_of
from bridge.services.order_turn import BUDGET_SECONDS, Entry, Timing, Turn, TurnLost, order_turn
from bridge.services.rebuild_journal import may_have_lost, rebuild_journal
from bridge.services.restored import restored_at
from bridge.services.spare_drafts import note_spares, remove_spares, spares

# While a draft of unknown outcome may still appear, it is looked for this often.
_LOOK_AGAIN_SECONDS = 10


def push_order(db: Database, shop: Shop, *, order_id: UUID, timing: Timing) -> None:
    """Create the draft of one order of ours, or find the one that an earlier attempt has made.

    :raises ShopError: after recording it
    """
    with order_turn(db, jobs.PUSH_ORDER, order_id=order_id, timing=timing) as turn:
        if turn is None:
            return
        with turn.entry() as entry:
            sale = sale_of(entry.session, entry.order)
            attempts = attempts_of(entry.session, order_id)
            placed_before = entry.order.draft_id
            wanted = placed_before is None and _is_wanted(entry)
            restored = restored_at(entry.session, now=entry.now) if wanted else None
            may_have_more = may_have_lost(entry.order, attempts, restored=restored)
            too_many = [] if wanted else spares(attempts, placed_before)
            heard = [] if wanted else heard_of(attempts, entry.order.shopify_order_id)
            if not wanted and not too_many and not heard:
                entry.finish()
                return
        if not wanted:
            if remove_spares(turn, shop, sale, too_many) and settle_heard_orders(turn, shop, sale):
                with turn.entry() as entry:
                    entry.finish()
            return
        known: Sequence[PushAttempt] | None = attempts
        if restored is not None and may_have_more:
            known = rebuild_journal(turn, shop, sale, restored=restored)
        if known is None:
            return
        if restored is not None and not known and was_made_before(turn, shop, sale, restored=restored):
            return
        unanswered = [attempt for attempt in known if is_open(attempt)]
        if unanswered and _settled(turn, shop, sale, unanswered):
            return
        _create(turn, shop, sale)


def _is_wanted(entry: Entry) -> bool:
    """Tell whether the order still needs a draft: it has none, and nobody rejected or canceled it."""
    order = entry.order
    return order.draft_id is None and order.shopify_order_id is None and order.intent is None


def _settled(turn: Turn, shop: Shop, sale: Sale, unanswered: Sequence[PushAttempt]) -> bool:
    """Look for what unanswered attempts made; say whether this turn has ended with that.

    Only a look that began after the grace period says that there is nothing.
    """
    with turn.entry() as entry:
        attempts = attempts_of(entry.session, turn.order_id)
        latest = max(attempt.finished_at or attempt.gives_up_at for attempt in unanswered)
        patience = (latest - entry.now).total_seconds() + turn.timing.grace_seconds
    found = dict(find_ours(shop, sale, unanswered))
    if found:
        # The first completed of ours wins (decision 47).
        number = min(found, key=lambda each: (found[each].order_id is None, each))
        placed = found.pop(number)
        with turn.entry() as entry:
            _place(entry, draft_of(sale, attempt=number), number, placed, event="draft_found")
            note_spares(entry, found)
            entry.finish()
        return True
    if patience > 0:
        with turn.entry() as entry:
            entry.wait(
                min(patience, _LOOK_AGAIN_SECONDS),
                "an attempt's outcome is unknown; it is looked for before another is made",
            )
        return True
    living = living_orders(shop, sale, attempts, recorded=None)
    with turn.entry() as entry:
        if living.unclear or len(living.own) > 1:  # The attempts stay open: the next turn looks again.
            entry.park(
                ANOTHER_ORDER, f"{living.names} carries this order's token; link it or cancel it first"
            )
            return True
        numbers = {attempt.number for attempt in unanswered}
        for attempt in attempts_of(entry.session, turn.order_id):
            if attempt.number in numbers:
                attempt.outcome = RESOLVED_ABSENT
                attempt.draft_id = None
                attempt.finished_at = attempt.finished_at or entry.now
        if living.own:  # Its draft was completed and deleted before it was seen.
            take_over(entry.session, entry.order, living.own[0], now=entry.now)
            entry.finish()
    return bool(living.own)


def _create(turn: Turn, shop: Shop, sale: Sale) -> None:
    """Send one journaled attempt and record its outcome.

    :raises ShopError: after journaling what is known of it
    """
    _refuse_what_cannot_be_shown(shop, draft_of(sale, attempt=1))
    with turn.entry() as entry:
        if not _is_wanted(entry):  # Rejected since the turn began.
            entry.finish()
            return
        number = 1 + max((a.number for a in attempts_of(entry.session, turn.order_id)), default=0)
        gives_up_at = entry.now + timedelta(seconds=turn.timing.call_seconds + BUDGET_SECONDS)
        entry.session.add(
            PushAttempt(order_id=turn.order_id, number=number, started_at=entry.now, gives_up_at=gives_up_at)
        )
    draft = draft_of(sale, attempt=number)
    failpoints.hit("push.claimed")
    try:
        turn.fence()
        failpoints.hit("push.fenced")
        placed = shop.create_draft(draft)
    except PutOff:  # Nothing was sent or done; a backlog must not fill the journal with that.
        with turn.entry() as entry:
            tried = attempts_of(entry.session, turn.order_id)
            entry.session.delete(next(each for each in tried if each.number == number))
        raise
    except (ShopError, TurnLost) as error:
        with turn.entry() as entry:
            outcome = _outcome_of(error)
            close_attempt(entry.session, turn.order_id, number, outcome, now=entry.now, error=error.message)
        raise
    failpoints.hit("push.sent")
    with turn.entry() as entry:
        _place(entry, draft, number, placed, event="draft_created")
        entry.finish()
    failpoints.hit("push.recorded")


def _refuse_what_cannot_be_shown(shop: Shop, draft: Draft) -> None:
    """Stop before a discount in a currency that Shopify would convert: the total could not be exact.

    :raises ShopRefused: staff decide
    """
    if not draft.discount:
        return
    takes = shop.profile().currency
    if draft.currency != takes:
        raise ShopRefused(
            f"the total is lower than the lines by {draft.discount} {draft.currency}, and Shopify takes"
            f" a discount in {takes} only"
        )


def _outcome_of(error: ShopError | TurnLost) -> str:
    match error:
        case OutcomeUnknown():
            return UNKNOWN
        case ShopRefused():
            return REFUSED
        case ShopUnavailable() | TurnLost():  # Surely nothing was sent, or nothing was done.
            return UNAVAILABLE
        case _:
            return UNKNOWN


def _place(entry: Entry, draft: Draft, number: int, placed: PlacedDraft, *, event: str) -> None:
    """Record the draft as the order's, and ask for what was waiting for it.

    Not where the order has another one by now, because this worker was frozen until the next attempt was over:
    then it is a spare, deleted by a turn of its own.
    """
    order = entry.order
    if order.draft_id not in (None, placed.draft_id):
        close_attempt(entry.session, order.id, number, UNKNOWN, now=entry.now, draft_id=placed.draft_id)
        jobs.request(entry.session, jobs.PUSH_ORDER, order_id=order.id)
        return
    close_attempt(entry.session, order.id, number, PLACED, now=entry.now, draft_id=placed.draft_id)
    order.draft_id = placed.draft_id
    order.draft_name = placed.name
    order.attention = None
    entry.event(event, detail={"draft_id": placed.draft_id, "draft_name": placed.name, "attempt": number})
    differing = differences(draft, placed)
    if differing:
        order.review_reasons = sorted({*order.review_reasons, *differing.reasons})
        entry.attend(differing.reasons[0], str(differing))
    if placed.order_id is not None:  # Staff were faster than our look.
        jobs.request(entry.session, jobs.READ_ORDER, order_id=order.id)
    if order.intent is not None:
        jobs.request(entry.session, jobs.CLOSE_ORDER, order_id=order.id)
    elif order.confirm_requested_at is not None:
        jobs.request(entry.session, jobs.CONFIRM_ORDER, order_id=order.id)
    elif wants_hold(order, entry.timing):
        jobs.request(entry.session, jobs.HOLD_STOCK, order_id=order.id)
