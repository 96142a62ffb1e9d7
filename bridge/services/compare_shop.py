"""What the shop lists against what we hold: one page of orders or drafts, in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge import jobs
from bridge.domain import references
from bridge.domain.shop_values import Named
from bridge.models import Order, OrderEvent, PushAttempt, ShopifyOrder
from bridge.services import find_order
from bridge.services.adopt_draft import CLOCKS_APART, PLACED, REMOVED
from bridge.services.copies import COPY_SEEN, note_copy
from bridge.services.heard_orders import hear_of_order
from bridge.services.lost_carts import cart_of
from bridge.services.stored_facts import READ
from bridge.services.unlinked_orders import note_unlinked

# A webhook about it may still be on its way or in line.
ON_ITS_WAY = timedelta(minutes=1)


@dataclass(slots=True)
class Drift:
    """What a run found. All but `pages`, `looked_at` and `reread` should be zero.

    `behind`: orders that had changed without our hearing of it. `unlinked`: drafts and orders that name an order
    of ours and are not recorded as its own. `lost_work`: rows of work that were missing. `unknown`: drafts and
    orders that name an order we do not have, as `kind id` -> the order they name. `carts`: whose these were.
    """

    pages: int = 0
    looked_at: int = 0
    behind: int = 0
    unlinked: int = 0
    lost_work: int = 0
    reread: int = 0
    unknown: dict[str, str] = field(default_factory=dict)
    carts: dict[str, list[str]] = field(default_factory=dict)

    @property
    def repaired(self) -> int:
        return self.behind + self.unlinked + self.lost_work

    def note_unknown(self, what: str, named: UUID, seen: Named) -> None:
        """Count something that names an order which is not here."""
        self.unknown[what] = str(named)
        self.carts[what] = cart_of(seen.attributes, seen.name)


def compare_orders(session: Session, page: Sequence[Named], drift: Drift, *, now: datetime) -> None:
    """Have read what changed behind our back, and looked for the shop orders that only carry our token.

    An order is left alone only if it was *read* well after its last change: two changes of one second share
    a time, and of those a webhook may have told only the first.
    """
    rows = session.execute(
        select(
            Order.shopify_order_id,
            Order.id,
            ShopifyOrder.shopify_updated_at,
            ShopifyOrder.source,
            ShopifyOrder.stored_at,
        )
        .outerjoin(ShopifyOrder, ShopifyOrder.order_id == Order.id)
        .where(Order.shopify_order_id.in_([seen.id for seen in page]))
    )
    held = {row.shopify_order_id: row for row in rows}
    drift.pages += 1
    for (
        seen
    ) in page:  # First what locks orders: who has one locked may wait for a row of work, never the reverse.
        if seen.id not in held:
            _compare_unlinked(session, seen, drift, now=now)
    for seen in page:
        row = held.get(seen.id)
        if row is None:
            continue
        drift.looked_at += 1
        behind = row.shopify_updated_at is None or row.shopify_updated_at < seen.updated_at
        if behind or row.source != READ or row.stored_at <= seen.updated_at + CLOCKS_APART:
            jobs.request(session, jobs.READ_ORDER, order_id=row.id)
        if behind and seen.updated_at < now - ON_ITS_WAY:
            drift.behind += 1


def _compare_unlinked(session: Session, seen: Named, drift: Drift, *, now: datetime) -> None:
    """Decide on a shop order that is nobody's by its id: foreign, a copy, or ours and to be found by its draft.

    A token links nothing (decision 46): what becomes of the last, `unlinked_orders` says.
    """
    named = references.order_named(seen.tags, seen.attributes)
    if named is None:
        return
    drift.looked_at += 1
    order = find_order.named(session, seen.tags, seen.attributes)
    if order is None:
        drift.note_unknown(f"order {seen.id}", named, seen)
    elif order.shopify_order_id is not None:
        if hear_of_order(session, order, shop_order_id=seen.id, attributes=seen.attributes):
            drift.unlinked += 1
            return
        note_copy(session, order, f"order {seen.name}", {"shopify_order_id": seen.id}, now=now)
    elif note_unlinked(session, order, seen, now=now):
        drift.unlinked += 1


def compare_drafts(session: Session, page: Sequence[Named], drift: Drift, *, now: datetime) -> list[int]:
    """Have looked for the drafts of orders that have none; return those that have to be read to say what they are."""
    drift.pages += 1
    unclear = []
    for seen in page:
        order_id = references.order_named(seen.tags, seen.attributes)
        if order_id is None:
            continue
        drift.looked_at += 1
        order = session.get(Order, order_id)
        if order is None:
            drift.note_unknown(f"draft {seen.id}", order_id, seen)
        elif order.draft_id == seen.id or _is_known(session, order_id, seen.id):
            continue
        elif order.draft_id is None and order.shopify_order_id is None and order.intent is None:
            drift.unlinked += seen.updated_at < now - ON_ITS_WAY
            jobs.request(session, jobs.PUSH_ORDER, order_id=order_id)
        else:
            unclear.append(seen.id)
    return unclear


def _is_known(session: Session, order_id: UUID, draft_id: int) -> bool:
    """Tell whether it was decided before what this draft is: one of an attempt's, or a copy."""
    attempt = select(PushAttempt.id).where(
        PushAttempt.order_id == order_id,
        PushAttempt.draft_id == draft_id,
        PushAttempt.outcome.in_((PLACED, REMOVED)),
    )
    copy = select(OrderEvent.id).where(
        OrderEvent.order_id == order_id,
        OrderEvent.kind == COPY_SEEN,
        OrderEvent.detail == {"draft_id": draft_id},
    )
    return session.scalar(attempt) is not None or session.scalar(copy) is not None
