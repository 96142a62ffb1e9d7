"""Stock of a test's shop by SKU: what is there, and changing it as an app would."""

from itertools import count
from typing import Any

from simulator import stock
from tests.simulator.shops import Shop

SET = """
mutation ($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup {
      id reason referenceDocumentUri
      changes { name delta quantityAfterChange item { id } location { id } }
    }
    userErrors { field message code }
  }
}"""
ADJUST = """
mutation ($input: InventoryAdjustQuantitiesInput!, $key: String!) {
  inventoryAdjustQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { changes { name delta } }
    userErrors { field message code }
  }
}"""
UNTRACK = """
mutation ($id: ID!, $input: InventoryItemInput!) {
  inventoryItemUpdate(id: $id, input: $input) { inventoryItem { tracked sku } userErrors { message } }
}"""
UNKNOWN_LOCATION = "gid://shopify/Location/999999999999"
READ = """
query ($ids: [ID!]!, $location: ID!) {
  nodes(ids: $ids) {
    __typename
    ... on InventoryItem {
      sku tracked
      inventoryLevel(locationId: $location) {
        id isActive quantities(names: ["available", "on_hand"]) { name quantity updatedAt }
      }
    }
  }
}"""
_keys = count()


def item_of(shop: Shop, sku: str) -> int:
    """The number of the item with this SKU."""
    return next(item.id for item in shop.store.all("InventoryItem") if item.sku == sku)


def variant_of(shop: Shop, sku: str) -> str:
    """The global id of the variant with this SKU."""
    item = shop.store.get("InventoryItem", item_of(shop, sku))
    return f"gid://shopify/ProductVariant/{item.variant.id}"


def location_of(shop: Shop, name: str = "Amman Warehouse") -> int:
    """The number of the location with this name."""
    return next(one.id for one in shop.store.all("Location") if one.name == name)


def at(shop: Shop, sku: str, location: str = "Amman Warehouse") -> dict[str, str]:
    """The ids that every change of stock names."""
    return {
        "inventoryItemId": f"gid://shopify/InventoryItem/{item_of(shop, sku)}",
        "locationId": f"gid://shopify/Location/{location_of(shop, location)}",
    }


def adjust(
    shop: Shop, sku: str, delta: int, *, name: str = "available", location: str = "Amman Warehouse"
) -> dict[str, Any]:
    """Add units; the payload."""
    change = {**at(shop, sku, location), "delta": delta, "changeFromQuantity": None}
    wish = {"name": name, "reason": "correction", "changes": [change]}
    answer = shop.data(ADJUST, {"input": wish, "key": f"test-{next(_keys)}"})
    payload = answer["inventoryAdjustQuantities"]
    assert payload["userErrors"] == []
    return payload


def quantities(shop: Shop, sku: str, location: str = "Amman Warehouse") -> dict[str, int]:
    """All states of an item at a location, as the Admin API answers them."""
    answer = shop.data(
        """query ($item: ID!, $location: ID!) {
          inventoryItem(id: $item) { inventoryLevel(locationId: $location) {
            quantities(names: ["available", "reserved", "committed", "on_hand"]) { name quantity }
          } }
        }""",
        {
            "item": at(shop, sku, location)["inventoryItemId"],
            "location": at(shop, sku, location)["locationId"],
        },
    )
    level = answer["inventoryItem"]["inventoryLevel"]
    return {one["name"]: one["quantity"] for one in level["quantities"]}


def level_of(shop: Shop, sku: str, location: str = "Amman Warehouse") -> stock.InventoryLevel:
    """The record of an item at a location."""
    return shop.store.get("InventoryItem", item_of(shop, sku)).levels[location_of(shop, location)]
