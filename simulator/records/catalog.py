"""What the shop sells and where it lies."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from simulator.records.base import Record


@dataclass(eq=False, kw_only=True)
class Location(Record):
    kind = "Location"

    name: str
    country_code: str = "JO"
    is_active: bool = True


@dataclass(eq=False, kw_only=True)
class Product(Record):
    kind = "Product"

    title: str
    handle: str
    vendor: str = "JafarShop"
    product_type: str = ""
    status: str = "ACTIVE"
    tags: list[str] = field(default_factory=list)
    variants: list["Variant"] = field(default_factory=list, repr=False)


@dataclass(eq=False, kw_only=True)
class Collection(Record):
    kind = "Collection"

    handle: str
    title: str
    products: dict[int, Product] = field(default_factory=dict, repr=False)  # by id


@dataclass(eq=False, kw_only=True)
class Variant(Record):
    kind = "ProductVariant"

    product: Product = field(repr=False)
    inventory_item: "InventoryItem" = field(repr=False)
    title: str = "Default Title"
    price: Decimal
    position: int = 1
    taxable: bool = True
    inventory_policy: str = "DENY"


@dataclass(eq=False, kw_only=True)
class InventoryItem(Record):
    kind = "InventoryItem"

    sku: str
    variant: Variant | None = field(default=None, repr=False)
    tracked: bool = True
    requires_shipping: bool = True
    levels: dict[int, "InventoryLevel"] = field(default_factory=dict, repr=False)  # by location id


@dataclass(eq=False, kw_only=True)
class InventoryLevel(Record):
    """One item at one location. `on_hand` is what lies there: the sum of all states but
    `incoming`.
    """

    kind = "InventoryLevel"

    item: InventoryItem = field(repr=False)
    location: Location = field(repr=False)
    quantities: dict[str, int] = field(default_factory=dict)  # available, committed, reserved, ...
    changed_at: dict[str, datetime] = field(default_factory=dict)  # by the same names
    is_active: bool = True
