"""Taking a partner's catalog from a collection of the shop: what is new, what changed, what is gone from it.

Only what was pulled from this collection before is retired: a SKU from a file or from another collection is
somebody's decision, and stays. What is written from a file later is the file's.
"""

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from bridge.db import Database
from bridge.domain.collection_skus import Unlisted, choose
from bridge.domain.errors import Busy, NotFound, ShopRefused
from bridge.domain.shop import Shop
from bridge.domain.shop_values import Variant
from bridge.services.import_catalog import NothingImported, lock_of
from bridge.services.patience import Pause, patiently
from bridge.services.sell_variants import BATCH, Seller, Written
from bridge.services.stock_location import learn_location
from bridge.services.write_listings import retire_listings

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Pull(Written):
    """What a pull did. `unlisted` are variants of the collection that are not sold because of it."""

    unlisted: list[Unlisted] = field(default_factory=list)


def pull_catalog(
    db: Database,
    shop: Shop,
    *,
    partner_id: UUID,
    handle: str,
    configured_location: int | None,
    replace: bool,
    progress: Progress = lambda _done, _total: None,
    pause: Pause = time.sleep,
) -> Pull:
    """List every variant of a collection under its own SKU, and retire what was pulled from it and is gone.

    The collection is read to its end before anything is written: a SKU may have its second variant on the last
    page. A SKU that is not clear any more keeps the variant it had.

    :param replace: retire every other SKU of the partner, wherever it came from
    :param progress: called after each batch with the SKUs written and their total
    :raises NotFound: the shop has no such collection
    :raises NothingImported: replace, and the collection has nothing that can be listed
    :raises Busy: an import or another pull of this partner is running
    :raises LocationChanged: a sync has to come first
    :raises ShopError: the collection could not be read; nothing was written, or what was is whole and nothing retired
    """
    with db.exclusive(lock_of(partner_id)) as ours:
        if not ours:
            raise Busy("another import for this partner is running")
        location = patiently(lambda: learn_location(db, shop, configured=configured_location), pause=pause)
        choice = choose(_variants(shop, handle, pause))
        if replace and not choice.listed:
            raise NothingImported("nothing was replaced: the collection has nothing that can be listed")
        done = Pull(unlisted=list(choice.unlisted))
        seller = Seller(db, shop, partner_id=partner_id, location_id=location, collection=handle, pause=pause)
        skus = iter(choice.listed.items())
        while batch := dict(itertools.islice(skus, BATCH)):
            done.count(seller.sell(batch))
            progress(done.imported, len(choice.listed))
        unclear = {one.sku for one in choice.unlisted if one.sku is not None}
        with db.transaction() as session:
            done.retired = retire_listings(
                session,
                partner_id,
                keep={*choice.listed, *unclear},
                collection=None if replace else handle,
            )
        return done


def _variants(shop: Shop, handle: str, pause: Pause) -> Iterator[Variant]:
    after: str | None = None
    while True:
        begin = after
        page = patiently(lambda: shop.collection_page(handle, after=begin), pause=pause)  # noqa: B023  called at once
        if page is None and begin is not None:  # Believing it now would retire half of a catalog.
            raise ShopRefused(f"the collection {handle!r} was deleted while it was read")
        if page is None:
            raise NotFound(f"the shop has no collection {handle!r}; its handle is the end of its address")
        yield from page.variants
        after = page.after
        if after is None:
            return
