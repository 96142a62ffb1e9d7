"""The values that cross between the bridge and a shop.

Ids are Shopify's numbers, never gids. Times are Shopify's own, aware, whole seconds, and are compared only
with Shopify's. Money is a `Decimal` in major units of the currency named beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ShopProfile:
    name: str
    domain: str
    currency: str
    enabled_presentment_currencies: tuple[str, ...]
    location_id: int
    scopes: tuple[str, ...]
    api_version: str


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What the shop says a draft would come to, in the currency that the customer is shown."""

    currency: str
    total: Decimal


@dataclass(frozen=True, slots=True)
class Variant:
    """`title` is "Product" or "Product - Variant", as staff would say it."""

    variant_id: int
    product_id: int
    inventory_item_id: int
    sku: str | None
    title: str
    price: Decimal
    tracked: bool


@dataclass(frozen=True, slots=True)
class CollectionPage:
    """Some products of a collection, as all of their variants. `after`: where the next page begins, if there is one."""

    variants: tuple[Variant, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class InventoryLevel:
    """What one read or webhook says of one item at one location.

    `available` is None where the item is not tracked; `stocked` is False where the location does not carry it.
    `updated_at` is when the level last changed, not when it was looked at.
    """

    inventory_item_id: int
    location_id: int
    stocked: bool
    tracked: bool
    available: int | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class BulkOperation:
    """A question about everything, which the shop answers in its own time with a file.

    :ivar status: Shopify's in lower case: `created`, `running`, `completed`, `failed`, `canceled`, ...
    :ivar objects: how many it has written so far
    :ivar url: where the file is, or what there is of it; None while there is nothing to fetch
    :ivar error: Shopify's code for why it failed
    """

    operation_id: int
    status: str
    objects: int
    url: str | None
    error: str | None = None

    @property
    def has_ended(self) -> bool:
        return self.status not in ("created", "running", "canceling")

    @property
    def is_whole(self) -> bool:
        return self.status == "completed"


@dataclass(frozen=True, slots=True)
class Spent:
    """Requests made, and points of the rate limit paid for them."""

    requests: int
    points: float

    def since(self, before: "Spent") -> "Spent":
        return Spent(self.requests - before.requests, self.points - before.points)


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line to send. A line with `variant_id` is a variant at `price`; one without is custom."""

    position: str
    title: str
    sku: str | None
    quantity: int
    price: Decimal
    variant_id: int | None = None
    product_url: str | None = None


@dataclass(frozen=True, slots=True)
class DraftAddress:
    """`province` as its code within the country (`NY`) where that is known, else as the customer wrote it."""

    first_name: str
    last_name: str
    address1: str
    city: str
    zip: str
    country_code: str
    province: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft order to create. `total` is what Shopify must answer, to the last minor unit.

    `attributes` holds the token, the attempt and the partner's references; `discount` is one fixed amount
    off the order.
    """

    token: str
    currency: str
    lines: tuple[DraftLine, ...]
    shipping_price: Decimal
    discount: Decimal
    total: Decimal
    note: str
    po_number: str
    tags: tuple[str, ...]
    attributes: Mapping[str, str]
    address: DraftAddress


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line as the shop holds it. `position` is our attribute `_bridge_item`, None on a line we did not send."""

    line_id: int
    variant_id: int | None
    sku: str | None
    title: str
    quantity: int
    price: Decimal
    position: str | None


@dataclass(frozen=True, slots=True)
class PlacedDraft:
    """A draft order as the shop holds it. `order_id` is set once it was completed. `hold_until` is the end of its
    hold on stock; None without one, and in what a webhook says, which does not tell."""

    draft_id: int
    name: str
    status: str
    ready: bool
    currency: str
    total: Decimal
    tags: tuple[str, ...]
    attributes: Mapping[str, str]
    created_at: datetime
    updated_at: datetime
    lines: tuple[PlacedLine, ...]
    order_id: int | None = None
    order_name: str | None = None
    hold_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class CompletedDraft:
    """A draft that became an order."""

    draft_id: int
    order_id: int
    order_name: str


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of a shop order. `current_quantity` excludes what was removed or refunded;
    `fulfillable_quantity` is what still waits to be shipped."""

    line_id: int
    variant_id: int | None
    sku: str | None
    title: str
    quantity: int
    current_quantity: int
    fulfillable_quantity: int
    price: Decimal
    position: str | None


@dataclass(frozen=True, slots=True)
class Fulfillment:
    """One parcel. `status` is Shopify's in lower case (`success`, `cancelled`, ...); `shipment_status` is the
    last carrier event in lower case or None. `lines` maps a line id to the units in this parcel."""

    fulfillment_id: int
    status: str
    shipment_status: str | None
    created_at: datetime
    updated_at: datetime
    tracking_company: str | None
    tracking_numbers: tuple[str, ...]
    tracking_urls: tuple[str, ...]
    lines: Mapping[int, int]
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """`lines` are (line id, units, restock type in lower case: `cancel`, `return`, `no_restock`)."""

    refund_id: int
    created_at: datetime
    lines: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class ShopOrder:
    """A shop order with everything its status is derived from, as of `updated_at`."""

    order_id: int
    name: str
    created_at: datetime
    updated_at: datetime
    cancelled_at: datetime | None
    closed_at: datetime | None
    financial_status: str | None
    currency: str
    total: Decimal
    tags: tuple[str, ...]
    attributes: Mapping[str, str]
    lines: tuple[OrderLine, ...]
    fulfillments: tuple[Fulfillment, ...] = ()
    refunds: tuple[Refund, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """What tells whose a draft or an order of the shop is, without the rest of it.

    `updated_at` of an order is its last change; of a draft, where lists are by creation, its creation.
    """

    id: int
    name: str
    updated_at: datetime
    tags: tuple[str, ...]
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Subscription:
    """`topic` as in the header: `orders/create`."""

    subscription_id: int
    topic: str
    uri: str
    api_version: str | None = None


@dataclass(frozen=True, slots=True)
class Cancellation:
    """How to cancel a shop order. The customer is never notified by us.

    `reason` is Shopify's in lower case: `declined`, `customer`, `inventory`, `staff`, `other`.
    """

    reason: str
    restock: bool
    refund: bool
    staff_note: str = field(default="")
