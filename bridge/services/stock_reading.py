"""One run's reading of stock: answers are stored page by page, counted, and told to whoever watches."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import structlog

from bridge.db import Database, clock
from bridge.domain.errors import ShopError
from bridge.domain.shop import Shop
from bridge.domain.shop_values import InventoryLevel, Spent
from bridge.services import sync_runs
from bridge.services.observe_stock import store_read
from bridge.services.patience import Pause, patiently

log = structlog.get_logger(__name__)

# One call of `nodes(ids:)` takes no more.
PAGE = 250
# A shop that fails so often in a row is away; asking hundreds of times more would only hold a worker.
_STOP_AFTER_FAILURES = 5

Progress = Callable[[int, int], None]


class Reading:
    """What one run shares between its ways of reading."""

    def __init__(self, db: Database, shop: Shop, *, run: int, progress: Progress, pause: Pause) -> None:
        self.db, self.shop, self.run = db, shop, run
        self.total = 0
        self.pause = pause
        self._progress = progress
        self._done = self._failures_in_a_row = 0
        self._gave_up = False
        self._before = shop.spent()

    @property
    def spent(self) -> Spent:
        """What the run has cost so far."""
        return self.shop.spent().since(self._before)

    def now(self) -> datetime:
        """Return PostgreSQL's clock, for what is asked next."""
        with self.db.transaction() as session:
            return clock(session)

    def store(
        self,
        asked: Sequence[int],
        location_id: int,
        levels: Mapping[int, InventoryLevel],
        *,
        began: datetime,
    ) -> None:
        """Keep one page of answers, where they are newer; see `store_read`."""
        with self.db.transaction() as session:
            stored = store_read(session, asked=asked, location_id=location_id, levels=levels, began=began)
            sync_runs.note_page(
                session,
                self.run,
                items=len(asked),
                changed=stored.changed,
                missing=stored.missing,
                spent=self.spent,
            )
        self._tell(len(asked))

    def read_pages(self, items: Sequence[int], location_id: int) -> None:
        """Ask about these items page by page, until the shop is plainly away.

        A page that fails is recorded and does not stop the rest.
        """
        for start in range(0, len(items), PAGE):
            if self._gave_up:
                return
            self._read_page(items[start : start + PAGE], location_id)

    def _read_page(self, page: Sequence[int], location_id: int) -> None:
        began = self.now()
        try:
            levels = patiently(lambda: self.shop.inventory_levels(page, location_id), pause=self.pause)
        except ShopError as error:
            self._failures_in_a_row += 1
            self._gave_up = self.shop.is_held_back() or self._failures_in_a_row >= _STOP_AFTER_FAILURES
            log.warning("inventory.page_failed", first_item=page[0], error=error.message)
            with self.db.transaction() as session:
                sync_runs.note_failed_page(session, self.run, error=error.message)
            self._tell(len(page))
            return
        self._failures_in_a_row = 0
        self.store(page, location_id, levels, began=began)

    def _tell(self, items: int) -> None:
        self._done += items
        self._progress(self._done, self.total)
