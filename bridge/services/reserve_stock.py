"""What becomes of units that an order was promised: given back, or committed by the shop itself.

Taking them is part of `submit_cart`; handing them over to Shopify's own number is `observe_stock`, because
only a read may do that (decision 57b).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import Session

from bridge import failpoints, jobs
from bridge.models import InventoryLevel, Order, Reservation

# A read must begin this long after we knew that the shop committed the units before its number is believed
# to be without them; then ours are no longer subtracted.
SETTLING = timedelta(seconds=10)
# The read is asked for a little later still, so that it does not come a blink too early.
_READ_AFTER = SETTLING + timedelta(seconds=1)


def release(session: Session, order: Order, now: datetime) -> None:
    """Give back what the order still holds, because it will not be delivered.

    Units that the shop has committed are not simply free again: whether the shop restocked them, only its
    number tells. They stay subtracted until a read that begins late enough brings that number
    ("in doubt subtract twice, never zero times"), seconds later.

    :param order: locked by the caller
    """
    in_shop = order.shopify_order_id is not None
    _lock_levels(session, order)
    if not in_shop:
        session.execute(
            update(Reservation)
            .where(Reservation.order_id == order.id, Reservation.state == "held")
            .values(state="released", ended_at=now)
        )
    _settle(session, order, states=("held", "in_shopify"), now=now)


def commit(session: Session, order: Order, now: datetime) -> None:
    """Note that Shopify has committed the order's units itself, and ask for the reads that will show it.

    Safe to run twice: what was committed before keeps its time.

    :param order: locked by the caller
    """
    _lock_levels(session, order)
    _settle(session, order, states=("held",), now=now)


def _settle(session: Session, order: Order, *, states: Sequence[str], now: datetime) -> None:
    """Leave the units subtracted until a read that begins late enough has been stored."""
    items = session.scalars(
        update(Reservation)
        .where(Reservation.order_id == order.id, Reservation.state.in_(states))
        .values(state="in_shopify", committed_at=now)
        .returning(Reservation.inventory_item_id)
    ).all()
    for item in sorted(set(items)):
        jobs.request(session, jobs.READ_STOCK, at=now + _READ_AFTER, inventory_item_id=item)


def _lock_levels(session: Session, order: Order) -> None:
    """Lock the levels of the order's items, in the one order that submits, reads and webhooks use too."""
    key = tuple_(InventoryLevel.inventory_item_id, InventoryLevel.location_id)
    session.execute(
        select(InventoryLevel.inventory_item_id)
        .where(
            key.in_(
                select(Reservation.inventory_item_id, Reservation.location_id).where(
                    Reservation.order_id == order.id
                )
            )
        )
        .order_by(InventoryLevel.inventory_item_id, InventoryLevel.location_id)
        .with_for_update()
    ).all()
    failpoints.hit("reserve.locked")
