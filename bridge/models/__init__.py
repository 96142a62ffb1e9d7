"""Tables: columns, constraints, no behavior. Importing this package registers all of them."""

from bridge.models.base import Base
from bridge.models.counters import Counter
from bridge.models.decisions import Decision
from bridge.models.orders import IdempotencyKey, Order, OrderEvent, OrderItem
from bridge.models.partners import ApiKey, Listing, Partner
from bridge.models.shop_facts import PushAttempt, ShopifyFulfillment, ShopifyOrder
from bridge.models.stock import InventoryLevel, ItemBuffer, Reservation, SyncRun
from bridge.models.webhooks import WebhookEvent
from bridge.models.work import Mark, Work

__all__ = [
    "ApiKey",
    "Base",
    "Counter",
    "Decision",
    "IdempotencyKey",
    "InventoryLevel",
    "ItemBuffer",
    "Listing",
    "Mark",
    "Order",
    "OrderEvent",
    "OrderItem",
    "Partner",
    "PushAttempt",
    "Reservation",
    "ShopifyFulfillment",
    "ShopifyOrder",
    "SyncRun",
    "WebhookEvent",
    "Work",
]
