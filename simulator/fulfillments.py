"""Parcels: made, tracked, scanned by carriers, cancelled."""

from typing import Any

from simulator import stock
from simulator.addresses import user_error
from simulator.fulfillment_state import WAITING, status, unsent
from simulator.gids import number
from simulator.order_changes import archive_when_done, changed
from simulator.placing import open_fulfillment_order
from simulator.records import (
    Fulfillment,
    FulfillmentEvent,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentOrderLine,
)
from simulator.registry import Context, mutation
from simulator.state import Store, utc_now

Wish = tuple[FulfillmentOrder, FulfillmentOrderLine, int]
EVENT_TEXTS = ("message", "address1", "city", "province", "country", "zip", "latitude", "longitude")


def _refused(message: str, *field: str) -> dict[str, Any]:
    return {"fulfillment": None, "userErrors": [user_error(message, *(field or ("fulfillment",)))]}


@mutation("fulfillmentCreate")
def create(context: Context, fulfillment: dict[str, Any], message: str | None = None) -> dict[str, Any]:  # noqa: ARG001
    """Send units of one or more fulfillment orders of one order, from one location, as one parcel."""
    store = context.store
    wishes: list[Wish] = []
    for index, one in enumerate(fulfillment["lineItemsByFulfillmentOrder"]):
        found = _wishes(context, index, one)
        if isinstance(found, dict):
            return found
        wishes.extend(found)
    if not wishes:
        return _refused("Fulfillment order line items must not be empty.")
    places = {(opened.order.id, opened.location.id) for opened, _, _ in wishes}
    if len(places) > 1:
        return _refused("All fulfillment orders must belong to one order and one location.")
    return {"fulfillment": _send(store, wishes, fulfillment.get("trackingInfo") or {}), "userErrors": []}


def _wishes(context: Context, index: int, given: dict[str, Any]) -> list[Wish] | dict[str, Any]:
    """The units asked for of one fulfillment order; all that remain when none are named. Or the refusal."""
    opened = context.find("FulfillmentOrder", given["fulfillmentOrderId"])
    if opened is None:
        return _refused("Fulfillment order does not exist.")
    if opened.status not in WAITING:
        return _refused(
            f"Fulfillment order {opened.id} has an unfulfillable status= {opened.status.lower()}."
        )
    asked = given.get("fulfillmentOrderLineItems")
    if not asked:
        return [(opened, part, part.remaining) for part in opened.lines if part.remaining]
    parts = {part.id: part for part in opened.lines}
    wishes: list[Wish] = []
    for position, one in enumerate(asked):
        if one["quantity"] < 1:
            return _refused(
                "Quantity must be greater than 0",
                "fulfillment", "lineItemsByFulfillmentOrder", str(index),
                "fulfillmentOrderLineItems", str(position), "quantity",
            )  # fmt: skip
        part = parts.get(number(one["id"], "FulfillmentOrderLineItem"))
        already = sum(units for _, taken, units in wishes if taken is part)
        if part is None or one["quantity"] + already > part.remaining:
            return _refused("Invalid fulfillment order line item quantity requested.")
        wishes.append((opened, part, one["quantity"]))
    return wishes


def _send(store: Store, wishes: list[Wish], tracking: dict[str, Any]) -> Fulfillment:
    order, now = wishes[0][0].order, utc_now()
    parcel = Fulfillment(
        id=store.next_id(), created_at=now, updated_at=now, order=order, location=wishes[0][0].location,
        name=f"{order.name}-F{len(order.fulfillments) + 1}",
    )  # fmt: skip
    _track(parcel, tracking)
    for opened, part, units in wishes:
        part.remaining -= units
        parcel.lines.append(store.add(FulfillmentLine(store.next_id(), part.line, part, units)))
        if opened not in parcel.fulfillment_orders:
            parcel.fulfillment_orders.append(opened)
        if part.line.level:
            stock.ship(store, part.line.level, units)
    for opened in parcel.fulfillment_orders:
        opened.status = "IN_PROGRESS" if any(part.remaining for part in opened.lines) else "CLOSED"
        store.touch(opened)
    order.fulfillments.append(store.add(parcel))
    store.emit("fulfillments/create", parcel)
    archive_when_done(store, order)
    whole = status(order) == "FULFILLED"
    changed(store, order, "orders/fulfilled" if whole else "orders/partially_fulfilled")
    return parcel


