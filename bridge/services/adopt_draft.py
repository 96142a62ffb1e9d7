"""Which draft in the shop is the one an attempt of ours made, when nobody heard the answer (decisions 31 and 46)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge import jobs
from bridge.domain.draft_differences import is_ours
from bridge.domain.draft_order import Sale, draft_of
from bridge.domain.references import token_of
from bridge.domain.shop import Shop
from bridge.domain.shop_values import PlacedDraft
from bridge.models import Order, PushAttempt
from bridge.services.copies import note_copy

# PostgreSQL's clock and Shopify's may differ by this much.
CLOCKS_APART = timedelta(minutes=2)
# However long Shopify takes over a request that was given up, a draft younger than this is not what came of it.
_LATEST = timedelta(minutes=10)

# What became of an attempt (PushAttempt.outcome).
PLACED = "placed"
UNAVAILABLE = "unavailable"
REFUSED = "refused"
UNKNOWN = "unknown"
RESOLVED_ABSENT = "resolved_absent"
SPARE = "spare"  # a draft that was made for certain, and is not, or no more to be, the order's own
REMOVED = "removed"  # a spare draft of ours, deleted, or the second order it became is dealt with


def note_candidate(session: Session, *, order_id: UUID, attempt: int, draft_id: int, now: datetime) -> None:
    """Note that a draft naming this attempt was heard of, and have it looked at where its outcome is open.

    Only a candidate: whether the attempt made it, `find_ours` decides by reading it. A second draft that names
    an attempt is a copy, which is put on the order's timeline and otherwise left alone.
    """
    order = session.scalar(select(Order).where(Order.id == order_id).with_for_update())
    if order is None:
        return
    tried = session.scalar(
        select(PushAttempt).where(PushAttempt.order_id == order_id, PushAttempt.number == attempt)
    )
    if tried is None or tried.draft_id not in (None, draft_id):
        note_copy(session, order, f"draft {draft_id}", {"draft_id": draft_id}, now=now)
        return
    if tried.outcome in (PLACED, REMOVED):
        return
    tried.draft_id = draft_id
    # While the attempt is running, whoever makes it hears the answer first.
    if tried.outcome is not None or tried.gives_up_at <= now:
        jobs.request(session, jobs.PUSH_ORDER, order_id=order_id)


def attempts_of(session: Session, order_id: UUID) -> Sequence[PushAttempt]:
    """Return every attempt at an order, first to last."""
    return session.scalars(
        select(PushAttempt).where(PushAttempt.order_id == order_id).order_by(PushAttempt.number)
    ).all()


def close_attempt(
    session: Session,
    order_id: UUID,
    number: int,
    outcome: str,
    *,
    now: datetime,
    error: str | None = None,
    draft_id: int | None = None,
) -> None:
    """Journal what became of an attempt.

    :param draft_id: what it made, where that is news
    """
    [attempt] = [each for each in attempts_of(session, order_id) if each.number == number]
    attempt.outcome = outcome
    attempt.error = error
    attempt.draft_id = draft_id or attempt.draft_id
    attempt.finished_at = now


def reopen_attempt(session: Session, order_id: UUID, draft_id: int) -> None:
    """Have a draft that an attempt is known to have made taken away: it is not, or no more to be, the order's own."""
    for attempt in attempts_of(session, order_id):
        if attempt.draft_id == draft_id:
            attempt.outcome = SPARE
            jobs.request(session, jobs.PUSH_ORDER, order_id=order_id)


def leave_draft(session: Session, order: Order) -> None:
    """Make the order's own draft a spare one, since the order has become a shop order without it.

    :param order: locked by the caller
    """
    if order.draft_id is not None:
        reopen_attempt(session, order.id, order.draft_id)
        order.draft_id = order.draft_name = None


def is_open(attempt: PushAttempt) -> bool:
    """Tell whether nobody knows what became of an attempt: unanswered, or its process died.

    One that was believed not to have made anything is open again once a draft was heard of.
    """
    if attempt.outcome == RESOLVED_ABSENT:
        return attempt.draft_id is not None
    return attempt.outcome in (None, UNKNOWN)


def find_ours(shop: Shop, sale: Sale, attempts: Sequence[PushAttempt]) -> Mapping[int, PlacedDraft]:
    """Look in the shop for what these attempts made; the answer is by attempt number.

    A draft that was heard of is read by its id. For the rest every page of the newest drafts is read, not
    searched: the index of searches lags behind.

    :param attempts: at least one, all open
    :raises ShopError: nothing was learned
    """
    found: dict[int, PlacedDraft] = {}
    for attempt in attempts:
        placed = shop.draft(attempt.draft_id) if attempt.draft_id is not None else None
        if placed is not None and _made_by(attempt, sale, placed):
            found[attempt.number] = placed
    rest = [attempt for attempt in attempts if attempt.number not in found]
    if not rest:
        return found
    since = min(attempt.started_at for attempt in rest) - CLOCKS_APART
    for placed in shop.newest_drafts(since=since, token=token_of(sale.order_id)):
        for attempt in rest:
            # Newest first, so the last one found is the oldest: a copy is always younger than what it copies.
            if _made_by(attempt, sale, placed):
                found[attempt.number] = placed
    return found


def _made_by(attempt: PushAttempt, sale: Sale, placed: PlacedDraft) -> bool:
    in_window = attempt.started_at - CLOCKS_APART <= placed.created_at <= attempt.gives_up_at + _LATEST
    return in_window and is_ours(draft_of(sale, attempt=attempt.number), placed)
