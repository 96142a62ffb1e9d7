"""Which body belongs to which topic: REST's shapes, with the keys of Shopify's documented samples."""

from collections.abc import Callable
from typing import Any

from simulator.records import Order
from simulator.search import Terms
from simulator.state import Happening, Store
from simulator.webhooks import draft_bodies, fulfillment_bodies, order_bodies, refund_bodies
from simulator.webhooks import shop_bodies as shop
from simulator.webhooks.shapes import Json, when


def _only_id(record: Any, _store: Store) -> Json:
    return {"id": record.id}


BODIES: dict[str, Callable[[Any, Store], Json]] = {
    **dict.fromkeys(
        ("orders/create", "orders/updated", "orders/paid", "orders/cancelled",
         "orders/fulfilled", "orders/partially_fulfilled"), order_bodies.order,
    ),
    **dict.fromkeys(("draft_orders/create", "draft_orders/update"), draft_bodies.draft_order),
    **dict.fromkeys(("fulfillments/create", "fulfillments/update"), fulfillment_bodies.fulfillment),
    **dict.fromkeys(("orders/delete", "draft_orders/delete", "products/delete"), _only_id),
    "fulfillment_events/create": fulfillment_bodies.fulfillment_event,
    "refunds/create": refund_bodies.refund,
    "inventory_levels/connect": shop.inventory_level,
    "inventory_levels/update": shop.inventory_level,
    "inventory_levels/disconnect": shop.inventory_level_gone,
    "inventory_items/update": shop.inventory_item,
    "inventory_items/delete": shop.inventory_item_gone,
    "products/update": shop.product,
    "bulk_operations/finish": shop.bulk_operation,
    "app/uninstalled": shop.shop,
}  # fmt: skip


def body_of(happening: Happening, store: Store) -> Json:
    """What a webhook says of something that has happened, as it is now."""
    if happening.topic == "orders/edited":
        return _order_edited(happening)
    return BODIES[happening.topic](happening.record, store)


def _order_edited(happening: Happening) -> Json:
    """The edit alone: which lines gained and lost how many units."""
    order: Order = happening.record
    facts = happening.facts
    return {
        "order_edit": {
            "id": facts["edit_id"],
            "app_id": None,
            "created_at": when(order.updated_at),
            "committed_at": when(order.updated_at),
            "notify_customer": bool(facts.get("notify_customer")),
            "order_id": order.id,
            "staff_note": facts.get("staff_note") or "",
            "user_id": None,
            "line_items": {"additions": facts["additions"], "removals": facts["removals"]},
            "discounts": {"line_item": {"additions": [], "removals": []}},
            "shipping_lines": {"additions": [], "removals": []},
        }
    }


def is_wanted(content: Json, narrowed: str | None) -> bool:
    """Whether a subscription's filter lets a body through: `field:value`, all of them.

    A field that the body does not have lets nothing through, without a word, as in Shopify.
    """
    return all(
        term.field in content and (_same(content[term.field], term.value) != term.negated)
        for term in Terms(narrowed)
    )


def _same(value: Any, wanted: str) -> bool:
    return wanted == "*" or str(value).lower() == wanted.lower()
