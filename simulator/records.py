"""What the store remembers: one class per kind of thing, plain data, no behaviour.

Money is Decimal in the presentment currency of its draft or order. Times are whole seconds, UTC, as
Shopify prints them. `kind` is the GraphQL type, and half of the global id.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

Attributes = list[dict[str, str]]  # [{"key": ..., "value": ...}]


@dataclass(eq=False, kw_only=True)
class Record:
    """Something with an id of its own; two of them are equal when they are the same one."""

    kind: ClassVar[str]

    id: int
    created_at: datetime
    updated_at: datetime


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


@dataclass(eq=False)
class FulfillmentOrderLine:
    """Units of one order line to be sent from one location; `remaining` are those not sent yet."""

    kind: ClassVar[str] = "FulfillmentOrderLineItem"

    id: int
    line: OrderLine
    total: int
    remaining: int


@dataclass(eq=False, kw_only=True)
class FulfillmentOrder(Record):
    kind = "FulfillmentOrder"

    order: Order = field(repr=False)
    location: Location
    status: str = "OPEN"  # OPEN | IN_PROGRESS | CLOSED | CANCELLED
    lines: list[FulfillmentOrderLine] = field(default_factory=list, repr=False)


@dataclass(eq=False)
class FulfillmentLine:
    """Units of one order line in one parcel."""

    kind: ClassVar[str] = "FulfillmentLineItem"

    id: int
    line: OrderLine
    source: FulfillmentOrderLine
    quantity: int


@dataclass(eq=False, kw_only=True)
class Fulfillment(Record):
    kind = "Fulfillment"

    order: Order = field(repr=False)
    location: Location
    name: str
    status: str = "SUCCESS"  # SUCCESS | CANCELLED
    lines: list[FulfillmentLine] = field(default_factory=list, repr=False)
    tracking_company: str | None = None
    tracking_numbers: list[str] = field(default_factory=list)
    tracking_urls: list[str] = field(default_factory=list)
    events: list["FulfillmentEvent"] = field(default_factory=list, repr=False)
    fulfillment_orders: list[FulfillmentOrder] = field(default_factory=list, repr=False)


@dataclass(eq=False, kw_only=True)
class FulfillmentEvent(Record):
    kind = "FulfillmentEvent"

    fulfillment: Fulfillment = field(repr=False)
    status: str
    happened_at: datetime
    estimated_delivery_at: datetime | None = None
    message: str | None = None
    address1: str | None = None
    city: str | None = None
    province: str | None = None
    country: str | None = None
    zip: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(eq=False, kw_only=True)
class Transaction(Record):
    kind = "OrderTransaction"

    order: Order = field(repr=False)
    transaction_kind: str  # SALE | REFUND | VOID
    status: str  # SUCCESS | PENDING
    gateway: str
    amount: Decimal
    parent: "Transaction | None" = field(default=None, repr=False)


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


@dataclass(eq=False, kw_only=True)
class Subscription(Record):
    """A webhook subscription. `failures` counts tries that failed one after the other."""

    kind = "WebhookSubscription"

    topic: str  # as Shopify's header says it: orders/create
    uri: str
    name: str | None = None
    format: str = "JSON"
    include_fields: list[str] = field(default_factory=list)
    metafield_namespaces: list[str] = field(default_factory=list)
    filter: str | None = None
    failures: int = 0


@dataclass(eq=False, kw_only=True)
class BulkOperation(Record):
    kind = "BulkOperation"

    query: str
    status: str = "CREATED"
    group_objects: bool = False
    completed_at: datetime | None = None
    object_count: int = 0
    root_object_count: int = 0
    error_code: str | None = None
    lines: list[str] = field(default_factory=list, repr=False)  # of the file, JSON each
    cursor: str | None = None  # how far it has come
    file_name: str = ""
    problem: str = ""  # why it failed, for whoever looks at the simulator


@dataclass(eq=False)
class Job:
    """Work that Shopify does after it has answered."""

    kind: ClassVar[str] = "Job"

    id: str
    done: bool = False
