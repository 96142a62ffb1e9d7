"""What went back, or will."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from simulator.records.base import Record
from simulator.records.catalog import Location
from simulator.records.orders import Order, OrderLine, Transaction
from simulator.records.shipping import FulfillmentLine


@dataclass(eq=False)
class RefundLine:
    kind: ClassVar[str] = "RefundLineItem"

    id: int
    line: OrderLine
    quantity: int
    restock_type: str  # NO_RESTOCK | CANCEL | RETURN
    location: Location | None
    subtotal: Decimal
    total_tax: Decimal
    refund: "Refund" = field(repr=False)


@dataclass(eq=False, kw_only=True)
class Refund(Record):
    kind = "Refund"

    order: Order = field(repr=False)
    note: str | None = None
    lines: list[RefundLine] = field(default_factory=list, repr=False)
    shipping: Decimal = Decimal(0)
    transactions: list[Transaction] = field(default_factory=list, repr=False)


@dataclass(eq=False)
class ReturnLine:
    kind: ClassVar[str] = "ReturnLineItem"

    id: int
    fulfillment_line: FulfillmentLine
    quantity: int
    reason: str
    note: str = ""


@dataclass(eq=False, kw_only=True)
class Return(Record):
    kind = "Return"

    order: Order = field(repr=False)
    name: str
    status: str = "OPEN"
    lines: list[ReturnLine] = field(default_factory=list, repr=False)
