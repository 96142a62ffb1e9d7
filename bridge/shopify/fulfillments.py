"""Parcels: what the shop says of one, and how lines that nobody ships are closed."""

from collections.abc import Mapping
from typing import Any

from bridge.domain.shop_values import Fulfillment
from bridge.shopify import paging, replies
from bridge.shopify.client import AdminAPI
from bridge.shopify.gids import gid, number
from bridge.shopify.wire import instant, optional_instant

# Shopify takes no longer list in any argument.
_MAX_LINES = 250
_WAITING = ("OPEN", "IN_PROGRESS")
# displayStatus mixes what happened to the parcel with what the admin shows while nothing did.
_NO_EVENT = frozenset({"SUBMITTED", "MARKED_AS_FULFILLED", "FULFILLED", "CANCELED", "LABEL_VOIDED"})
_SHIPMENT_STATUS = {"NOT_DELIVERED": "failure", "PICKED_UP": "delivered"}


def of(api: AdminAPI, node: Mapping[str, Any]) -> Fulfillment:
    """Return one parcel with all of its lines."""
    first = node["fulfillmentLineItems"]
    more = paging.rest(
        api,
        "ReadParcelLines",
        first,
        lambda data: data["fulfillment"]["fulfillmentLineItems"],
        id=node["id"],
    )
    lines: dict[int, int] = {}
    for line in [*first["nodes"], *more]:
        line_id = number(line["lineItem"]["id"])
        lines[line_id] = lines.get(line_id, 0) + (line["quantity"] or 0)
    tracking = node["trackingInfo"]
    return Fulfillment(
        fulfillment_id=number(node["id"]),
        status=node["status"].lower(),
        shipment_status=_shipment_status(node),
        created_at=instant(node["createdAt"]),
        updated_at=instant(node["updatedAt"]),
        tracking_company=next((t["company"] for t in tracking if t["company"]), None),
        tracking_numbers=tuple(t["number"] for t in tracking if t["number"]),
        tracking_urls=tuple(t["url"] for t in tracking if t["url"]),
        lines=lines,
        delivered_at=optional_instant(node["deliveredAt"]),
    )


def close_lines(api: AdminAPI, order_id: int, lines: Mapping[int, int]) -> Fulfillment | None:
    """Fulfill what the shop still waits for on these lines, without tracking and without telling the customer.

    A fulfillment is made at one location and takes 250 lines of a fulfillment order. What waits elsewhere, or is
    more, takes another call, until there is nothing left.
    """
    wanted = dict(lines)
    groups: dict[str | None, list[dict[str, Any]]] = {}
    for order in _waiting(api, order_id):
        taken = []
        for line in order["lines"]:
            line_id = number(line["lineItem"]["id"])
            units = min(line["remainingQuantity"], wanted.get(line_id, 0))
            if units > 0:
                wanted[line_id] -= units
                taken.append({"id": line["id"], "quantity": units})
        taken = taken[:_MAX_LINES]
        if taken:
            groups.setdefault(order["location"], []).append(
                {"fulfillmentOrderId": order["id"], "fulfillmentOrderLineItems": taken}
            )
    if not groups:
        return None
    made = api.change(
        "CreateFulfillment",
        lambda payload: payload["fulfillment"],
        fulfillment={
            "notifyCustomer": False,
            "lineItemsByFulfillmentOrder": next(iter(groups.values())),
        },
        parcelLines=20,
    )
    with replies.done_already("CreateFulfillment"):
        return api.understood("CreateFulfillment", lambda node: of(api, node), made)


def cancel(api: AdminAPI, fulfillment_id: int) -> None:
    """Cancel a parcel; one that is canceled already is fine, Shopify says nothing of it."""
    api.change(
        "CancelFulfillment", lambda payload: payload["fulfillment"], id=gid("Fulfillment", fulfillment_id)
    )


def wait_at_closed_location(api: AdminAPI, order_id: int) -> bool:
    """Tell whether a fulfillment order is assigned to a location that is not active any more.

    Source: Shopify, `orderCancel`: a paid order of such a location is not canceled while restocking is asked for.
    """

    def is_closed(node: Mapping[str, Any]) -> bool:
        location = node["assignedLocation"]["location"]
        return location is not None and not location["isActive"]

    orders = paging.nodes(
        api,
        "ListOrderLocations",
        lambda data: data["order"] and data["order"]["fulfillmentOrders"],
        id=gid("Order", order_id),
    )
    return any(api.understood("ListOrderLocations", is_closed, node) for node in orders)


def _waiting(api: AdminAPI, order_id: int) -> list[dict[str, Any]]:
    """Return the fulfillment orders that can be fulfilled now, each with its location and all of its lines.

    On hold, scheduled and closed ones are not ours to touch.
    """
    found = []
    orders = paging.nodes(
        api,
        "ListFulfillmentOrders",
        lambda data: data["order"] and data["order"]["fulfillmentOrders"],
        id=gid("Order", order_id),
    )
    for order in orders:
        if order["status"] not in _WAITING:
            continue
        more = paging.rest(
            api,
            "ListFulfillmentOrderLines",
            order["lineItems"],
            lambda data: data["fulfillmentOrder"]["lineItems"],
            id=order["id"],
        )
        location = order["assignedLocation"]["location"]
        found.append(
            {
                "id": order["id"],
                "location": location and location["id"],
                "lines": [*order["lineItems"]["nodes"], *more],
            }
        )
    return found


def _shipment_status(node: Mapping[str, Any]) -> str | None:
    """Return the last carrier event as REST and webhooks name it, or None before the first."""
    shown: str | None = node["displayStatus"]
    if shown is None or shown in _NO_EVENT:
        return "delivered" if node["deliveredAt"] else None
    return _SHIPMENT_STATUS.get(shown, shown.lower())
