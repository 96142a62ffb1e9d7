"""The journal of push attempts, read back from the shop where a restored database has lost it (ADR 0010)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bridge.domain.draft_differences import is_ours
from bridge.domain.draft_order import Sale, draft_of
from bridge.domain.references import attempt_named, token_of
from bridge.domain.shop import Shop
from bridge.domain.shop_values import PlacedDraft
from bridge.models import Order, PushAttempt
from bridge.services.adopt_draft import CLOCKS_APART, UNKNOWN, attempts_of
from bridge.services.order_turn import Entry, Turn

DRAFT_IN_SHOP = "draft_in_shop"

_LOOK_AGAIN_SECONDS = 10


def may_have_lost(order: Order, attempts: Sequence[PushAttempt], *, restored: datetime | None) -> bool:
    """Tell whether attempts at this order may have been lost when the database was restored, if it was.

    An order that was accepted afterwards, or tried since, has its whole journal here.
    """
    if restored is None or order.created_at > restored:
        return False
    return not any(attempt.started_at >= restored for attempt in attempts)


def rebuild_journal(
    turn: Turn, shop: Shop, sale: Sale, *, restored: datetime
) -> Sequence[PushAttempt] | None:
    """Journal every draft in the shop that an attempt of ours made, as one whose outcome is unknown.

    What becomes of them is then decided as after any lost answer. Nothing found counts only once what was
    sent before the restore must have appeared; and a draft that names the order without being what was sent
    is left to staff, since making another could be making it twice.

    :returns: all attempts at the order; None when the turn has ended with waiting
    :raises ShopError: nothing was learned
    """
    with turn.entry() as entry:
        since = entry.order.created_at - CLOCKS_APART
        patience = (restored - entry.now + timedelta(seconds=turn.timing.grace_seconds)).total_seconds()
    ours: dict[int, PlacedDraft] = {}
    others: list[str] = []
    for placed in shop.newest_drafts(since=since, token=token_of(sale.order_id)):
        number = attempt_named(placed.attributes)
        if number is not None and is_ours(draft_of(sale, attempt=number), placed):
            ours[number] = placed  # Newest first: the oldest stays, a copy is younger than what it copies.
        else:
            others.append(placed.name)
    with turn.entry() as entry:
        for number, placed in sorted(ours.items()):
            _journal(entry, number, placed)
        entry.session.flush()
        if ours:
            return attempts_of(entry.session, turn.order_id)
        if others:
            names = ", ".join(reversed(others))
            entry.park(DRAFT_IN_SHOP, f"{names} names this order and is not what was sent; delete or link it")
            return None
        if patience > 0:
            reason = "the database was restored: what Shopify was sent before may still appear"
            entry.wait(min(patience, _LOOK_AGAIN_SECONDS), reason)
            return None
        return attempts_of(entry.session, turn.order_id)


def _journal(entry: Entry, number: int, placed: PlacedDraft) -> None:
    known = {attempt.number: attempt for attempt in attempts_of(entry.session, entry.order.id)}
    attempt = known.get(number)
    if attempt is None:
        attempt = PushAttempt(
            order_id=entry.order.id,
            number=number,
            started_at=placed.created_at,
            gives_up_at=placed.created_at,
        )
        entry.session.add(attempt)
    elif attempt.draft_id is not None:
        return
    attempt.draft_id = placed.draft_id
    attempt.outcome = UNKNOWN
    attempt.finished_at = attempt.finished_at or placed.created_at
    detail = {"draft_id": placed.draft_id, "draft_name": placed.name, "attempt": number}
    entry.event("attempt_recovered", reason="the database was restored", detail=detail)
