"""Mapping SKUs to variants so that they can be sold at once: no listing is there before its stock is known."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from bridge.db import Database, clock
from bridge.domain.shop import Shop
from bridge.domain.shop_values import InventoryLevel, Variant
from bridge.services.observe_stock import store_read
from bridge.services.patience import Pause, patiently
from bridge.services.write_listings import write_listings

# Shopify looks this many ids up in one call.
BATCH = 250


@dataclass(slots=True, kw_only=True)
class Written:
    """What became of SKUs that were written."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    retired: int = 0

    @property
    def imported(self) -> int:
        return self.added + self.changed + self.unchanged

    def count(self, words: Sequence[str]) -> None:
        """Add what `Seller` said of some SKUs."""
        self.added += words.count("added")
        self.changed += words.count("changed")
        self.unchanged += words.count("unchanged")


class Seller:
    """Writes the listings of one partner; every item's stock is read once, whatever has it."""

    def __init__(
        self,
        db: Database,
        shop: Shop,
        *,
        partner_id: UUID,
        location_id: int,
        collection: str | None,
        pause: Pause,
    ) -> None:
        self._db, self._shop, self._pause = db, shop, pause
        self._partner_id, self._location_id = partner_id, location_id
        self._collection = collection
        self._read: set[int] = set()

    def sell(self, variants: Mapping[str, Variant]) -> Sequence[str]:
        """Map each SKU to its variant, and keep the stock of the items that were not read yet.

        :param variants: SKU -> variant, at most 250
        :returns: one word per SKU: added, changed or unchanged
        :raises ShopError: the stock could not be read; nothing was written
        """
        unread = self._unread(variants)
        began, levels = self._ask(unread)
        with self._db.transaction() as session:
            words = self._list(session, variants)
            store_read(session, asked=unread, location_id=self._location_id, levels=levels, began=began)
        self._read.update(unread)
        return words

    def read_stock(self, variants: Mapping[str, Variant]) -> None:
        """Keep the stock of the items that were not read yet, so that `sell_whole` needs no shop.

        :param variants: SKU -> variant, at most 250
        :raises ShopError: the stock could not be read
        """
        unread = self._unread(variants)
        began, levels = self._ask(unread)
        with self._db.transaction() as session:
            store_read(session, asked=unread, location_id=self._location_id, levels=levels, began=began)
        self._read.update(unread)

    def sell_whole(self, session: Session, variants: Mapping[str, Variant]) -> Sequence[str]:
        """Map all of the SKUs in one transaction, the caller's; their stock is known.

        :param variants: SKU -> variant, any number of them
        :returns: one word per SKU: added, changed or unchanged
        """
        words: list[str] = []
        skus = iter(sorted(variants))  # In key order over all of them: two writers must not deadlock.
        while batch := list(itertools.islice(skus, BATCH)):
            words += self._list(session, {sku: variants[sku] for sku in batch})
        return words

    def _unread(self, variants: Mapping[str, Variant]) -> list[int]:
        return sorted({variant.inventory_item_id for variant in variants.values()} - self._read)

    def _ask(self, items: Sequence[int]) -> tuple[datetime, Mapping[int, InventoryLevel]]:
        """Return PostgreSQL's clock before the shop was asked, and its answer."""
        with self._db.transaction() as session:
            began = clock(session)
        if not items:
            return began, {}
        return began, patiently(
            lambda: self._shop.inventory_levels(items, self._location_id), pause=self._pause
        )

    def _list(self, session: Session, variants: Mapping[str, Variant]) -> Sequence[str]:
        return write_listings(session, self._partner_id, variants, collection=self._collection)
