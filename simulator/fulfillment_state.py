"""What the parcels of an order say about it. Pure reading."""

from simulator.records import Fulfillment, FulfillmentOrder, FulfillmentOrderLine, Order, OrderLine

WAITING = ("OPEN", "IN_PROGRESS")


def waiting_parts(order: Order, line: OrderLine) -> list[tuple[FulfillmentOrder, FulfillmentOrderLine]]:
    """Where units of a line wait to be sent."""
    return [
        (opened, part)
        for opened in order.fulfillment_orders
        if opened.status in WAITING
        for part in opened.lines
        if part.line is line and part.remaining
    ]


def unsent(order: Order, line: OrderLine) -> int:
    """Units that can still be sent."""
    return sum(part.remaining for _, part in waiting_parts(order, line))


def sent(order: Order, line: OrderLine) -> int:
    """Units in parcels that were not cancelled."""
    return sum(
        part.quantity
        for parcel in order.fulfillments
        if parcel.status == "SUCCESS"
        for part in parcel.lines
        if part.line is line
    )


def status(order: Order) -> str:
    """UNFULFILLED, PARTIALLY_FULFILLED or FULFILLED."""
    gone = sum(sent(order, line) for line in order.lines)
    left = sum(unsent(order, line) for line in order.lines)
    if not gone:
        return "UNFULFILLED"
    return "PARTIALLY_FULFILLED" if left else "FULFILLED"


def line_status(order: Order, line: OrderLine) -> str | None:
    """As REST has it: null, partial or fulfilled."""
    if not sent(order, line):
        return None
    return "partial" if unsent(order, line) else "fulfilled"


def shipment_status(parcel: Fulfillment) -> str | None:
    """The newest event's status by when it happened, or None before the first."""
    if not parcel.events:
        return None
    return max(parcel.events, key=lambda event: (event.happened_at, event.id)).status


def display_status(parcel: Fulfillment) -> str:
    if parcel.status == "CANCELLED":
        return "CANCELED"
    return shipment_status(parcel) or "FULFILLED"
