"""Changing stock as an app may: set, adjust, stock and unstock. Messages are captured ones.

From 2026-04 each of these demands `@idempotent(key:)`, and each quantity must say what it changes
from (null: whatever it is).
"""

from typing import Any

from graphql import GraphQLError

from simulator import stock
from simulator.catalog import new_level
from simulator.gids import InvalidGid, gid, number
from simulator.idempotency import once
from simulator.records import InventoryItem, InventoryLevel
from simulator.registry import Context, mutation, resolves
from simulator.state import Store, utc_now

Errors = list[dict[str, Any]]
MOST = 1_000_000_000
REASONS = (
    "correction", "cycle_count_available", "damaged", "movement_canceled", "movement_created",
    "movement_received", "movement_updated", "other", "promotion", "quality_control", "received",
    "reservation_created", "reservation_deleted", "reservation_updated", "restock", "safety_stock",
    "shrinkage",
)  # fmt: skip
SETTABLE = ("available", "on_hand")
ADJUSTABLE = ("available", "damaged", "incoming", "quality_control", "reserved", "safety_stock")
KINDS = {"inventoryItemId": "InventoryItem", "locationId": "Location"}
NOT_FOUND = {
    "inventoryItemId": ("The specified inventory item could not be found.", "INVALID_INVENTORY_ITEM"),
    "locationId": ("The specified location could not be found.", "INVALID_LOCATION"),
}


def _error(path: list[Any], message: str, code: str) -> dict[str, Any]:
    return {"field": ["input", *map(str, path)], "message": message, "code": code}


