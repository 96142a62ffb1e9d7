"""Collections: the products that staff put together, as variants that can be sold."""

from collections.abc import Iterator, Mapping
from typing import Any

from bridge.domain.shop_values import CollectionPage, Variant
from bridge.shopify import paging
from bridge.shopify.catalog import variant_of
from bridge.shopify.client import AdminAPI

# Drafts and archived products are not for sale; an unlisted one is, to whoever knows it.
_FOR_SALE = frozenset({"ACTIVE", "UNLISTED"})


def page(api: AdminAPI, handle: str, *, after: str | None) -> CollectionPage | None:
    """Return the variants of the next twenty products of a collection; None where there is no such collection."""
    found = api.ask("ReadCollection", "collectionByIdentifier", handle=handle, after=after)
    if found is None:
        return None
    return api.understood("ReadCollection", lambda node: _page(api, node["products"]), found)


def _page(api: AdminAPI, products: Mapping[str, Any]) -> CollectionPage:
    variants = [
        variant
        for product in products["nodes"]
        if product["status"] in _FOR_SALE
        for variant in _variants(api, product)
    ]
    return CollectionPage(tuple(variants), paging.next_after(products))


def _variants(api: AdminAPI, product: Mapping[str, Any]) -> Iterator[Variant]:
    """Yield every variant of a product; few have more than come with it."""
    first = product["variants"]
    more = paging.rest(
        api,
        "ReadProductVariants",
        first,
        lambda data: data["product"] and data["product"]["variants"],
        id=product["id"],
    )
    return map(variant_of, [*first["nodes"], *more])
