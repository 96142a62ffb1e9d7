"""What the store remembers: one class per kind of thing, plain data, no behaviour.

Money is Decimal in the presentment currency of its draft or order. Times are whole seconds, UTC, as
Shopify prints them. `kind` is the GraphQL type, and half of the global id.
"""

from simulator.records.app import BulkOperation, Job, Subscription
from simulator.records.base import Attributes, Record
from simulator.records.catalog import Collection, InventoryItem, InventoryLevel, Location, Product, Variant
from simulator.records.drafts import DraftLine, DraftOrder
from simulator.records.lines import Address, Discount, Line, ShippingLine, TaxLine
from simulator.records.orders import Order, OrderLine, Transaction
from simulator.records.refunds import Refund, RefundLine, Return, ReturnLine
from simulator.records.shipping import (
    Fulfillment,
    FulfillmentEvent,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentOrderLine,
)

__all__ = [
    "Address",
    "Attributes",
    "BulkOperation",
    "Collection",
    "Discount",
    "DraftLine",
    "DraftOrder",
    "Fulfillment",
    "FulfillmentEvent",
    "FulfillmentLine",
    "FulfillmentOrder",
    "FulfillmentOrderLine",
    "InventoryItem",
    "InventoryLevel",
    "Job",
    "Line",
    "Location",
    "Order",
    "OrderLine",
    "Product",
    "Record",
    "Refund",
    "RefundLine",
    "Return",
    "ReturnLine",
    "ShippingLine",
    "Subscription",
    "TaxLine",
    "Transaction",
    "Variant",
]
