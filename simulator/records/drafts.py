"""Draft orders."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from simulator.records.catalog import InventoryLevel
from simulator.records.lines import Discount, Line, Sale

if TYPE_CHECKING:
    from simulator.records.orders import Order


@dataclass(eq=False, kw_only=True)
class DraftLine(Line):
    kind = "DraftOrderLineItem"

    uuid: str
    applied_discount: Discount | None = None
    price_override: Decimal | None = None


@dataclass(eq=False, kw_only=True)
class DraftOrder(Sale):
    kind = "DraftOrder"

    status: str = "OPEN"
    lines: list[DraftLine] = field(default_factory=list)
    applied_discount: Discount | None = None
    accept_automatic_discounts: bool | None = None
    allow_discount_codes_in_checkout: bool = False
    visible_to_customer: bool = False
    reserve_inventory_until: datetime | None = None
    holds: list[tuple[InventoryLevel, int]] = field(default_factory=list, repr=False)
    ready_at: datetime | None = None
    completed_at: datetime | None = None
    checkout: str | None = None  # one that a customer has started and that is still linked to this draft
    order: "Order | None" = field(default=None, repr=False)
