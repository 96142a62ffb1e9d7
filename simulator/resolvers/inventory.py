"""Inventory items and their levels as the schema shows them."""

from typing import Any

from simulator.connections import connection
from simulator.gids import gid
from simulator.records import InventoryItem, InventoryLevel, Location
from simulator.registry import Context, query, resolves
from simulator.resolvers.lists import listed
from simulator.stock import level_by_gid, level_gid, quantity


@query("inventoryItem")
def inventory_item(context: Context, id: str) -> Any:  # noqa: A002 - GraphQL's name
    return context.find("InventoryItem", id)


@query("inventoryItems")
def inventory_items(context: Context, **arguments: Any) -> Any:
    return listed(context, "InventoryItem", arguments)


@query("inventoryLevel")
def inventory_level(context: Context, id: str) -> Any:  # noqa: A002 - GraphQL's name
    return level_by_gid(context.store, id)


@resolves("InventoryItem", "inventoryLevel")
def level_at(record: InventoryItem, context: Context, locationId: str, includeInactive: bool = False) -> Any:
    """The level at a location; null where the item is not stocked."""
    location = context.find("Location", locationId)
    level = record.levels.get(location.id) if location else None
    return level if level and (level.is_active or includeInactive) else None


@resolves("InventoryItem", "inventoryLevels")
def levels_of_item(record: InventoryItem, _context: Context, **arguments: Any) -> Any:
    everything = arguments.get("includeInactive")
    found = [one for one in record.levels.values() if one.is_active or everything]
    return connection(sorted(found, key=lambda one: one.id), arguments)


@resolves("InventoryItem", "locationsCount")
def locations_count(record: InventoryItem, _context: Context) -> dict[str, Any]:
    return {"count": len(record.levels), "precision": "EXACT"}


@resolves("InventoryItem", "variants")
def variants(record: InventoryItem, _context: Context, **arguments: Any) -> Any:
    return connection([record.variant] if record.variant else [], arguments)


@resolves("InventoryItem", "measurement")
def measurement(record: InventoryItem, _context: Context) -> dict[str, Any]:
    return {"id": gid("InventoryItemMeasurement", record.id)}


@resolves("Location", "inventoryLevel")
def level_of(record: Location, context: Context, inventoryItemId: str, includeInactive: bool = False) -> Any:
    item = context.find("InventoryItem", inventoryItemId)
    level = item.levels.get(record.id) if item else None
    return level if level and (level.is_active or includeInactive) else None


@resolves("Location", "inventoryLevels")
def levels_at_location(record: Location, context: Context, **arguments: Any) -> Any:
    store = context.store
    found = [one for one in store.all("InventoryLevel") if one.location is record and one.is_active]
    return connection(found, arguments)


@resolves("InventoryLevel", "id")
def level_id(record: InventoryLevel, _context: Context) -> str:
    return level_gid(record)


@resolves("InventoryLevel", "quantities")
def quantities(record: InventoryLevel, _context: Context, names: list[str]) -> list[dict[str, Any]]:
    """The states that were asked for, in that order; a name Shopify does not have is an error
    there too.
    """
    return [
        {
            "id": gid("InventoryQuantity", f"{record.id}?inventory_item_id={record.item.id}&name={name}"),
            "name": name,
            "quantity": quantity(record, name),
            "updatedAt": record.changed_at.get(name),
        }
        for name in names
        if name == "on_hand" or name in record.quantities
    ]
