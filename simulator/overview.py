"""`GET /__state`: everything the shop knows, as JSON for a test or a curious person.

Keys: shop (settings), draft_orders, orders (each with lines, transactions, fulfillments and refunds),
fulfillments (of all orders), inventory_levels, subscriptions, deliveries (every webhook with its
attempts), requests (counts by root field, and "total"), throttled (the same, of those refused for
their cost), faults, struck (how often each fault did, by name). Ids are numbers, money is text.
"""

from dataclasses import asdict, is_dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from simulator.records import DraftOrder, InventoryLevel, Order, Record
from simulator.simulation import Simulation
from simulator.webhooks.deliveries import log


def overview(simulation: Simulation) -> dict[str, Any]:
    """Everything, taken in one moment."""
    store = simulation.store
    with store.lock:
        return {
            "shop": plain(asdict(store.settings)),
            "draft_orders": [draft(d) for d in store.all("DraftOrder")],
            "orders": [order(o) for o in store.all("Order")],
            "fulfillments": [shallow(one) for one in store.all("Fulfillment")],
            "inventory_levels": [level(one) for one in store.all("InventoryLevel")],
            "subscriptions": [shallow(s) for s in store.subscriptions],
            "requests": dict(simulation.requests),
            "throttled": dict(simulation.throttled),
            "faults": simulation.faults.listed(),
            "struck": simulation.faults.struck(),
            "deliveries": log(store),
        }


def plain(value: Any) -> Any:
    """A value as JSON can carry it."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, Record):
        return value.id
    if is_dataclass(value) and not isinstance(value, type):
        return shallow(value)
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value


def shallow(record: Any) -> dict[str, Any]:
    """Its own attributes; another record in one of them is only its id."""
    return {name: plain(value) for name, value in vars(record).items()}


def draft(record: DraftOrder) -> dict[str, Any]:
    return shallow(record) | {"order_id": record.order.id if record.order else None}


def order(record: Order) -> dict[str, Any]:
    nested = ("fulfillment_orders", "fulfillments", "refunds", "returns", "transactions")
    return shallow(record) | {name: [shallow(one) for one in getattr(record, name)] for name in nested}


def level(record: InventoryLevel) -> dict[str, Any]:
    return {
        "sku": record.item.sku,
        "inventory_item_id": record.item.id,
        "location_id": record.location.id,
        "updated_at": plain(record.updated_at),
        **record.quantities,
    }
