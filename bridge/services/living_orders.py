"""Which living orders of the shop carry an order's token, and which of them came of what we made (decisions 46 to 48).

An order of the shop does not say what draft it was; a draft says what order it became. Where no draft says so, because
it was deleted since or a checkout that was begun on it made the order, what the order carries has to tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bridge.domain.draft_differences import is_ours
from bridge.domain.draft_order import Sale, draft_of
from bridge.domain.references import attempt_named, token_of
from bridge.domain.shop import Shop
from bridge.domain.shop_values import ShopOrder
from bridge.models import Order, PushAttempt
from bridge.services.adopt_draft import CLOCKS_APART, PLACED, REMOVED, SPARE, find_ours
from bridge.services.record_shop_order import record_shop_order

# Why an order waits for staff: the shop has a living order that may be its own, or more than one.
ANOTHER_ORDER = "another_order"


@dataclass(frozen=True, slots=True)
class LivingOrders:
    """Orders that carry the token and are not canceled.

    `own` came of a draft of ours. `unclear` names an attempt of ours, is not what was sent, and no draft became it: our
    draft as staff had edited it, or a copy of it. `copies` are the rest.
    """

    own: tuple[ShopOrder, ...] = ()
    unclear: tuple[ShopOrder, ...] = ()
    copies: tuple[ShopOrder, ...] = ()

    @property
    def names(self) -> str:
        """Return how staff find them in the shop."""
        return ", ".join(order.name for order in (*self.own, *self.unclear, *self.copies))

    def __len__(self) -> int:
        return len(self.own) + len(self.unclear) + len(self.copies)


def living_orders(
    shop: Shop, sale: Sale, attempts: Sequence[PushAttempt], *, recorded: int | None
) -> LivingOrders:
    """Ask the shop; one request where there is none. The search lags: none found does not prove that there is none.

    :param attempts: all attempts at the order
    :param recorded: the order's draft, which may be gone
    :raises ShopError: nothing was learned
    """
    found = _living(shop, sale, attempts)
    if not found or not attempts:
        return LivingOrders(copies=tuple(found))
    since = min(attempt.started_at for attempt in attempts) - CLOCKS_APART
    drafts = shop.newest_drafts(since=since, token=token_of(sale.order_id))
    made_by = {draft.order_id: draft.draft_id for draft in drafts if draft.order_id is not None}
    ours = {recorded, *(attempt.draft_id for attempt in attempts if attempt.outcome in (PLACED, SPARE))}
    unplaced = [attempt for attempt in attempts if attempt.outcome not in (PLACED, SPARE, REMOVED)]
    if unplaced and not ours.issuperset(made_by.values()):
        ours |= {draft.draft_id for draft in find_ours(shop, sale, unplaced).values()}
    numbers = {attempt.number for attempt in attempts}
    own: list[ShopOrder] = []
    unclear: list[ShopOrder] = []
    copies: list[ShopOrder] = []
    for order in found:
        number = attempt_named(order.attributes)
        if order.order_id in made_by:
            (own if made_by[order.order_id] in ours else copies).append(order)
        elif number is None or number not in numbers:
            copies.append(order)
        else:
            (own if is_ours(draft_of(sale, attempt=number), order) else unclear).append(order)
    return LivingOrders(tuple(own), tuple(unclear), tuple(copies))


def _living(shop: Shop, sale: Sale, attempts: Sequence[PushAttempt]) -> list[ShopOrder]:
    """Return what a search shows, and what was heard of and it does not show yet."""
    found = {order.order_id: order for order in shop.find_orders(tag=token_of(sale.order_id))}
    for heard_of in {attempt.shopify_order_id for attempt in attempts} - {None, *found}:
        order = shop.order(heard_of) if heard_of is not None else None
        if order is not None:
            found[order.order_id] = order
    return [order for order in found.values() if order.cancelled_at is None]


def take_over(session: Session, order: Order, own: ShopOrder, *, now: datetime) -> bool:
    """Record the shop order that came of a draft of ours which is gone, also where that had ended the order.

    :param order: locked by the caller
    :returns: False where another one was recorded since the shop was asked: the first one wins
    """
    if order.shopify_order_id not in (None, own.order_id):
        return False
    record_shop_order(session, order, shop_order_id=own.order_id, name=own.name, actor="shopify", now=now)
    return True
