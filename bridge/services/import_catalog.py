"""Mapping a partner's SKUs to variants of the shop, from a file, so that they can be sold when it returns.

A new mapping counts for carts that come later; orders keep the variant they were submitted with (decision 19).
"""

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn, TypeVar
from uuid import UUID

from bridge.db import Database
from bridge.domain.catalog_rows import BadRow, CatalogRow, with_candidates
from bridge.domain.errors import Busy, Refused, ShopError
from bridge.domain.shop import Shop
from bridge.domain.shop_values import Variant
from bridge.services.patience import Pause, patiently
from bridge.services.sell_variants import BATCH, Seller, Written
from bridge.services.stock_location import learn_location
from bridge.services.write_listings import retire_listings

T = TypeVar("T")
Progress = Callable[[int], None]

# A shop that fails so often in a row is away: the rest of the file would only fail more slowly.
_STOP_AFTER_FAILURES = 3
# For so many rows without a variant the shop is searched: a file without any is no reason to search it a
# hundred thousand times.
_MOST_SEARCHED = 500


@dataclass(slots=True)
class Import(Written):
    """What an import did. `stopped_at_line`: from there on nothing was tried, because the shop is away."""

    problems: list[BadRow] = field(default_factory=list)
    stopped_at_line: int | None = None

    @property
    def is_whole(self) -> bool:
        return not self.problems and self.stopped_at_line is None


class NothingImported(Refused):
    """A strict import, or one that would retire everything, was stopped before it wrote."""

    code = "nothing_imported"

    def __init__(self, message: str, bad_rows: Sequence[BadRow] = ()) -> None:
        super().__init__(message)
        self.bad_rows = bad_rows


def lock_of(partner_id: UUID) -> str:
    """Return the name of the lock that whoever writes a partner's catalog holds."""
    return f"catalog.import:{partner_id}"


def import_catalog(
    db: Database,
    shop: Shop,
    *,
    partner_id: UUID,
    rows: Iterable[CatalogRow | BadRow],
    configured_location: int | None,
    replace: bool,
    strict: bool,
    progress: Progress = lambda _line: None,
    pause: Pause = time.sleep,
) -> Import:
    """Map every good row's SKU to its variant and read its stock; report every row that could not be.

    :param rows: streamed; a row is looked up with the 249 around it
    :param replace: retire the partner's other SKUs, unless a row could not even be read: it may be any of them
    :param strict: all or nothing: write nothing when a single row is bad, and else all in one transaction
    :param progress: called with the line that was reached
    :raises NothingImported: strict, and there are bad rows; or replace, and there is no good one
    :raises Busy: another import of this partner is running
    :raises LocationChanged: a sync has to come first
    :raises ShopError: the shop did not say which location is its own
    """
    with db.exclusive(lock_of(partner_id)) as ours:
        if not ours:
            raise Busy("another import for this partner is running")
        location = patiently(lambda: learn_location(db, shop, configured=configured_location), pause=pause)
        importer = _Importer(db, shop, partner_id, location, pause)
        batches = importer.look_up(rows, progress)
        if strict:
            importer.write_whole(list(batches), replace=replace)
            return importer.done
        for batch in batches:
            importer.write(batch)
        if replace:
            importer.retire_others()
        return importer.done


@dataclass(frozen=True, slots=True)
class _Batch:
    """Rows whose variant is there."""

    rows: Sequence[CatalogRow]
    variants: Mapping[int, Variant]

    def named(self) -> dict[str, Variant]:
        """Return the variant of each row by its SKU."""
        return {row.sku: self.variants[row.variant_id] for row in self.rows}


