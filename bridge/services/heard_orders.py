"""Shop orders that name an attempt of ours and are not recorded: what they are is settled in a turn of their order.

Such an order is our own where a checkout made it that an update had cut loose from the draft (decision 48), or where
the draft was completed while it was being deleted; the second of an order that has one by now; or made from a copy. An
attempt keeps the one it was named by, since a search may not show it for a while.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge import jobs
from bridge.domain.draft_order import Sale
from bridge.domain.order_status import ENDED, OrderStatus
from bridge.domain.references import attempt_named
from bridge.domain.shop import Shop
from bridge.models import Order, PushAttempt
from bridge.services.adopt_draft import PLACED, attempts_of, leave_draft
from bridge.services.copies import is_noted, is_second_order, note_copy
from bridge.services.living_orders import LivingOrders, living_orders, take_over
from bridge.services.order_turn import Turn
from bridge.services.record_shop_order import record_shop_order
from bridge.services.spare_drafts import second_is_gone


def hear_of_order(
    session: Session, order: Order, *, shop_order_id: int, attributes: Mapping[str, str]
) -> bool:
    """Keep that the shop has an order which names an attempt at this one, and have it looked at in a turn.

    :param order: locked by the caller; `shop_order_id` is not its recorded shop order
    :returns: False where there is nothing to look at: it is decided, or cannot be anything but a copy
    """
    if is_noted(session, order, {"shopify_order_id": shop_order_id}):
        return False
    attempt = session.scalar(
        select(PushAttempt).where(
            PushAttempt.order_id == order.id, PushAttempt.number == attempt_named(attributes)
        )
    )
    if attempt is None or (order.shopify_order_id is not None and _made_its_own(attempt, order.draft_id)):
        return False
    # Another one is settled first; then comparing finds this one.
    if attempt.shopify_order_id in (None, order.shopify_order_id):
        attempt.shopify_order_id = shop_order_id
    jobs.request(session, jobs.PUSH_ORDER, order_id=order.id)
    return True


def heard_of(attempts: Sequence[PushAttempt], own: int | None) -> list[PushAttempt]:
    """Return the attempts that were named by a shop order which is not the order's own."""
    return [attempt for attempt in attempts if attempt.shopify_order_id not in (None, own)]


def settle_heard_orders(turn: Turn, shop: Shop, sale: Sale) -> bool:
    """Take an order over that came of ours where there is none yet, cancel a second one, tell staff of copies.

    What is not clear is left as it is: confirming looks again, and what stays unlinked is told to staff.

    :returns: False when the turn has ended with waiting
    :raises ShopError: nothing was decided
    """
    with turn.entry() as entry:
        order = entry.order
        own, recorded = order.shopify_order_id, order.draft_id
        attempts = attempts_of(entry.session, order.id)
        is_closing = order.intent is not None and OrderStatus(order.status) not in ENDED
        # Whoever began to have one canceled writes down the end of it, too.
        begun = {
            attempt.number
            for attempt in heard_of(attempts, own)
            if is_second_order(entry.session, order, attempt.shopify_order_id or 0)
        }
    if is_closing or not heard_of(attempts, own):  # Closing looks for what lives by itself.
        return True
    if own is None and recorded is not None:
        own = _made_of(turn, shop, recorded)
    heard = heard_of(attempts, own)
    if not heard:
        return True
    living = living_orders(shop, sale, attempts, recorded=recorded)
    if own is None and len(living) == len(living.own) == 1:
        with turn.entry() as entry:
            if take_over(entry.session, entry.order, living.own[0], now=entry.now):
                leave_draft(entry.session, entry.order)
                _forget(entry.session, heard)
            else:  # What was heard of is looked at again, beside that.
                jobs.request(entry.session, jobs.PUSH_ORDER, order_id=turn.order_id)
        return True
    seconds = set[int]() if own is None else _seconds(heard, living, own=own, recorded=recorded)
    for attempt in heard:
        second = attempt.shopify_order_id
        is_second = second in seconds or attempt.number in begun
        if is_second and second and not second_is_gone(turn, shop, attempt.number, second):
            return False
    copies = living.copies if own is None else (*living.own, *living.unclear, *living.copies)
    news = {attempt.shopify_order_id for attempt in heard}.difference(seconds)
    with turn.entry() as entry:
        for copy in copies:
            if copy.order_id in news:
                ids = {"shopify_order_id": copy.order_id}
                note_copy(entry.session, entry.order, f"order {copy.name}", ids, now=entry.now)
        _forget(entry.session, heard)
    return True


def _made_of(turn: Turn, shop: Shop, recorded: int) -> int | None:
    """Record what the order's own draft has become, if it has; staff were faster than the webhook about it."""
    placed = shop.draft(recorded)
    if placed is None or placed.order_id is None:
        return None
    with turn.entry() as entry:
        if entry.order.shopify_order_id is None:
            record_shop_order(
                entry.session,
                entry.order,
                shop_order_id=placed.order_id,
                name=placed.order_name,
                actor="shopify",
                now=entry.now,
            )
        return entry.order.shopify_order_id


def _seconds(
    heard: Sequence[PushAttempt], living: LivingOrders, *, own: int, recorded: int | None
) -> set[int]:
    """Return which of them are second orders. An attempt makes one: of two that are left of it nobody can say which."""
    others = [order for order in living.own if order.order_id != own]
    times = Counter(attempt_named(order.attributes) for order in others)
    may_have = {attempt.number for attempt in heard if not _made_its_own(attempt, recorded)}
    by_attempt = {order.order_id: attempt_named(order.attributes) for order in others}
    return {
        shop_order_id
        for shop_order_id, number in by_attempt.items()
        if number in may_have and times[number] == 1
    }


def _made_its_own(attempt: PushAttempt, recorded: int | None) -> bool:
    """Tell whether the attempt made the order's own draft: what else names it was made from a copy of that."""
    return attempt.outcome == PLACED and attempt.draft_id == recorded


def _forget(session: Session, heard: Sequence[PushAttempt]) -> None:
    for attempt in heard:
        kept = session.get_one(PushAttempt, attempt.id)
        if kept.shopify_order_id == attempt.shopify_order_id:
            kept.shopify_order_id = None
