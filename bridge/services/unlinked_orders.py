"""Shop orders that name one of ours and are not recorded for it: soon linked, or copies (decision 46).

A token links nothing. Reading and pushing the order finds what is its own within minutes; what is left after that
is told to staff. Until then it is kept in a mark, since the shop lists an order only once after its last change.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bridge import jobs
from bridge.domain.shop_values import Named
from bridge.models import Mark, Order
from bridge.services.copies import is_noted, note_copy
from bridge.services.heard_orders import hear_of_order

_MARK = "unlinked_in_shop"
# Reading and pushing an order again tells within that time whether something is its own.
_TOLD_BY_THEN = timedelta(minutes=10)


def note_unlinked(session: Session, order: Order, seen: Named, *, now: datetime) -> bool:
    """Have looked for the shop order among what the order has made; False where it was told to be a copy.

    :param order: locked by the caller; without a shop order
    """
    if is_noted(session, order, {"shopify_order_id": seen.id}):
        return False
    waiting = _waiting(session)
    if str(seen.id) not in waiting:
        waiting[str(seen.id)] = {"order_id": str(order.id), "name": seen.name, "since": now.isoformat()}
        _keep(session, waiting, now=now)
    hear_of_order(session, order, shop_order_id=seen.id, attributes=seen.attributes)
    jobs.request(session, jobs.READ_ORDER if order.draft_id else jobs.PUSH_ORDER, order_id=order.id)
    return True


def conclude_unlinked(session: Session, *, now: datetime) -> None:
    """Tell staff of what was not linked in time, and forget what was."""
    waiting = _waiting(session)
    late = {
        shop_order_id: seen
        for shop_order_id, seen in waiting.items()
        if datetime.fromisoformat(seen["since"]) < now - _TOLD_BY_THEN
    }
    for shop_order_id, seen in sorted(late.items()):
        order = session.scalar(select(Order).where(Order.id == UUID(seen["order_id"])).with_for_update())
        if order is not None and order.shopify_order_id != int(shop_order_id):
            ids = {"shopify_order_id": int(shop_order_id)}
            note_copy(session, order, f"order {seen['name']}", ids, now=now)
    if late:
        _keep(session, {each: seen for each, seen in waiting.items() if each not in late}, now=now)


def _waiting(session: Session) -> dict[str, Any]:
    mark = session.get(Mark, _MARK, populate_existing=True)
    return dict(mark.value) if mark is not None else {}


def _keep(session: Session, waiting: dict[str, Any], *, now: datetime) -> None:
    session.execute(
        insert(Mark)
        .values(name=_MARK, at=now, value=waiting)
        .on_conflict_do_update(index_elements=[Mark.name], set_={"at": now, "value": waiting})
    )
