"""Mapping SKUs to variants so that they can be sold at once: a listing and its stock are one transaction."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from bridge.db import Database, clock
from bridge.domain.shop import Shop
from bridge.domain.shop_values import Variant
from bridge.services.observe_stock import store_read
from bridge.services.patience import Pause, patiently
from bridge.services.write_listings import write_listings


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
        items = {variant.inventory_item_id for variant in variants.values()}
        unread = sorted(items - self._read)
        with self._db.transaction() as session:
            began = clock(session)
        levels = (
            patiently(lambda: self._shop.inventory_levels(unread, self._location_id), pause=self._pause)
            if unread
            else {}
        )
        with self._db.transaction() as session:
            words = write_listings(session, self._partner_id, variants, collection=self._collection)
            store_read(session, asked=unread, location_id=self._location_id, levels=levels, began=began)
        self._read.update(unread)
        return words