def _track(parcel: Fulfillment, given: dict[str, Any]) -> None:
    """Set tracking; `number` and `url` are lists of one."""
    parcel.tracking_company = given.get("company")
    parcel.tracking_numbers = given.get("numbers") or ([given["number"]] if given.get("number") else [])
    parcel.tracking_urls = given.get("urls") or ([given["url"]] if given.get("url") else [])


@mutation("fulfillmentTrackingInfoUpdate")
def update_tracking(
    context: Context,
    fulfillmentId: str,
    trackingInfoInput: dict[str, Any],
    notifyCustomer: bool | None = None,  # noqa: ARG001 - nobody is written to
) -> dict[str, Any]:
    """Replace the tracking, of a cancelled parcel too (captured)."""
    parcel = context.find("Fulfillment", fulfillmentId)
    if parcel is None:
        return _refused("Fulfillment does not exist.", "fulfillmentId")
    _track(parcel, trackingInfoInput)
    _told(context.store, parcel)
    return {"fulfillment": parcel, "userErrors": []}


def _told(store: Store, parcel: Fulfillment) -> None:
    store.touch(parcel)
    store.emit("fulfillments/update", parcel)
    changed(store, parcel.order)


@mutation("fulfillmentCancel")
def cancel(context: Context, id: str) -> dict[str, Any]:  # noqa: A002 - GraphQL's name
    """The parcel does not go, even if it was delivered; again is a silent success (both captured)."""
    store = context.store
    parcel = context.find("Fulfillment", id)
    if parcel is None:
        return _refused("Fulfillment does not exist.", "id")
    if parcel.status == "CANCELLED":
        return {"fulfillment": parcel, "userErrors": []}
    parcel.status = "CANCELLED"
    for opened in parcel.fulfillment_orders:
        _reopen(store, parcel, opened)
    _told(store, parcel)
    return {"fulfillment": parcel, "userErrors": []}


def _reopen(store: Store, parcel: Fulfillment, opened: FulfillmentOrder) -> None:
    """Units of a cancelled parcel wait again: where they were, or in a new order if that was closed.

    Those that were refunded in the meantime do not.
    """
    back: list[tuple[FulfillmentLine, int]] = []
    for part in parcel.lines:
        units = min(part.quantity, part.line.current_quantity - unsent(parcel.order, part.line))
        if part.source in opened.lines and units > 0:
            back.append((part, units))
            if part.line.level:
                stock.unship(store, part.line.level, units)
    if opened.status in WAITING:
        for part, units in back:
            part.source.remaining += units
        store.touch(opened)
        return
    if not back:
        return
    open_fulfillment_order(store, parcel.order, opened.location, [part.line for part, _ in back])
    fresh = parcel.order.fulfillment_orders[-1]
    for (_, units), twin in zip(back, fresh.lines, strict=True):
        twin.total = twin.remaining = units


@mutation("fulfillmentEventCreate")
def create_event(context: Context, fulfillmentEvent: dict[str, Any]) -> dict[str, Any]:
    """A carrier's scan. Taken in any order, and on cancelled parcels too (captured)."""
    store, now = context.store, utc_now()
    parcel = context.find("Fulfillment", fulfillmentEvent["fulfillmentId"])
    if parcel is None:
        return {
            "fulfillmentEvent": None,
            "userErrors": [user_error("Fulfillment does not exist.", "fulfillmentEvent", "fulfillmentId")],
        }
    happened_at = fulfillmentEvent.get("happenedAt") or now
    event = FulfillmentEvent(
        id=store.next_id(), created_at=now, updated_at=now, fulfillment=parcel,
        status=fulfillmentEvent["status"], happened_at=happened_at.replace(microsecond=0),
        estimated_delivery_at=fulfillmentEvent.get("estimatedDeliveryAt"),
        **{name: fulfillmentEvent.get(name) for name in EVENT_TEXTS},
    )  # fmt: skip
    parcel.events.append(store.add(event))
    store.emit("fulfillment_events/create", event)
    _told(store, parcel)
    return {"fulfillmentEvent": event, "userErrors": []}
