"""Draft orders."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulator.records.base import Attributes, Record
from simulator.records.catalog import InventoryLevel
from simulator.records.lines import Address, Discount, Line, ShippingLine

if TYPE_CHECKING:
    from simulator.records.orders import Order


@dataclass(eq=False, kw_only=True)
class DraftLine(Line):
    kind = "DraftOrderLineItem"

    uuid: str
    applied_discount: Discount | None = None
    price_override: Decimal | None = None


@dataclass(eq=False, kw_only=True)
class DraftOrder(Record):
    kind = "DraftOrder"

    name: str
    currency: str  # presentment
    token: str
    status: str = "OPEN"
    email: str | None = None
    phone: str | None = None
    note: str | None = None
    po_number: str | None = None
    source_name: str | None = None
    tags: list[str] = field(default_factory=list)
    custom_attributes: Attributes = field(default_factory=list)
    lines: list[DraftLine] = field(default_factory=list)
    shipping_address: Address | None = None
    billing_address: Address | None = None
    shipping_line: ShippingLine | None = None
    applied_discount: Discount | None = None
    tax_exempt: bool = False
    accept_automatic_discounts: bool | None = None
    allow_discount_codes_in_checkout: bool = False
    visible_to_customer: bool = False
    payment_terms: dict[str, Any] | None = None
    reserve_inventory_until: datetime | None = None
    holds: list[tuple[InventoryLevel, int]] = field(default_factory=list, repr=False)
    ready_at: datetime | None = None
    completed_at: datetime | None = None
    checkout: str | None = None  # one that a customer has started and that is still linked to this draft
    order: "Order | None" = field(default=None, repr=False)
