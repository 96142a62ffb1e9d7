"""Carts that a restored database has forgotten and the shop has not: sent again, they are not made again (ADR 0010).

A partner that misses its order sends it anew, under a key of its own choice. What names the same partner and number
in the shop is then what the customer was promised already.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.domain.draft_order import Sale, draft_of
from bridge.domain.references import PARTNER, PARTNER_ORDER_ID
from bridge.domain.shop import Shop
from bridge.models import Mark, SyncRun
from bridge.services import schedule, sync_runs
from bridge.services.order_turn import Turn
from bridge.services.rebuild_journal import DRAFT_IN_SHOP

# What names an order that we do not have, as `kind id` -> the cart it was made for and its name in the shop.
MARK = "carts_in_shop"
_LOOK_AGAIN_SECONDS = 10


def cart_of(attributes: Mapping[str, str], name: str) -> list[str]:
    """Return whose cart a draft or an order of the shop was made for: partner, its number, and `name`."""
    return [attributes.get(PARTNER, ""), attributes.get(PARTNER_ORDER_ID, ""), name]


def was_made_before(turn: Turn, shop: Shop, sale: Sale, *, restored: datetime) -> bool:
    """Look for what the shop has of this cart already; True when the turn has ended with that.

    Until the shop was compared with the restored database once, it cannot be said; that is asked for and waited for.

    :param sale: of an order that was never tried; it may have been accepted before the restore was noticed
    :param restored: since when the database is known to be one that was put back
    :raises ShopError: nothing was learned
    """
    with turn.entry() as entry:
        settled = restored + timedelta(seconds=turn.timing.grace_seconds)
        if not _was_compared(entry.session, since=settled):
            if entry.now >= settled:  # By then everything that was sent before the restore shows.
                schedule.come_at_once(entry.session, sync_runs.RECONCILE)
            entry.wait(
                _LOOK_AGAIN_SECONDS, "the database was restored: what the shop has is looked through first"
            )
            return True
        mark = entry.session.get(Mark, MARK)
    partner, number, _ = cart_of(draft_of(sale, attempt=1).attributes, "")
    carts = {} if mark is None else mark.value
    same = {what: name for what, (*cart, name) in carts.items() if cart == [partner, number]}
    names = ", ".join(name for what, name in sorted(same.items()) if lives(shop, what))
    if names:
        with turn.entry() as entry:
            sentence = f"{names} was made for this number before the database was restored; delete or link it"
            entry.park(DRAFT_IN_SHOP, sentence)
    return bool(names)


def lives(shop: Shop, what: str) -> bool:
    """Tell whether a draft or an order of the shop is there and anything may still come of it.

    :param what: `draft 1` or `order 1`
    :raises ShopError: nothing was learned
    """
    kind, _, number = what.partition(" ")
    shop_order_id = int(number)
    if kind == "draft":
        draft = shop.draft(int(number))
        if draft is None or draft.order_id is None:
            return draft is not None
        shop_order_id = draft.order_id
    found = shop.order(shop_order_id)
    return found is not None and found.cancelled_at is None


def _was_compared(session: Session, *, since: datetime) -> bool:
    whole = select(SyncRun.id).where(
        SyncRun.kind == sync_runs.RECONCILE, SyncRun.complete, SyncRun.started_at >= since
    )
    return session.scalar(whole.limit(1)) is not None
