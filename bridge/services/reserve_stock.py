"""What becomes of units that an order was promised: held or committed by the shop itself, or given back.

Taking them is part of `submit_cart`; handing them over to Shopify's own number is `observe_stock`, because
only a read may do that (decision 57b).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.orm import Session

from bridge import failpoints, jobs
from bridge.models import InventoryLevel, Order, Reservation, Work

# A read must begin this long after we knew that the shop committed the units before its number is believed
# to be without them; then ours are no longer subtracted.
SETTLING = timedelta(seconds=10)
# The read is asked for a little later still, so that it does not come a blink too early.
_READ_AFTER = SETTLING + timedelta(seconds=1)
_NO_HOLD = {"hold_since": None, "hold_until": None, "hold_seen_at": None}


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
        released = session.execute(
            update(Reservation)
            .where(Reservation.order_id == order.id, Reservation.state == "held")
            .values(state="released", ended_at=now)
            .returning(Reservation.inventory_item_id, Reservation.hold_since)
        ).all()
        # What the draft held is in no number before the next read: it went with the draft.
        _ask_for_reads(session, [item for item, held_since in released if held_since is not None], now)
    _settle(session, order, states=("held", "in_shopify"), now=now)


def commit(session: Session, order: Order, now: datetime) -> None:
    """Note that Shopify has committed the order's units itself, and ask for the reads that will show it.

    Safe to run twice: what was committed before keeps its time. What was released, since the order counted as
    ended, is subtracted again until such a read.

    :param order: locked by the caller
    """
    _lock_levels(session, order)
    _settle(session, order, states=("held", "released"), now=now)


def note_hold(session: Session, order: Order, *, until: datetime, now: datetime) -> None:
    """Note that the order's draft holds its units in the shop, and ask for the reads that will show it.

    Until such a read they are subtracted here too, a renewed hold's as well: it may have lapsed in between.

    :param order: locked by the caller; nothing of it is committed
    :param until: the hold's end as the shop has it
    :param now: PostgreSQL's clock, after the shop said so
    """
    _lock_levels(session, order)
    items = session.scalars(
        update(Reservation)
        .where(Reservation.order_id == order.id, Reservation.state == "held")
        .values(hold_since=now, hold_until=until, hold_seen_at=None)
        .returning(Reservation.inventory_item_id)
    ).all()
    _ask_for_reads(session, items, now)


def held_since(session: Session, order: Order) -> Sequence[datetime | None]:
    """Return since when the bridge has known that the draft holds them, for each item that the order still waits with.

    None where it does not know of a hold.
    """
    return session.scalars(
        select(Reservation.hold_since).where(Reservation.order_id == order.id, Reservation.state == "held")
    ).all()


def doubt_hold(session: Session, order: Order) -> None:
    """Subtract the units here again, since the draft was changed or is gone, and have the hold looked at.

    :param order: locked by the caller
    """
    _lock_levels(session, order)
    doubted = session.scalars(
        update(Reservation)
        .where(
            Reservation.order_id == order.id,
            Reservation.state == "held",
            Reservation.hold_since.is_not(None),
        )
        .values(_NO_HOLD)
        .returning(Reservation.inventory_item_id)
    ).all()
    if doubted:
        jobs.request(session, jobs.HOLD_STOCK, order_id=order.id)


def _settle(session: Session, order: Order, *, states: Sequence[str], now: datetime) -> None:
    """Leave the units subtracted until a read that begins late enough has been stored."""
    items = session.scalars(
        update(Reservation)
        .where(Reservation.order_id == order.id, Reservation.state.in_(states))
        .values(state="in_shopify", committed_at=now, ended_at=None, **_NO_HOLD)
        .returning(Reservation.inventory_item_id)
    ).all()
    _ask_for_reads(session, items, now)
    # No hold is renewed any more; a worker that is at it finds the same.
    session.execute(
        delete(Work).where(Work.job == jobs.HOLD_STOCK, Work.key == jobs.key_of({"order_id": order.id}))
    )


def _ask_for_reads(session: Session, items: Sequence[int], now: datetime) -> None:
    """Ask for reads that begin late enough to show what the shop has done by now."""
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
