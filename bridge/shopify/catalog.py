"""Variants and their stock: direct reads by id, which unlike searches do not lag."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from bridge.domain.errors import ShopRefused
from bridge.domain.shop_values import InventoryLevel, Variant
from bridge.domain.titles import variant_title
from bridge.shopify import paging
from bridge.shopify.client import AdminAPI
from bridge.shopify.gids import gid, number
from bridge.shopify.wire import instant

# As many ids as one call takes; its price does not grow with them.
PAGE = 250
# A search is a sentence, and its length has an end that Shopify does not tell.
_SKUS_PER_SEARCH = 25


def variants(api: AdminAPI, variant_ids: Sequence[int]) -> Mapping[int, Variant]:
    ids = list(dict.fromkeys(variant_ids))
    found: dict[int, Variant] = {}
    for start in range(0, len(ids), PAGE):
        page = ids[start : start + PAGE]
        nodes = api.ask("ReadVariants", "nodes", ids=[gid("ProductVariant", one) for one in page])
        for variant in api.understood(
            "ReadVariants", lambda nodes: [variant_of(n) for n in nodes if n], nodes
        ):
            found[variant.variant_id] = variant
    return found


def find_variants(api: AdminAPI, skus: Sequence[str]) -> Sequence[Variant]:
    """Search by SKU, in any case; the index lags."""
    wanted = list(dict.fromkeys(skus))
    found: list[Variant] = []
    for start in range(0, len(wanted), _SKUS_PER_SEARCH):
        terms = " OR ".join(f'sku:"{_escaped(sku)}"' for sku in wanted[start : start + _SKUS_PER_SEARCH])
        nodes = paging.nodes(api, "FindVariants", _found, query=terms)
        found += [api.understood("FindVariants", variant_of, node) for node in nodes]
    return found


def find_titles(api: AdminAPI, words: Sequence[str]) -> Sequence[Variant]:
    """Search for any of these words in titles; the first page, which has the best."""
    # In lower case: OR and NOT would be read as more than words.
    terms = " OR ".join(word.lower() for word in words)
    best = next(paging.pages(api, "FindVariants", _found, query=terms, sort="RELEVANCE"))
    return [api.understood("FindVariants", variant_of, node) for node in best]


def inventory_levels(
    api: AdminAPI, inventory_item_ids: Sequence[int], location_id: int
) -> Mapping[int, InventoryLevel]:
    """Return one level per item that exists, also of those that the location does not carry.

    :raises ValueError: more than 250 different ids
    :raises ShopRefused: the shop has no such location
    """
    ids = list(dict.fromkeys(inventory_item_ids))
    if len(ids) > PAGE:
        raise ValueError(f"at most {PAGE} inventory items in one call, not {len(ids)}")
    if not ids:
        return {}
    data = api.call(
        "ReadInventoryLevels",
        ids=[gid("InventoryItem", one) for one in ids],
        location=gid("Location", location_id),
    )
    if data.get("location") is None:
        # Every item would look as if it were not stocked there, and nothing would be for sale.
        raise ShopRefused(f"the shop has no location {location_id}; see SHOPIFY_LOCATION_ID")
    levels = api.understood(
        "ReadInventoryLevels",
        lambda data: [level_of(node, location_id) for node in data["nodes"] if node],
        data,
    )
    return {level.inventory_item_id: level for level in levels}


def variant_of(node: Mapping[str, Any]) -> Variant:
    """Read a variant with its product and its inventory item.

    :raises KeyError, TypeError, ValueError, ArithmeticError: it is not as the schema says
    """
    return Variant(
        variant_id=number(node["id"]),
        product_id=number(node["product"]["id"]),
        inventory_item_id=number(node["inventoryItem"]["id"]),
        sku=node["sku"] or None,
        title=variant_title(node["product"]["title"], node["title"]),
        price=Decimal(node["price"]),
        tracked=node["inventoryItem"]["tracked"],
    )


def level_of(node: Mapping[str, Any], location_id: int) -> InventoryLevel:
    """Read an inventory item with its level at a location.

    :raises KeyError, TypeError, ValueError: it is not as the schema says
    """
    level, tracked = node["inventoryLevel"], node["tracked"]
    stocked = level is not None and level["isActive"]
    available = 0
    if stocked:
        available = {one["name"]: one["quantity"] for one in level["quantities"]}["available"]
    return InventoryLevel(
        inventory_item_id=number(node["id"]),
        location_id=location_id,
        stocked=stocked,
        tracked=tracked,
        available=available if tracked else None,
        updated_at=instant(level["updatedAt"]) if level else None,
    )


def _found(data: Mapping[str, Any]) -> Any:
    return data["productVariants"]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
