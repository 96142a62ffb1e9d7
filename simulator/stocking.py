"""Where an item is stocked and what it is, changed as an app may. Messages are captured ones."""

from typing import Any

from simulator import stock
from simulator.catalog import new_level
from simulator.idempotency import once
from simulator.records import InventoryItem
from simulator.registry import Context, mutation
from simulator.state import Store


@mutation("inventoryActivate", idempotent=True)
def activate(context: Context, **arguments: Any) -> dict[str, Any]:
    """Stock an item at a location."""
    return once(context, "inventoryActivate", arguments, lambda: _activate(context, **arguments))


def _activate(
    context: Context,
    inventoryItemId: str,
    locationId: str,
    available: int | None = None,
    onHand: int | None = None,
    **_more: Any,
) -> dict[str, Any]:
    store = context.store
    item = store.named("InventoryItem", inventoryItemId)
    location = store.named("Location", locationId)
    if item is None or location is None:
        field, what = ("inventoryItemId", "inventory item") if item is None else ("locationId", "location")
        text = f"The product couldn't be stocked because the {what} wasn't found."
        return {"inventoryLevel": None, "userErrors": [{"field": [field], "message": text}]}
    units = (available or onHand or 0) if item.tracked else 0
    level = item.levels.get(location.id)
    if level is not None and level.is_active:
        text = "Not allowed to set available quantity when the item is already active at the location."
        errors = [] if available is None else [{"field": ["available"], "message": text}]
        return {"inventoryLevel": level, "userErrors": errors}
    if level is None:
        level = store.add(new_level(store, item, location, units))
    else:
        level.is_active = True
        level.quantities["available"] = units
        store.touch(level)
    store.emit("inventory_levels/connect", level)
    store.emit("inventory_levels/update", level)
    return {"inventoryLevel": level, "userErrors": []}


@mutation("inventoryDeactivate")
def deactivate(context: Context, inventoryLevelId: str) -> dict[str, Any]:
    """No longer stock an item at a location."""
    store = context.store
    level = stock.level_by_gid(store, inventoryLevelId)
    if level is None or not level.is_active:
        return {"userErrors": [{"field": ["inventoryLevelId"], "message": "Inventory level not found"}]}
    elsewhere = [one for one in level.item.levels.values() if one.is_active and one is not level]
    if not elsewhere:
        text = (
            f"The product couldn't be unstocked from {level.location.name} because products need to be "
            "stocked at a minimum of 1 location."
        )
        return {"userErrors": [{"field": None, "message": text}]}
    if any(level.quantities[state] for state in ("committed", "reserved", "incoming")):
        text = (
            f"The product couldn't be unstocked from {level.location.name} because it has committed, "
            "reserved or incoming inventory."
        )
        return {"userErrors": [{"field": None, "message": text}]}
    level.is_active = False
    level.quantities = dict.fromkeys(level.quantities, 0)
    store.touch(level)
    store.emit("inventory_levels/disconnect", level)
    return {"userErrors": []}


@mutation("inventoryItemUpdate")
def update_item(context: Context, id: str, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002 - GraphQL's names
    """Change what an item is: its SKU, whether it is counted at all, whether it is shipped."""
    store = context.store
    item = store.named("InventoryItem", id)
    if item is None:
        error = {"field": ["id"], "message": "The product couldn't be updated because it does not exist."}
        return {"inventoryItem": None, "userErrors": [error]}
    change_item(store, item, input)
    return {"inventoryItem": item, "userErrors": []}


def change_item(store: Store, item: InventoryItem, wish: dict[str, Any]) -> None:
    """Take over what is given of sku, tracked and requiresShipping."""
    for theirs, ours in (
        ("sku", "sku"), ("tracked", "tracked"), ("requiresShipping", "requires_shipping"),
    ):  # fmt: skip
        if wish.get(theirs) is not None:
            setattr(item, ours, wish[theirs])
    store.touch(item)
    store.emit("inventory_items/update", item)
    if item.variant:
        store.touch(item.variant)
        store.touch(item.variant.product)
        store.emit("products/update", item.variant.product)
