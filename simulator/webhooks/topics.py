"""Topic names: `ORDERS_CREATE` in the Admin API is `orders/create` in a delivery's header."""

SENT = (
    "app/uninstalled",
    "bulk_operations/finish",
    "draft_orders/create", "draft_orders/update", "draft_orders/delete",
    "fulfillment_events/create",
    "fulfillments/create", "fulfillments/update",
    "inventory_items/update", "inventory_items/delete",
    "inventory_levels/connect", "inventory_levels/update", "inventory_levels/disconnect",
    "orders/create", "orders/updated", "orders/paid", "orders/edited", "orders/cancelled",
    "orders/fulfilled", "orders/partially_fulfilled", "orders/delete",
    "products/update", "products/delete",
    "refunds/create",
)  # fmt: skip


def enum_name(topic: str) -> str:
    """The topic as the Admin API says it: draft_orders/create -> DRAFT_ORDERS_CREATE."""
    return topic.upper().replace("/", "_")


_BY_ENUM = {enum_name(topic): topic for topic in SENT}


def header_name(enum: str) -> str:
    """The topic as the header says it. One that this shop never sends keeps its enum readable."""
    return _BY_ENUM.get(enum, enum.lower().replace("_", "/", 1))
