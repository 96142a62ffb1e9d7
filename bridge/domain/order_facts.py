"""What we hold of an order's facts in Shopify, and which of two reports of the same thing is believed.

Webhooks are late, repeated, stale and unordered, and Shopify's times are whole seconds. Whatever the order in
which the same reports arrive, what is held ends the same (decision 52). What it adds up to: `shipments`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bridge.domain.shop_values import Fulfillment, ShopOrder

DELIVERED = "delivered"

# Why Shopify should be read.
SAME_SECOND = "two reports of the same second differ"
NOT_READ_YET = "the order was not read yet"


@dataclass(frozen=True, slots=True)
class Parcel:
    """One fulfillment by its newest report.

    `shipment_status` may be newer than the fulfillment: carrier events report it by themselves, as of
    `shipment_status_at`. `delivered_at` is the first time anything said so: a parcel stays delivered, whatever
    its carrier says afterwards, until the fulfillment is cancelled. `is_closing`: made by us for lines that are
    not ours, and no parcel at all (decision 41).
    """

    fulfillment: Fulfillment
    shipment_status: str | None
    shipment_status_at: datetime
    delivered_at: datetime | None = None
    is_closing: bool = False


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """`order` is the newest whole picture, None before the first; `parcels` by fulfillment id."""

    order: ShopOrder | None = None
    parcels: Mapping[int, Parcel] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Learned:
    """What is held now, and why Shopify should be read, None where the report settles it."""

    facts: OrderFacts
    read_because: str | None = None


def learn_order(facts: OrderFacts, seen: ShopOrder, *, by_read: bool) -> Learned:
    """Take a whole picture of an order if it is newer, and each of its fulfillments that is.

    Two reports of the same second with different contents cannot be put in order: the read one is held, and
    Shopify is read again, until both are the same. A webhook never cancels by itself (decision 50).

    :param by_read: whether we asked Shopify, rather than were called
    """
    held = facts.order
    newest, because = _newest_picture(held, seen, by_read=by_read)
    learned = Learned(replace(facts, order=newest), because)
    for fulfillment in seen.fulfillments:
        step = learn_fulfillment(learned.facts, fulfillment, by_read=by_read)
        learned = Learned(step.facts, learned.read_because or step.read_because)
    return learned


def _newest_picture(
    held: ShopOrder | None, seen: ShopOrder, *, by_read: bool
) -> tuple[ShopOrder | None, str | None]:
    if held is not None and seen.updated_at < held.updated_at:
        return held, None
    if not by_read and seen.cancelled_at != (held.cancelled_at if held else None):
        return held, "a webhook says that the order was cancelled"
    if held is None or seen.updated_at > held.updated_at:
        return seen, None
    because = SAME_SECOND if _content(seen) != _content(held) else None
    return (seen if by_read else held), because


def learn_fulfillment(facts: OrderFacts, seen: Fulfillment, *, by_read: bool) -> Learned:
    """Take a report of one fulfillment if it is newer than what is held of that fulfillment."""
    held = facts.parcels.get(seen.fulfillment_id)
    if held is None:
        parcel = Parcel(seen, seen.shipment_status, seen.updated_at, _delivery(seen))
        return Learned(_with(facts, parcel), None if facts.order else NOT_READ_YET)
    newest, because = held.fulfillment, None
    if seen.updated_at > newest.updated_at:
        newest = seen
    elif seen.updated_at == newest.updated_at and _parcel_content(seen) != _parcel_content(newest):
        newest, because = (seen if by_read else newest), SAME_SECOND
    parcel = replace(
        _carried(held, seen.shipment_status, seen.updated_at),
        fulfillment=newest,
        delivered_at=_earlier(held.delivered_at, _delivery(seen)),
    )
    return Learned(_with(facts, parcel), because)


def learn_carrier_event(
    facts: OrderFacts, *, fulfillment_id: int, status: str | None, at: datetime
) -> Learned | None:
    """Take what a carrier reports of one parcel; None when the parcel itself was not heard of yet.

    :param at: when Shopify recorded the event, not when the carrier says that it happened
    """
    held = facts.parcels.get(fulfillment_id)
    if held is None:
        return None
    parcel = _carried(held, status, at)
    if status == DELIVERED:
        parcel = replace(parcel, delivered_at=_earlier(held.delivered_at, at))
    return Learned(_with(facts, parcel), None if facts.order else NOT_READ_YET)


def knows_refund(facts: OrderFacts, refund_id: int) -> bool:
    """Tell whether the held picture of the order contains this refund; if not, the order should be read."""
    return facts.order is not None and any(r.refund_id == refund_id for r in facts.order.refunds)


def _with(facts: OrderFacts, parcel: Parcel) -> OrderFacts:
    return replace(facts, parcels={**facts.parcels, parcel.fulfillment.fulfillment_id: parcel})


def _carried(held: Parcel, status: str | None, at: datetime) -> Parcel:
    """Return the parcel with the newer of two carrier statuses; of one second, the one further along."""
    if (at, _rank(status)) <= (held.shipment_status_at, _rank(held.shipment_status)):
        return held
    return replace(held, shipment_status=status, shipment_status_at=at)


# How far along a parcel is, for two events of one second only.
_ALONG = (
    "",
    "label_purchased",
    "label_printed",
    "ready_for_pickup",
    "confirmed",
    "carrier_picked_up",
    "in_transit",
    "delayed",
    "out_for_delivery",
    "attempted_delivery",
    "failure",
    DELIVERED,
)


def _rank(status: str | None) -> tuple[int, str]:
    known = status or ""
    return (_ALONG.index(known) if known in _ALONG else 1, known)


def _delivery(seen: Fulfillment) -> datetime | None:
    """Return when Shopify was known to call it delivered; the carrier's own time may lie before anything of it."""
    return seen.updated_at if seen.shipment_status == DELIVERED or seen.delivered_at else None


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one and other else one or other


def _content(order: ShopOrder) -> object:
    """Return what the status rests on; a title or a price says nothing of it."""
    return (
        order.cancelled_at,
        order.closed_at,
        order.financial_status,
        frozenset(
            (line.line_id, line.quantity, line.current_quantity, line.fulfillable_quantity)
            for line in order.lines
        ),
        frozenset((f.fulfillment_id, f.status, frozenset(f.lines.items())) for f in order.fulfillments),
        frozenset((r.refund_id, frozenset(r.lines)) for r in order.refunds),
    )


def _parcel_content(seen: Fulfillment) -> object:
    return (
        seen.status,
        seen.tracking_company,
        seen.tracking_numbers,
        seen.tracking_urls,
        frozenset(seen.lines.items()),
    )
