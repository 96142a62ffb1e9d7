"""Parcels: what waits to be sent, what was sent, where it was seen."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from simulator.records.base import Record
from simulator.records.catalog import Location
from simulator.records.orders import Order, OrderLine


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
