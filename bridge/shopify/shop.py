"""The Shopify store as the bridge's `Shop`: one method per verb, each in the module of its topic."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

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
from bridge.shopify import bulk, catalog, collections, drafts, fulfillments, orders, profiles, subscriptions
from bridge.shopify.client import AdminAPI


class ShopifyShop:
    """See `bridge.domain.shop.Shop` for what each method promises.

    :param location_id: whose stock we sell; None for the shop's default location
    """

    def __init__(self, api: AdminAPI, *, version: str, location_id: int | None) -> None:
        self._api = api
        self._version = version
        self._location_id = location_id

    def is_held_back(self) -> bool:
        return self._api.is_held_back()

    def profile(self) -> ShopProfile:
        return profiles.read(self._api, version=self._version, location_id=self._location_id)

    def access(self) -> ShopAccess:
        return profiles.access(self._api)

    def location(self) -> ShopLocation | None:
        return profiles.location(self._api, self._location_id)

    def variants(self, variant_ids: Sequence[int]) -> Mapping[int, Variant]:
        return catalog.variants(self._api, variant_ids)

    def find_variants(self, skus: Sequence[str]) -> Sequence[Variant]:
        return catalog.find_variants(self._api, skus)

    def find_titles(self, words: Sequence[str]) -> Sequence[Variant]:
        return catalog.find_titles(self._api, words)

    def collection_page(self, handle: str, *, after: str | None = None) -> CollectionPage | None:
        return collections.page(self._api, handle, after=after)

    def inventory_levels(
        self, inventory_item_ids: Sequence[int], location_id: int
    ) -> Mapping[int, InventoryLevel]:
        return catalog.inventory_levels(self._api, inventory_item_ids, location_id)

    def start_bulk_levels(self, location_id: int) -> int:
        return bulk.start_levels(self._api, location_id)

    def bulk_operation(self, operation_id: int) -> BulkOperation | None:
        return bulk.read(self._api, operation_id)

    def bulk_levels(self, operation: BulkOperation, location_id: int) -> Iterator[InventoryLevel]:
        return bulk.levels(self._api, operation, location_id)

    def spent(self) -> Spent:
        return self._api.spent

    def create_draft(self, draft: Draft) -> PlacedDraft:
        return drafts.create(self._api, draft)

    def reckon(self, draft: Draft) -> Reckoning:
        return drafts.reckon(self._api, draft)

    def draft(self, draft_id: int) -> PlacedDraft | None:
        return drafts.read(self._api, draft_id)

    def newest_drafts(self, *, since: datetime, token: str | None = None) -> Iterator[PlacedDraft]:
        return drafts.newest(self._api, since=since, token=token)

    def new_drafts(self, *, since: datetime) -> Iterator[Sequence[Named]]:
        return drafts.made_since(self._api, since)

    def complete_draft(self, draft_id: int, *, payment_pending: bool) -> CompletedDraft:
        return drafts.complete(self._api, draft_id, payment_pending=payment_pending)

    def hold_draft(self, draft_id: int, *, until: datetime) -> datetime:
        return drafts.hold(self._api, draft_id, until=until)

    def delete_draft(self, draft_id: int) -> None:
        drafts.delete(self._api, draft_id)

    def order(self, order_id: int) -> ShopOrder | None:
        return orders.read(self._api, order_id)

    def find_orders(self, *, tag: str) -> Sequence[ShopOrder]:
        return orders.find(self._api, tag=tag)

    def changed_orders(self, *, since: datetime) -> Iterator[Sequence[Named]]:
        return orders.changed(self._api, since=since)

    def cancel_order(self, order_id: int, cancellation: Cancellation) -> None:
        orders.cancel(self._api, order_id, cancellation)

    def waits_at_closed_location(self, order_id: int) -> bool:
        return fulfillments.wait_at_closed_location(self._api, order_id)

    def fulfill_lines(self, order_id: int, lines: Mapping[int, int]) -> Fulfillment | None:
        return fulfillments.close_lines(self._api, order_id, lines)

    def cancel_fulfillment(self, fulfillment_id: int) -> None:
        fulfillments.cancel(self._api, fulfillment_id)

    def subscriptions(self) -> Sequence[Subscription]:
        return subscriptions.listed(self._api)

    def subscribe(self, topic: str, uri: str) -> Subscription:
        return subscriptions.create(self._api, topic, uri)

    def unsubscribe(self, subscription_id: int) -> None:
        subscriptions.delete(self._api, subscription_id)
