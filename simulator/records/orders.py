"""Orders and the money that moved for them."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from simulator.records.base import Record
from simulator.records.catalog import InventoryLevel
from simulator.records.lines import Discount, Line, Sale

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
class Order(Sale):
    kind = "Order"

    number: int
    processed_at: datetime
    financial_status: str  # PENDING | PAID | PARTIALLY_REFUNDED | REFUNDED | VOIDED | PARTIALLY_PAID
    lines: list[OrderLine] = field(default_factory=list)
    discount: Discount | None = None
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
