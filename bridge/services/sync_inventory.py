"""The scheduled sweep over everything we sell: the truth about stock, page by page (decision 56)."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Select, func, select, union

from bridge.db import Database, clock
from bridge.domain.errors import ShopError
from bridge.domain.shop import Shop
from bridge.models import Listing, Reservation
from bridge.services import sync_runs
from bridge.services.observe_stock import store_read
from bridge.services.patience import Pause, patiently
from bridge.services.schedule import take_turn
from bridge.services.stock_location import known_location, remember_location, wanted_location
from bridge.services.sync_runs import Sweep

log = structlog.get_logger(__name__)

LOCK = "inventory.sync"
# One call of `nodes(ids:)` takes no more.
PAGE = 250
# A shop that fails so often in a row is away; asking hundreds of times more would only hold a worker.
_STOP_AFTER_FAILURES = 5

Progress = Callable[[int, int], None]


def sync_inventory(
    db: Database,
    shop: Shop,
    *,
    configured_location: int | None,
    progress: Progress = lambda _done, _total: None,
    pause: Pause = time.sleep,
) -> Sweep | None:
    """Read the level of every item that is sold or promised, and keep what is newer.

    A page that fails is recorded and does not stop the rest. Where the location changed, everything is
    read there first and then sold from there.

    :param progress: called after each page with the items looked at and their total
    :returns: None when another run is going on
    :raises ShopError: the shop did not even say its location; the run is recorded as aborted
    """
    with db.exclusive(LOCK) as ours:
        if not ours:
            return None
        with db.transaction() as session:
            run = sync_runs.begin_run(session)
        try:
            wanted = patiently(lambda: wanted_location(shop, configured_location), pause=pause)
        except ShopError as error:
            with db.transaction() as session:
                sync_runs.abort_run(session, run, error=error.message)
            raise
        places = _places(db, wanted)
        sweep = _Sweeper(db, shop, run, sum(place.total for place in places), progress, pause)
        for place in places:
            sweep.read(place)
        return _finish(db, run, wanted)


def sync_on_schedule(
    db: Database, shop: Shop, *, configured_location: int | None, every_seconds: float
) -> None:
    """Run the sync when it is due; two beats make one run."""
    with db.transaction() as session:
        due = take_turn(session, LOCK, every_seconds, clock(session))
    if not due:
        return
    sweep = sync_inventory(db, shop, configured_location=configured_location)
    if sweep is not None and not sweep.complete:
        log.warning("inventory.sync_incomplete", failed_pages=sweep.failed_pages, error=sweep.last_error)


@dataclass(frozen=True, slots=True)
class _Place:
    """A location, and the items to look at there."""

    location_id: int
    items: Select[int]
    total: int


@dataclass(frozen=True, slots=True)
class _Page:
    """Some item ids, ascending, and PostgreSQL's clock before the shop is asked about them."""

    items: Sequence[int]
    began: datetime


def _places(db: Database, wanted: int) -> list[_Place]:
    """Return where to look: what is listed, at `wanted`; what is promised, wherever it is promised."""
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
            total = session.scalar(select(func.count()).select_from(looked_at)) or 0
            places.append(_Place(location_id=location, items=select(looked_at.c.item), total=total))
    return places


class _Sweeper:
    """One run over its places."""

    def __init__(
        self, db: Database, shop: Shop, run: int, total: int, progress: Progress, pause: Pause
    ) -> None:
        self.db, self.shop, self.run = db, shop, run
        self.total, self.progress, self.pause = total, progress, pause
        self.done = self.failures_in_a_row = 0

    def read(self, place: _Place) -> None:
        """Look at every item of one place, until the shop is plainly away."""
        page = self._page(place, after=0)
        while page.items and self.failures_in_a_row < _STOP_AFTER_FAILURES:
            self._read_page(place, page)
            self.done += len(page.items)
            self.progress(self.done, self.total)
            page = self._page(place, after=page.items[-1])

    def _page(self, place: _Place, *, after: int) -> _Page:
        item = place.items.selected_columns[0]
        with self.db.transaction() as session:
            items = session.scalars(place.items.where(item > after).order_by(item).limit(PAGE)).all()
            return _Page(items=items, began=clock(session))

    def _read_page(self, place: _Place, page: _Page) -> None:
        try:
            levels = patiently(
                lambda: self.shop.inventory_levels(page.items, place.location_id), pause=self.pause
            )
        except ShopError as error:
            self.failures_in_a_row += 1
            log.warning("inventory.page_failed", first_item=page.items[0], error=error.message)
            with self.db.transaction() as session:
                sync_runs.note_failed_page(session, self.run, error=error.message)
            return
        self.failures_in_a_row = 0
        with self.db.transaction() as session:
            stored = store_read(
                session, asked=page.items, location_id=place.location_id, levels=levels, began=page.began
            )
            sync_runs.note_page(
                session, self.run, items=len(page.items), changed=stored.changed, missing=stored.missing
            )


def _finish(db: Database, run: int, wanted: int) -> Sweep:
    with db.transaction() as session:
        sweep = sync_runs.finish_run(session, run, location_id=wanted)
        if sweep.complete:
            remember_location(session, wanted, now=clock(session))
    return sweep
