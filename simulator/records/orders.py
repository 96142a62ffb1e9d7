"""Orders and the money that moved for them."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulator.records.base import Attributes, Record
from simulator.records.catalog import InventoryLevel
from simulator.records.lines import Address, Discount, Line, ShippingLine

if TYPE_CHECKING:
    from simulator.records.refunds import Refund, Return
    from simulator.records.shipping import Fulfillment, FulfillmentOrder


@dataclass(eq=False, kw_only=True)
class OrderLine(Line):
    """`quantity` is what was ordered, `current_quantity` what is left of it after edits and
    refunds.
    """

    kind = "LineItem"

    current_quantity: int
    level: InventoryLevel | None = field(default=None, repr=False)  # where the units are committed


@dataclass(eq=False, kw_only=True)
class Order(Record):
    kind = "Order"

    name: str
    number: int
    currency: str  # presentment
    token: str
    processed_at: datetime
    financial_status: str  # PENDING | PAID | PARTIALLY_REFUNDED | REFUNDED | VOIDED | PARTIALLY_PAID
    email: str | None = None
    phone: str | None = None
    note: str | None = None
    po_number: str | None = None
    source_name: str | None = None
    tags: list[str] = field(default_factory=list)
    custom_attributes: Attributes = field(default_factory=list)
    lines: list[OrderLine] = field(default_factory=list)
    shipping_address: Address | None = None
    billing_address: Address | None = None
    shipping_line: ShippingLine | None = None
    discount: Discount | None = None
    tax_exempt: bool = False
    payment_terms: dict[str, Any] | None = None
    edited: bool = False
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    cancel_note: str | None = None
    closed_at: datetime | None = None
    draft_id: int | None = None
    fulfillment_orders: list["FulfillmentOrder"] = field(default_factory=list, repr=False)
    fulfillments: list["Fulfillment"] = field(default_factory=list, repr=False)
    refunds: list["Refund"] = field(default_factory=list, repr=False)
    returns: list["Return"] = field(default_factory=list, repr=False)
    transactions: list["Transaction"] = field(default_factory=list, repr=False)


@dataclass(eq=False, kw_only=True)
class Transaction(Record):
    kind = "OrderTransaction"

    order: Order = field(repr=False)
    transaction_kind: str  # SALE | REFUND | VOID
    status: str  # SUCCESS | PENDING
    gateway: str
    amount: Decimal
    parent: "Transaction | None" = field(default=None, repr=False)
