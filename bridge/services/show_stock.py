"""What an operator sees of a SKU: what the shop said, what is promised to whom, what can be sold."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.domain.errors import NotFound
from bridge.domain.stock import Stock, sellable
from bridge.models import InventoryLevel, Listing, Order, Partner, Reservation
from bridge.services.stock_location import known_location

_OPEN = ("held", "in_shopify")


def show_stock(session: Session, *, sku: str) -> list[dict[str, Any]]:
    """Return one entry per partner that lists the SKU, each with the item's locations.

    `sellable` is in whole units, None where the shop does not track the item; at a location that was never
    observed there is nothing to say and `observed_at` is None.

    :raises NotFound: nobody lists it
    """
    listings = session.execute(
        select(Listing, Partner.name)
        .join(Partner, Partner.id == Listing.partner_id)
        .where(Listing.sku == sku.strip())
        .order_by(Partner.name)
    ).all()
    if not listings:
        raise NotFound(f"no partner lists the SKU {sku!r}")
    places = {item: _places(session, item) for item in {listing.inventory_item_id for listing, _ in listings}}
    return [
        {
            "sku": listing.sku,
            "partner": partner,
            "variant_id": listing.variant_id,
            "inventory_item_id": listing.inventory_item_id,
            "title": listing.title,
            "retired_at": listing.retired_at,
            "locations": places[listing.inventory_item_id],
        }
        for listing, partner in listings
    ]


def _places(session: Session, item: int) -> list[dict[str, Any]]:
    sold_from = known_location(session)
    levels = {
        level.location_id: level
        for level in session.scalars(select(InventoryLevel).where(InventoryLevel.inventory_item_id == item))
    }
    promised = _promised(session, item)
    everywhere = {*levels, *promised, *([] if sold_from is None else [sold_from])}
    return [
        _place(location, levels.get(location), promised.get(location, []), sold_from=sold_from)
        for location in sorted(everywhere, key=lambda there: (there != sold_from, there))
    ]


def _promised(session: Session, item: int) -> Mapping[int, list[dict[str, Any]]]:
    rows = session.execute(
        select(Reservation, Order.partner_order_id, Order.status)
        .join(Order, Order.id == Reservation.order_id)
        .where(Reservation.inventory_item_id == item, Reservation.state.in_(_OPEN))
        .order_by(Reservation.created_at, Reservation.order_id)
    ).all()
    promised: dict[int, list[dict[str, Any]]] = {}
    for reservation, partner_order_id, status in rows:
        promised.setdefault(reservation.location_id, []).append(
            {
                "order_id": reservation.order_id,
                "partner_order_id": partner_order_id,
                "status": status,
                "quantity": reservation.quantity,
                "state": reservation.state,
                "since": reservation.created_at,
            }
        )
    return promised


def _place(
    location: int,
    level: InventoryLevel | None,
    promised: Sequence[Mapping[str, Any]],
    *,
    sold_from: int | None,
) -> dict[str, Any]:
    reserved = sum(row["quantity"] for row in promised)
    return {
        "location_id": location,
        "sold_from_here": location == sold_from,
        "stocked": None if level is None else level.stocked,
        "tracked": None if level is None else level.tracked,
        "available": None if level is None else level.available,
        "changed_at": None if level is None else level.shopify_updated_at,
        "observed_at": None if level is None else level.observed_at,
        "observed_by": None if level is None else level.observed_by,
        "reserved": reserved,
        "sellable": None if level is None else _sellable(level, reserved),
        "reservations": list(promised),
    }


def _sellable(level: InventoryLevel, reserved: int) -> int | None:
    return sellable(Stock(level.inventory_item_id, level.stocked, level.tracked, level.available, reserved))
