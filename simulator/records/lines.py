"""What drafts and orders are made of."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from simulator.records.base import Attributes, Record


@dataclass(eq=False)
class Address:
    """A mailing address; missing parts are None."""

    id: int
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    province: str | None = None
    province_code: str | None = None
    country: str | None = None
    country_code: str | None = None
    zip: str | None = None
    phone: str | None = None


@dataclass(eq=False)
class Discount:
    """What staff took off: `value` is a percentage or an amount, `amount` what it came to."""

    title: str | None
    description: str
    value: Decimal
    value_type: str  # FIXED_AMOUNT | PERCENTAGE
    amount: Decimal = Decimal(0)


@dataclass(eq=False)
class ShippingLine:
    id: int
    title: str
    price: Decimal
    code: str = "custom"


@dataclass(eq=False)
class TaxLine:
    title: str
    rate: Decimal
    price: Decimal


@dataclass(eq=False, kw_only=True)
class Line:
    """What a draft's line and an order's line have in common. `variant_id` None: a custom line."""

    id: int
    variant_id: int | None
    product_id: int | None
    title: str
    variant_title: str | None
    sku: str | None
    vendor: str | None
    quantity: int
    price: Decimal  # one unit, before discounts
    taxable: bool
    requires_shipping: bool
    custom_attributes: Attributes
    discount: Decimal = Decimal(0)  # on the whole line, its own and its share of the order's
    tax_lines: list[TaxLine] = field(default_factory=list)
    grams: int = 0
    owner: Any = field(default=None, repr=False)  # the draft or order, whose currency the money is in


@dataclass(eq=False, kw_only=True)
class Sale(Record):
    """What a draft and an order have in common: who buys, where it goes, how it is paid for."""

    name: str
    currency: str  # presentment
    token: str
    email: str | None = None
    phone: str | None = None
    note: str | None = None
    po_number: str | None = None
    source_name: str | None = None
    tags: list[str] = field(default_factory=list)
    custom_attributes: Attributes = field(default_factory=list)
    shipping_address: Address | None = None
    billing_address: Address | None = None
    shipping_line: ShippingLine | None = None
    tax_exempt: bool = False
    payment_terms: dict[str, Any] | None = None
