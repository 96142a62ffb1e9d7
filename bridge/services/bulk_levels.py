"""Reading stock by a bulk operation: one file about the whole shop instead of a call per 250 items.

The file is a head start and never the last word. What it does not name, because the operation failed half
way, the file was cut off or expired, or the item is gone, is asked about page by page afterwards: only a direct
read says that there is none of something. So every way to fail costs requests and no number (ADR 0012).
"""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime

import structlog

from bridge.domain.errors import ShopError, ShopRefused, ShopUnavailable
from bridge.domain.shop_values import BulkOperation, InventoryLevel
from bridge.services import sync_runs
from bridge.services.patience import patiently
from bridge.services.stock_reading import PAGE, Reading
from bridge.services.sync_runs import LeftOver

log = structlog.get_logger(__name__)

# Looks are as far apart as the wait has been long: a dozen in this time. Shopify's webhook ends a wait early.
_FIRST_LOOK_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 900.0
# How often PostgreSQL is asked whether the webhook has come.
_STEP_SECONDS = 1.0


def read_in_bulk(
    reading: Reading, items: Sequence[int], location_id: int, *, left_over: LeftOver | None
) -> Sequence[int]:
    """Read these items by one bulk operation, as far as it goes.

    :param items: ascending
    :param left_over: what a run that died has asked for: read instead of asking again, if it fits
    :returns: the items that are still to be asked about, ascending
    """
    bulk = _BulkReading(reading, items, location_id)
    try:
        asked = bulk.ask(left_over)
        operation = bulk.await_end(asked.operation_id)
        # Each try goes on where the last one ended: what was stored is not stored again.
        patiently(lambda: bulk.read_file(operation, began=asked.began), pause=reading.pause)
        if not operation.is_whole:
            raise ShopUnavailable(f"the bulk operation ended as {operation.status} ({operation.error})")
    except ShopError as error:
        log.warning("inventory.bulk_problem", error=error.message)
        with reading.db.transaction() as session:
            sync_runs.note_found(session, reading.run, bulk_problem=error.message)
    return bulk.unseen()


class _BulkReading:
    """One operation and the items it has told of."""

    def __init__(self, reading: Reading, items: Sequence[int], location_id: int) -> None:
        self._reading = reading
        self._items = items
        self._location_id = location_id
        self._seen = bytearray(len(items))
        self._heard = False

    def ask(self, left_over: LeftOver | None) -> LeftOver:
        """Start an operation, or take over the one that is on its way.

        :raises ShopError: it cannot be started, such as when five are running
        """
        shop, location_id = self._reading.shop, self._location_id
        if left_over is not None and left_over.location_id == location_id:
            asked = left_over
        else:
            began = self._reading.now()
            # One that was started without our hearing of it is no harm: it reads, and ends by itself.
            operation_id = patiently(lambda: shop.start_bulk_levels(location_id), pause=self._reading.pause)
            asked = LeftOver(operation_id, location_id, began)
        with self._reading.db.transaction() as session:
            sync_runs.note_bulk(session, self._reading.run, asked)
        return asked

    def await_end(self, operation_id: int) -> BulkOperation:
        """Look until the operation has ended; no webhook is needed for that, one only saves time.

        :raises ShopError: it is gone, or takes too long, or Shopify does not say
        """
        shop, waited = self._reading.shop, 0.0
        while True:
            found = patiently(lambda: shop.bulk_operation(operation_id), pause=self._reading.pause)
            if found is None:
                raise ShopRefused(f"the shop knows no bulk operation {operation_id}")
            if found.has_ended:
                return found
            if waited >= _LONGEST_WAIT_SECONDS:
                raise ShopUnavailable(f"the bulk operation has not ended in {waited:.0f} s")
            waited += self._wait(max(_FIRST_LOOK_SECONDS, waited))

    def _wait(self, seconds: float) -> float:
        """Wait so long, or until Shopify says that it is done, which counts once; return how long it was."""
        waited = 0.0
        while waited < seconds:
            step = min(_STEP_SECONDS, seconds - waited)
            self._reading.pause(step)
            waited += step
            if not self._heard:
                with self._reading.db.transaction() as session:
                    self._heard = sync_runs.was_told(session, self._reading.run)
                if self._heard:
                    break
        return waited

    def read_file(self, operation: BulkOperation, *, began: datetime) -> None:
        """Store what the file says of our items, page by page.

        :raises ShopError: it ends too soon; what was read before is stored
        """
        page: dict[int, InventoryLevel] = {}
        try:
            for level in self._reading.shop.bulk_levels(operation, self._location_id):
                if self._is_wanted(level.inventory_item_id):
                    page[level.inventory_item_id] = level
                if len(page) == PAGE:
                    self._store(page, began)
                    page = {}
        finally:
            if page:
                self._store(page, began)

    def unseen(self) -> Sequence[int]:
        """Return the items that the file has not named so far."""
        return [item for item, seen in zip(self._items, self._seen, strict=True) if not seen]

    def _store(self, page: dict[int, InventoryLevel], began: datetime) -> None:
        self._reading.store(sorted(page), self._location_id, page, began=began)
        for item in page:
            self._seen[bisect_left(self._items, item)] = True

    def _is_wanted(self, item: int) -> bool:
        at = bisect_left(self._items, item)
        return at < len(self._items) and self._items[at] == item and not self._seen[at]
