"""What the bridge needs of a shop, in our words: a Protocol; the values that cross it are in `shop_values`.

Every method may raise the three `ShopError`s: ShopUnavailable (surely not done), ShopRefused (will not be),
OutcomeUnknown (perhaps).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bridge.domain.shop_access import ShopAccess, ShopLocation
from bridge.domain.shop_values import (
    BulkOperation,
    Cancellation,
    CollectionPage,
    CompletedDraft,
    Draft,
    Fulfillment,
    InventoryLevel,
    Named,
    PlacedDraft,
    Reckoning,
    ShopOrder,
    ShopProfile,
    Spent,
    Subscription,
    Variant,
)


class Shop(Protocol):
    def is_held_back(self) -> bool:
        """Tell whether every call would only be put off, since the shop failed too often in a row."""

    def profile(self) -> ShopProfile: ...

    def access(self) -> ShopAccess:
        """Return what our token is good for; no scope is needed to ask."""

    def location(self) -> ShopLocation | None:
        """Return the location that was configured, else the shop's default one; None where there is none of that id."""

    def variants(self, variant_ids: Sequence[int]) -> Mapping[int, Variant]:
        """Return what is there; an id that is missing from the answer is gone. Any number of ids."""

    def find_variants(self, skus: Sequence[str]) -> Sequence[Variant]:
        """Search by SKU, in any case. The index lags: an empty answer never proves that there is none."""

    def find_titles(self, words: Sequence[str]) -> Sequence[Variant]:
        """Search for any of these words, letters and digits only, in titles; the best fifty. The index lags."""

    def collection_page(self, handle: str, *, after: str | None = None) -> CollectionPage | None:
        """Return the variants of some of a collection's products, those that are not for sale left out; None
        where there is no such collection."""

    def inventory_levels(
        self, inventory_item_ids: Sequence[int], location_id: int
    ) -> Mapping[int, InventoryLevel]:
        """Return one level per item that exists, not stocked ones included. At most 250 ids: one call.

        :raises ShopRefused: the shop has no such location
        """

    def start_bulk_levels(self, location_id: int) -> int:
        """Ask for the levels of every item of the shop at a location, and return the bulk operation's id.

        :raises ShopRefused: as many bulk operations are running as may; or there is no such location
        """

    def bulk_operation(self, operation_id: int) -> BulkOperation | None: ...

    def bulk_levels(self, operation: BulkOperation, location_id: int) -> Iterator[InventoryLevel]:
        """Yield the levels in the file of a bulk operation that has ended, in no order, each item at most once.

        :raises ShopRefused: the file is not there any more
        :raises ShopUnavailable: it was cut off or cannot be read; what was yielded before is good
        """

    def spent(self) -> Spent:
        """Return what this process has asked of the shop since it began."""

    def create_draft(self, draft: Draft) -> PlacedDraft: ...

    def reckon(self, draft: Draft) -> Reckoning:
        """Return what a draft would come to; nothing is made.

        :raises ShopRefused: the shop would not make it, such as a currency that it does not present
        """

    def draft(self, draft_id: int) -> PlacedDraft | None: ...

    def newest_drafts(self, *, since: datetime, token: str | None = None) -> Iterator[PlacedDraft]:
        """Yield drafts newest first, unfiltered, page by page, until one is older than `since`.

        :param token: only those with this tag, which is much cheaper; the shop's index is not asked
        """

    def new_drafts(self, *, since: datetime) -> Iterator[Sequence[Named]]:
        """Yield every draft made since then, newest first, one list per page asked for; whose, not what."""

    def complete_draft(self, draft_id: int, *, payment_pending: bool) -> CompletedDraft:
        """Make the draft an order. One that was completed before answers the same order."""

    def hold_draft(self, draft_id: int, *, until: datetime) -> datetime:
        """Have an open draft hold its units until then, and change nothing else; return the end as it is now."""

    def delete_draft(self, draft_id: int) -> None:
        """Delete an open draft; one that is gone already is fine."""

    def order(self, order_id: int) -> ShopOrder | None: ...

    def find_orders(self, *, tag: str) -> Sequence[ShopOrder]:
        """Search by tag. The index lags: an empty answer never proves that there is none."""

    def changed_orders(self, *, since: datetime) -> Iterator[Sequence[Named]]:
        """Yield every order changed since then, oldest change first, one list per page asked for; closed
        and canceled ones too. The index lags: ask again with an overlap."""

    def cancel_order(self, order_id: int, cancellation: Cancellation) -> None:
        """Ask for the cancellation; it happens later, `cancelled_at` tells. Already canceled is fine."""

    def waits_at_closed_location(self, order_id: int) -> bool:
        """Tell whether units of the order are to be sent from a location that was deactivated since."""

    def fulfill_lines(self, order_id: int, lines: Mapping[int, int]) -> Fulfillment | None:
        """Close what the shop still waits for on these order lines (line id -> units), without tracking and
        without telling the customer. None when nothing was open; what waits at another location, or is more
        than 250 lines, takes another call."""

    def cancel_fulfillment(self, fulfillment_id: int) -> None: ...

    def subscriptions(self) -> Sequence[Subscription]: ...

    def subscribe(self, topic: str, uri: str) -> Subscription: ...

    def unsubscribe(self, subscription_id: int) -> None: ...