class _Importer:
    """One import: looks rows up, writes them, and remembers which SKUs and items it has seen."""

    def __init__(self, db: Database, shop: Shop, partner_id: UUID, location: int, pause: Pause) -> None:
        self.db, self.shop, self.pause = db, shop, pause
        self.partner_id = partner_id
        self.seller = Seller(
            db, shop, partner_id=partner_id, location_id=location, collection=None, pause=pause
        )
        self.done = Import()
        self.named: set[str] = set()
        self.searched = 0
        self.failures_in_a_row = 0

    def look_up(self, rows: Iterable[CatalogRow | BadRow], progress: Progress) -> Iterator[_Batch]:
        """Yield what can be written, batch by batch, and collect what cannot."""
        for chunk in _chunks(rows, BATCH):
            if self.failures_in_a_row >= _STOP_AFTER_FAILURES:
                self.done.stopped_at_line = chunk[0].line
                return
            self.named.update(row.sku for row in chunk if row.sku is not None)
            self._note([row for row in chunk if isinstance(row, BadRow)])
            good = [row for row in chunk if isinstance(row, CatalogRow)]
            if good and (variants := self._variants(good)) is not None:
                yield _Batch([row for row in good if row.variant_id in variants], variants)
            progress(chunk[-1].line)

    def write_whole(self, batches: Sequence[_Batch], *, replace: bool) -> None:
        """Write all of a strict import in one transaction, once every row and every item's stock is known.

        :raises NothingImported: naming the rows that are bad, or that Shopify could not be asked about
        """
        self._refuse_problems()
        variants: dict[str, Variant] = {}
        for batch in batches:
            named = batch.named()
            try:
                self.seller.read_stock(named)
            except ShopError as error:
                self._fail(batch.rows, error)
                self._refuse_problems()
            variants |= named
        if replace and not variants:
            self._refuse_to_empty()
        with self.db.transaction() as session:
            self.done.count(self.seller.sell_whole(session, variants))
            if replace:
                self.done.retired = retire_listings(session, self.partner_id, keep=self.named)

    def _refuse_problems(self) -> None:
        if not self.done.is_whole:
            raise NothingImported("nothing was imported, because of --strict", self.done.problems)

    def write(self, batch: _Batch) -> None:
        """Write one batch and the stock of its items, so that no SKU is mapped and unknown."""
        try:
            self.done.count(self.seller.sell(batch.named()))
        except ShopError as error:
            self._fail(batch.rows, error)
            return
        self.failures_in_a_row = 0

    def retire_others(self) -> None:
        """Retire what the file does not name.

        :raises NothingImported: the file has no good row; an empty catalog is a disabled partner
        """
        if not self.done.imported:
            self._refuse_to_empty()
        if self.done.stopped_at_line is not None or any(row.sku is None for row in self.done.problems):
            return
        with self.db.transaction() as session:
            self.done.retired = retire_listings(session, self.partner_id, keep=self.named)

    def _refuse_to_empty(self) -> NoReturn:
        raise NothingImported(
            "nothing was replaced: the file has no row that can be imported", self.done.problems
        )

    def _variants(self, rows: Sequence[CatalogRow]) -> Mapping[int, Variant] | None:
        ids = sorted({row.variant_id for row in rows})
        try:
            variants = patiently(lambda: self.shop.variants(ids), pause=self.pause)
        except ShopError as error:
            self._fail(rows, error)
            return None
        self._note(
            [
                BadRow(row.line, row.sku, f"Shopify has no variant {row.variant_id}", lacks_variant=True)
                for row in rows
                if row.variant_id not in variants
            ]
        )
        return variants

    def _note(self, problems: Sequence[BadRow]) -> None:
        """Collect bad rows; those that only lack a variant with what the shop has under their SKU."""
        left = max(_MOST_SEARCHED - self.searched, 0)
        skus = [row.sku for row in problems if row.lacks_variant and row.sku is not None][:left]
        self.searched += len(skus)
        found = self._search(skus)
        self.done.problems += [with_candidates(row, found) if row.lacks_variant else row for row in problems]

    def _search(self, skus: Sequence[str]) -> Sequence[Variant]:
        try:
            return patiently(lambda: self.shop.find_variants(skus), pause=self.pause) if skus else ()
        except ShopError:  # The rows are reported all the same.
            return ()

    def _fail(self, rows: Sequence[CatalogRow], error: ShopError) -> None:
        self.failures_in_a_row += 1
        self.done.problems += [
            BadRow(row.line, row.sku, f"Shopify could not be asked: {error.message}") for row in rows
        ]


def _chunks(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(rows)
    while chunk := list(itertools.islice(iterator, size)):
        yield chunk
