"""Units of an item at a location, and how they move between the states that Shopify counts.

    available -- hold --> reserved -- commit --> committed -- ship --> gone

On hand is what lies on the shelf: every state but `incoming`. Shopify lets `available` go below
zero when more is ordered than there is; so does this. An item that is not tracked never moves.
"""

import re

from simulator.gids import gid
from simulator.records import InventoryItem, InventoryLevel
from simulator.state import Store, utc_now

_LEVEL = re.compile(r"^gid://shopify/InventoryLevel/([0-9]+)\?inventory_item_id=([0-9]+)$")
ON_SHELF = ("available", "committed", "reserved", "damaged", "quality_control", "safety_stock")


def level_gid(level: InventoryLevel) -> str:
    """The global id of a level. Its number alone names no level: all items at one location share it."""
    return f"{gid('InventoryLevel', level.location.id + 1)}?inventory_item_id={level.item.id}"


def level_by_gid(store: Store, text: str) -> InventoryLevel | None:
    """The level that a global id names, or None."""
    match = _LEVEL.match(text)
    item = store.get("InventoryItem", int(match[2])) if match else None
    return item.levels.get(int(match[1]) - 1) if match and item else None


def quantity(level: InventoryLevel, name: str) -> int:
    """Units in one state; `on_hand` is the sum of the states that lie on the shelf."""
    if name == "on_hand":
        return sum(level.quantities[state] for state in ON_SHELF)
    return level.quantities[name]


def move(store: Store, level: InventoryLevel, **deltas: int) -> None:
    """Add to states; tell who listens when what can be sold has changed.

    :param deltas: units by the name of the state, e.g. available=-2, committed=2
    """
    if not level.item.tracked:
        return
    changed = {name: delta for name, delta in deltas.items() if delta}
    for name, delta in changed.items():
        level.quantities[name] += delta
        level.changed_at[name] = utc_now()
    if not changed:
        return
    store.touch(level)
    if "available" in changed and store.get("InventoryItem", level.item.id) is level.item:
        store.emit("inventory_levels/update", level)
        if level.item.variant:
            store.touch(level.item.variant.product)
            store.emit("products/update", level.item.variant.product)


def choose_level(store: Store, item: InventoryItem, units: int) -> InventoryLevel | None:
    """Where an order's units come from: the default location, another when only that has enough.

    :returns: None for an item that is stocked nowhere
    """
    levels = sorted(
        (level for level in item.levels.values() if level.is_active and level.location.is_active),
        key=lambda level: (level.location.id != store.default_location_id, level.id),
    )
    for level in levels:
        if level.quantities["available"] >= units:
            return level
    return levels[0] if levels else None


def hold(store: Store, level: InventoryLevel, units: int) -> None:
    """A draft keeps units for its customer."""
    move(store, level, available=-units, reserved=units)


def release(store: Store, level: InventoryLevel, units: int) -> None:
    """A draft keeps them no longer."""
    move(store, level, available=units, reserved=-units)


def commit(store: Store, level: InventoryLevel, units: int) -> None:
    """An order takes units that nobody held."""
    move(store, level, available=-units, committed=units)


def commit_held(store: Store, level: InventoryLevel, units: int) -> None:
    """An order takes units that its draft held."""
    move(store, level, reserved=-units, committed=units)


def ship(store: Store, level: InventoryLevel, units: int) -> None:
    """Units of an order leave."""
    move(store, level, committed=-units)


def unship(store: Store, level: InventoryLevel, units: int) -> None:
    """A parcel is cancelled: its units are the order's again, and lie here."""
    move(store, level, committed=units)


def give_back(store: Store, level: InventoryLevel, units: int) -> None:
    """Units of an order that were not sent can be sold again."""
    move(store, level, available=units, committed=-units)


def write_off(store: Store, level: InventoryLevel, units: int) -> None:
    """Units of an order that were not sent are neither sent nor put back."""
    move(store, level, committed=-units)


def take_back(store: Store, level: InventoryLevel, units: int) -> None:
    """Units that had been sent are back on the shelf."""
    move(store, level, available=units)
