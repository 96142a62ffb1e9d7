"""Changing quantities as an app may: set and adjust. Messages are captured ones.

From 2026-04 each of these demands `@idempotent(key:)`, and each quantity must say what it changes
from (null: whatever it is).
"""

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError

from simulator import stock
from simulator.gids import gid
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
    errors = _reason_errors(wish) + _name_errors(name, SETTABLE, "INVALID_NAME")
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
    errors = _reason_errors(wish) + _name_errors(name, ADJUSTABLE, "INVALID_QUANTITY_NAME")
    for index, wanted in enumerate(wishes):
        errors += _target_errors(store, ["changes", index], wanted)
    errors = errors or _stale_errors(store, "changes", wishes, name)
    if errors:
        return {"inventoryAdjustmentGroup": None, "userErrors": errors}
    changes = [(level, name, wanted["delta"]) for wanted in wishes if (level := _level(store, wanted))]
    return {"inventoryAdjustmentGroup": _apply(store, wish, changes), "userErrors": []}


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


def _name_errors(name: str, valid: Sequence[str], code: str) -> Errors:
    if name in valid:
        return []
    text = f"The specified quantity name is invalid. Valid values are: {', '.join(valid)}."
    return [_error(["name"], text, code)]


def _target_errors(store: Store, path: list[Any], wanted: dict[str, Any]) -> Errors:
    """The item and the location exist, and the one is stocked at the other."""
    missing = [
        _error([*path, name], text, code)
        for name, (text, code) in NOT_FOUND.items()
        if store.named(KINDS[name], wanted[name]) is None
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


def _level(store: Store, wanted: dict[str, Any]) -> InventoryLevel | None:
    item: InventoryItem | None = store.named("InventoryItem", wanted["inventoryItemId"])
    location = store.named("Location", wanted["locationId"])
    level = item.levels.get(location.id) if item and location else None
    return level if level and level.is_active else None
