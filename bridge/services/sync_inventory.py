"""The scheduled sweep over everything we sell: the truth about stock, by pages or in bulk (decision 56)."""

import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import select, union

from bridge.db import Database, clock
from bridge.domain.errors import OutcomeUnknown, ShopError, ShopUnavailable
from bridge.domain.shop import Shop
from bridge.models import Listing, Reservation
from bridge.services import sync_runs
from bridge.services.bulk_levels import read_in_bulk
from bridge.services.patience import Pause, patiently
from bridge.services.schedule import come_again, take_turn
from bridge.services.stock_location import known_location, remember_location, wanted_location
from bridge.services.stock_reading import Progress, Reading
from bridge.services.sync_runs import LeftOver, Sweep

log = structlog.get_logger(__name__)

LOCK = "inventory.sync"


def sync_inventory(
    db: Database,
    shop: Shop,
    *,
    configured_location: int | None,
    bulk_above: int | None = None,
    bulk: bool | None = None,
    progress: Progress = lambda _done, _total: None,
    pause: Pause = time.sleep,
) -> Sweep | None:
    """Read the level of every item that is sold or promised, and keep what is newer.

    A page that fails is recorded and does not stop the rest. Where the location changed, everything is
    read there first and then sold from there.

    :param bulk_above: with more items than this a bulk operation is used for what is sold; None: never
    :param bulk: use one, or none, however many items there are
    :param progress: called after each page with the items looked at and their total
    :returns: None when another run is going on
    :raises ShopError: the shop did not even say its location; the run is recorded as aborted
    """
    with db.exclusive(LOCK) as ours:
        if not ours:
            return None
        with db.transaction() as session:
            left_over = sync_runs.left_over(session)
            run = sync_runs.begin_run(session)
        reading = Reading(db, shop, run=run, progress=progress, pause=pause)
        try:
            wanted = patiently(lambda: wanted_location(shop, configured_location), pause=pause)
        except ShopError as error:
            with db.transaction() as session:
                sync_runs.abort_run(session, run, error=error.message)
            raise
        sold, *promised_elsewhere = _places(db, wanted)
        reading.total = sum(len(place.items) for place in (sold, *promised_elsewhere))
        is_large = bulk_above is not None and len(sold.items) > bulk_above
        _read_sold(reading, sold, in_bulk=is_large if bulk is None else bulk, left_over=left_over)
        for place in promised_elsewhere:
            reading.read_pages(place.items, place.location_id)
        return _finish(reading, wanted)


def sync_on_schedule(
    db: Database,
    shop: Shop,
    *,
    configured_location: int | None,
    every_seconds: float,
    bulk_above: int | None = None,
    pause: Pause = time.sleep,
) -> None:
    """Run the sync when it is due; two beats make one run. One that found the shop away comes again soon.

    :raises ShopError: the shop did not even say its location
    """
    with db.transaction() as session:
        due = take_turn(session, LOCK, every_seconds, clock(session))
    if not due:
        return
    try:
        sweep = sync_inventory(
            db, shop, configured_location=configured_location, bulk_above=bulk_above, pause=pause
        )
    except (ShopUnavailable, OutcomeUnknown):
        _come_again(db, every_seconds)
        raise
    if sweep is not None and not sweep.complete:
        if shop.is_held_back():  # It went away half way.
            _come_again(db, every_seconds)
        log.warning("inventory.sync_incomplete", failed_pages=sweep.failed_pages, error=sweep.last_error)


def _come_again(db: Database, every_seconds: float) -> None:
    with db.transaction() as session:
        come_again(session, LOCK, every_seconds, clock(session))


@dataclass(frozen=True, slots=True)
class _Place:
    """A location and the items to look at there, ascending; eight bytes each, since there may be a million."""

    location_id: int
    items: Sequence[int]


def _places(db: Database, wanted: int) -> list[_Place]:
    """Return where to look: first `wanted`, for what is listed; then wherever something is promised."""
    is_open = Reservation.state.in_(("held", "in_shopify"))
    listed = select(Listing.inventory_item_id.label("item")).where(Listing.retired_at.is_(None))
    with db.transaction() as session:
        if known_location(session) is None:
            remember_location(session, wanted, now=clock(session))
        promised_at = session.scalars(select(Reservation.location_id).where(is_open).distinct()).all()
        places = []
        for location in [wanted, *sorted(set(promised_at) - {wanted})]:
            promised = select(Reservation.inventory_item_id.label("item")).where(
                is_open, Reservation.location_id == location
            )
            looked_at = (union(listed, promised) if location == wanted else promised.distinct()).subquery()
            items = session.scalars(select(looked_at.c.item).order_by(looked_at.c.item))
            places.append(_Place(location, array("q", items)))
    return places


def _read_sold(reading: Reading, sold: _Place, *, in_bulk: bool, left_over: LeftOver | None) -> None:
    items = sold.items
    if in_bulk:
        items = read_in_bulk(reading, items, sold.location_id, left_over=left_over)
    reading.read_pages(items, sold.location_id)


def _finish(reading: Reading, wanted: int) -> Sweep:
    spent = reading.spent
    with reading.db.transaction() as session:
        sync_runs.note_found(session, reading.run, requests=spent.requests, points=round(spent.points))
        sweep = sync_runs.finish_run(session, reading.run, location_id=wanted)
        if sweep.complete:
            remember_location(session, wanted, now=clock(session))
    return sweep
