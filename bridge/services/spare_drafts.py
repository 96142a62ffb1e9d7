"""Drafts of ours beside the recorded one: deleted, taken over, or canceled as second orders (decision 47).

Only what an attempt of ours is known to have made, or made by what `find_ours` says, is touched (decision 46).
"""

from collections.abc import Mapping, Sequence

from bridge import jobs
from bridge.domain.draft_order import Sale
from bridge.domain.shop import Shop
from bridge.domain.shop_values import PlacedDraft
from bridge.models import PushAttempt
from bridge.services.adopt_draft import (
    PLACED,
    REMOVED,
    SPARE,
    attempts_of,
    close_attempt,
    find_ours,
    reopen_attempt,
)
from bridge.services.cancel_in_shop import HasShipped, cancel_in_shop
from bridge.services.copies import note_second_order
from bridge.services.delete_draft import delete_draft
from bridge.services.order_turn import Entry, Turn
from bridge.services.record_shop_order import record_shop_order

# The cancellation is a job of Shopify's, done within seconds.
_LOOK_AGAIN_SECONDS = 2


def note_spares(entry: Entry, found: Mapping[int, PlacedDraft]) -> None:
    """Note which drafts of ours are too many, by attempt, and have them removed by a turn of their own."""
    for attempt in attempts_of(entry.session, entry.order.id):
        if attempt.number in found:
            attempt.draft_id = found[attempt.number].draft_id
    if found:
        jobs.request(entry.session, jobs.PUSH_ORDER, order_id=entry.order.id)


def spares(attempts: Sequence[PushAttempt], recorded: int | None) -> list[PushAttempt]:
    """Return the attempts of which a draft was heard that is not, or no more to be, the order's own."""
    return [
        attempt
        for attempt in attempts
        if attempt.draft_id not in (None, recorded) and attempt.outcome not in (PLACED, REMOVED)
    ]


def remove_spares(turn: Turn, shop: Shop, sale: Sale, heard_of: Sequence[PushAttempt]) -> bool:
    """Leave the order one draft or one shop order: an attempt believed absent has appeared after all.

    :param heard_of: what `spares` returned
    :returns: False when the turn has ended with waiting
    :raises ShopError: the rest is another turn's
    """
    found = _found(shop, sale, heard_of)
    for number, placed in found.items():
        completed = placed if placed.order_id is not None else delete_draft(shop, placed.draft_id)
        if completed is None or completed.order_id is None:
            with turn.entry() as entry:
                close_attempt(entry.session, turn.order_id, number, REMOVED, now=entry.now)
                detail = {"draft_id": placed.draft_id, "draft_name": placed.name}
                entry.event("spare_draft_deleted", detail=detail)
        elif not _took_over(turn, number, completed) and not second_is_gone(
            turn, shop, number, completed.order_id
        ):
            return False
    with turn.entry() as entry:
        for attempt in heard_of:
            if attempt.number not in found:  # What was heard of is a copy that staff made, or gone.
                close_attempt(entry.session, turn.order_id, attempt.number, REMOVED, now=entry.now)
    return True


def _found(shop: Shop, sale: Sale, heard_of: Sequence[PushAttempt]) -> dict[int, PlacedDraft]:
    """Return the drafts that are there, by attempt. One that is known as ours is so whatever staff made of it."""
    found: dict[int, PlacedDraft] = {}
    for attempt in heard_of:
        if attempt.outcome == SPARE and attempt.draft_id is not None:
            placed = shop.draft(attempt.draft_id)
            if placed is not None:
                found[attempt.number] = placed
    candidates = [attempt for attempt in heard_of if attempt.outcome != SPARE]
    if candidates:
        found.update(find_ours(shop, sale, candidates))
    return found


def _took_over(turn: Turn, number: int, placed: PlacedDraft) -> bool:
    """Make a completed spare the order's own where none was completed before: the first one wins."""
    with turn.entry() as entry:
        order, former = entry.order, entry.order.draft_id
        if order.shopify_order_id not in (None, placed.order_id):
            return False
        assert placed.order_id is not None
        if former is not None:
            reopen_attempt(entry.session, turn.order_id, former)
        close_attempt(entry.session, turn.order_id, number, PLACED, now=entry.now)
        order.draft_id, order.draft_name = placed.draft_id, placed.name
        record_shop_order(
            entry.session,
            order,
            shop_order_id=placed.order_id,
            name=placed.order_name,
            actor="shopify",
            now=entry.now,
        )
    return True


def second_is_gone(turn: Turn, shop: Shop, number: int, second_id: int) -> bool:
    """Cancel a second order, or tell staff that it has shipped; False when the turn has ended with waiting.

    :param number: the attempt that made it
    """
    second = shop.order(second_id)
    name = str(second_id) if second is None else second.name
    with turn.entry() as entry:
        note_second_order(entry.session, entry.order, second_id, name, now=entry.now)
        own = entry.order.shopify_order_name

    def tell_not_restocked() -> None:
        with turn.entry() as entry:
            entry.attend("not_restocked", f"the second order {name} is canceled without restocking its units")

    shipped = False
    if second is not None:
        note = f"made twice by mistake; the customer's order is {own}"
        try:
            gone = cancel_in_shop(
                shop, second, reason="other", note=note, tell_not_restocked=tell_not_restocked
            )
        except HasShipped:
            gone = shipped = True
        if not gone:
            with turn.entry() as entry:
                entry.wait(_LOOK_AGAIN_SECONDS, "Shopify is canceling a second order")
            return False
    with turn.entry() as entry:
        close_attempt(entry.session, turn.order_id, number, REMOVED, now=entry.now)
        _forget_as_copy(entry, name)
        if shipped:
            entry.attend("second_order", f"{name} is a second order of this cart, and it has shipped")
        else:
            entry.event("second_order_canceled", detail={"shopify_order_name": name})
    return True


def _forget_as_copy(entry: Entry, name: str) -> None:
    """Staff need not look any more: a webhook about the second order may have come before we knew it as ours."""
    if (entry.order.attention or "").startswith(f"copy_in_shop: order {name} "):
        entry.order.attention = None