@mutation("inventorySetQuantities", idempotent=True)
def set_quantities(context: Context, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002 - GraphQL's name
    """Say how many there are, of what is available or of what lies on the shelf."""
    _demand_change_from(input["quantities"], "InventoryQuantityInput")
    return once(context, "inventorySetQuantities", input, lambda: _set(context.store, input))


def _set(store: Store, wish: dict[str, Any]) -> dict[str, Any]:
    name, quantities = wish["name"], wish["quantities"]
    errors = _reason_errors(wish)
    if name not in SETTABLE:
        text = f"The specified quantity name is invalid. Valid values are: {', '.join(SETTABLE)}."
        errors.append(_error(["name"], text, "INVALID_NAME"))
    for index, wanted in enumerate(quantities):
        errors += _target_errors(store, ["quantities", index], wanted)
        if wanted["quantity"] < 0:
            text = "The quantity can't be negative."
            errors.append(_error(["quantities", index, "quantity"], text, "INVALID_QUANTITY_NEGATIVE"))
        if wanted["quantity"] > MOST:
            text = f"The quantity can't be higher than {MOST:,}."
            errors.append(_error(["quantities", index, "quantity"], text, "INVALID_QUANTITY_TOO_HIGH"))
    errors = errors or _repetition_errors(quantities)
    errors = errors or _stale_errors(store, "quantities", quantities, name)
    if errors:
        return {"inventoryAdjustmentGroup": None, "userErrors": errors}
    changes = [
        (level, "available", wanted["quantity"] - stock.quantity(level, name))
        for wanted in quantities
        if (level := _level(store, wanted))
    ]
    return {"inventoryAdjustmentGroup": _apply(store, wish, changes), "userErrors": []}


@mutation("inventoryAdjustQuantities", idempotent=True)
def adjust_quantities(context: Context, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002 - GraphQL's name
    """Add to or take from one state."""
    _demand_change_from(input["changes"], "InventoryChangeInput")
    return once(context, "inventoryAdjustQuantities", input, lambda: _adjust(context.store, input))


def _adjust(store: Store, wish: dict[str, Any]) -> dict[str, Any]:
    name, wishes = wish["name"], wish["changes"]
    errors = _reason_errors(wish)
    if name not in ADJUSTABLE:
        text = f"The specified quantity name is invalid. Valid values are: {', '.join(ADJUSTABLE)}."
        errors.append(_error(["name"], text, "INVALID_QUANTITY_NAME"))
    for index, wanted in enumerate(wishes):
        errors += _target_errors(store, ["changes", index], wanted)
    errors = errors or _stale_errors(store, "changes", wishes, name)
    if errors:
        return {"inventoryAdjustmentGroup": None, "userErrors": errors}
    changes = [(level, name, wanted["delta"]) for wanted in wishes if (level := _level(store, wanted))]
    return {"inventoryAdjustmentGroup": _apply(store, wish, changes), "userErrors": []}


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
    item = _find(store, "InventoryItem", inventoryItemId)
    location = _find(store, "Location", locationId)
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
    item = _find(store, "InventoryItem", id)
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


# ---------------------------------------------------------------- what is wrong with a wish


def _demand_change_from(wishes: list[dict[str, Any]], kind: str) -> None:
    """:raises GraphQLError: when an entry does not say what it changes from, be it null"""
    if any("changeFromQuantity" not in one for one in wishes):
        text = f"{kind} must include the following argument: changeFromQuantity."
        raise GraphQLError(text, extensions={"code": "INVALID_FIELD_ARGUMENTS"})


def _reason_errors(wish: dict[str, Any]) -> Errors:
    if wish["reason"] in REASONS:
        return []
    text = f"The specified reason is invalid. Valid values are: {', '.join(REASONS)}."
    return [_error(["reason"], text, "INVALID_REASON")]


def _target_errors(store: Store, path: list[Any], wanted: dict[str, Any]) -> Errors:
    """The item and the location exist, and the one is stocked at the other."""
    missing = [
        _error([*path, name], text, code)
        for name, (text, code) in NOT_FOUND.items()
        if _find(store, KINDS[name], wanted[name]) is None
    ]
    if missing:
        return missing
    if _level(store, wanted) is None:
        text = "The specified inventory item is not stocked at the location."
        return [_error([*path, "locationId"], text, "ITEM_NOT_STOCKED_AT_LOCATION")]
    return []


def _repetition_errors(wishes: list[dict[str, Any]]) -> Errors:
    seen: set[tuple[str, str]] = set()
    found = []
    for index, wanted in enumerate(wishes):
        pair = wanted["inventoryItemId"], wanted["locationId"]
        if pair in seen:
            text = "The combination of inventoryItemId and locationId must be unique."
            code = "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"
            found.append(_error(["quantities", index], text, code))
        seen.add(pair)
    return found


def _stale_errors(store: Store, key: str, wishes: list[dict[str, Any]], name: str) -> Errors:
    """Compare and swap: all or nothing."""
    found = []
    for index, wanted in enumerate(wishes):
        expected, level = wanted["changeFromQuantity"], _level(store, wanted)
        if level and expected is not None and stock.quantity(level, name) != expected:
            text = "The changeFromQuantity argument no longer matches the persisted quantity."
            path = [key, index, "changeFromQuantity"]
            found.append(_error(path, text, "CHANGE_FROM_QUANTITY_STALE"))
    return found


# ---------------------------------------------------------------- doing it


def _apply(
    store: Store, wish: dict[str, Any], changes: list[tuple[InventoryLevel, str, int]]
) -> dict[str, Any] | None:
    """Move the units and say what has changed: the state itself and what lies on the shelf."""
    told: list[dict[str, Any]] = []

    def shown(level: InventoryLevel, name: str, delta: int) -> dict[str, Any]:
        return {"name": name, "delta": delta, "item": level.item, "location": level.location}

    for level, name, delta in changes:
        stock.move(store, level, **{name: delta})
        told.append(shown(level, name, delta))
    told += [shown(level, "on_hand", delta) for level, name, delta in changes if name != "incoming"]
    if not any(delta for _, _, delta in changes):
        return None
    return {
        "id": gid("InventoryAdjustmentGroup", store.next_id()),
        "createdAt": utc_now(),
        "reason": wish["reason"],
        "referenceDocumentUri": wish.get("referenceDocumentUri"),
        "changes": told,
    }


@resolves("InventoryAdjustmentGroup", "changes")
def changes(
    group: dict[str, Any],
    _context: Context,
    inventoryItemIds: list[str] | None = None,
    locationIds: list[str] | None = None,
    quantityNames: list[str] | None = None,
) -> list[dict[str, Any]]:
    """Those that were asked for."""
    return [
        one
        for one in group["changes"]
        if (not quantityNames or one["name"] in quantityNames)
        and (not inventoryItemIds or gid("InventoryItem", one["item"].id) in inventoryItemIds)
        and (not locationIds or gid("Location", one["location"].id) in locationIds)
    ]


def _find(store: Store, kind: str, text: str) -> Any:
    """The record that a global id of this kind names, or None, also for what is no such id."""
    try:
        return store.get(kind, number(text, kind))
    except InvalidGid:
        return None


def _level(store: Store, wanted: dict[str, Any]) -> InventoryLevel | None:
    item: InventoryItem | None = _find(store, "InventoryItem", wanted["inventoryItemId"])
    location = _find(store, "Location", wanted["locationId"])
    level = item.levels.get(location.id) if item and location else None
    return level if level and level.is_active else None
