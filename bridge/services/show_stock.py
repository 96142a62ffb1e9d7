"""What an operator sees of a SKU: what the shop said, what is promised and why it counts, what can be sold."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bridge.domain.errors import NotFound
from bridge.domain.stock import Stock, sellable
from bridge.models import Listing, Partner
from bridge.services.stock_location import known_location
from bridge.services.stock_terms import COUNTS, buffer_source, stock_terms

_ORDERED = "the shop has them in an order; subtracted until a read that began late enough shows it"
_OURS_ALONE = "promised; the shop does not know of it yet"
_HOLD_UNSEEN = "its draft holds them until {until}; subtracted until a read that began late enough shows it"
_HOLD_ENDING = "its draft holds them until {until}, which is too soon to rely on"
_HOLD_SEEN = "not subtracted: the shop's number is without them, its draft holds them until {until}"

_LEVELS = text(f"""
    SELECT l.location_id, l.shopify_updated_at, l.observed_at, l.observed_by,
        {buffer_source(partner_id=":partner_id")},
        {stock_terms(partner_id=":partner_id", shop_buffer=":shop_buffer")}
    FROM inventory_levels l
    WHERE l.inventory_item_id = :item
""")  # noqa: S608  made of constants
_PROMISED = text(f"""
    SELECT r.location_id, r.order_id, p.name AS partner, o.partner_order_id, o.status, r.quantity, r.state,
        r.created_at AS since, r.committed_at, r.hold_until, r.hold_seen_at, {COUNTS} AS counts
    FROM reservations r
    JOIN orders o ON o.id = r.order_id
    JOIN partners p ON p.id = o.partner_id
    WHERE r.inventory_item_id = :item AND r.state IN ('held', 'in_shopify')
    ORDER BY r.created_at, r.order_id
""")  # noqa: S608  made of constants


def show_stock(session: Session, *, sku: str, shop_buffer: int) -> list[dict[str, Any]]:
    """Return one entry per partner that lists the SKU, each with the item's locations.

    `sellable` is in whole units, None where the shop does not track the item; at a location that was never
    observed there is nothing to say and `observed_at` is None. It is `available` - `reserved` - `buffer`, at
    least 0; `reserved` is the sum of the reservations that count. `buffer_of` tells whose buffer it is.

    :param shop_buffer: units kept back where neither item nor partner says otherwise
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
    return [
        {
            "sku": listing.sku,
            "partner": partner,
            "variant_id": listing.variant_id,
            "inventory_item_id": listing.inventory_item_id,
            "title": listing.title,
            "retired_at": listing.retired_at,
            "locations": _places(session, listing.inventory_item_id, listing.partner_id, shop_buffer),
        }
        for listing, partner in listings
    ]


def _places(session: Session, item: int, partner_id: UUID, shop_buffer: int) -> list[dict[str, Any]]:
    sold_from = known_location(session)
    asked = {"item": item, "partner_id": partner_id, "shop_buffer": shop_buffer}
    levels = {row.location_id: row for row in session.execute(_LEVELS, asked)}
    promised = _promised(session, item)
    everywhere = {*levels, *promised, *([] if sold_from is None else [sold_from])}
    return [
        {"location_id": location, "sold_from_here": location == sold_from}
        | _numbers(levels.get(location), promised.get(location, []))
        for location in sorted(everywhere, key=lambda there: (there != sold_from, there))
    ]


def _promised(session: Session, item: int) -> Mapping[int, list[dict[str, Any]]]:
    """Return the reservations of an item by location, the oldest first."""
    promised: dict[int, list[dict[str, Any]]] = {}
    for row in session.execute(_PROMISED, {"item": item}):
        told = dict(row._mapping)
        promised.setdefault(told.pop("location_id"), []).append(told | {"why": _why(row)})
    return promised


def _why(row: Any) -> str:
    """Say why a reservation counts, or why it does not."""
    if row.state == "in_shopify":
        return _ORDERED
    if row.hold_until is None:
        return _OURS_ALONE
    sentence = _HOLD_UNSEEN
    if row.hold_seen_at is not None:
        sentence = _HOLD_ENDING if row.counts else _HOLD_SEEN
    return sentence.format(until=f"{row.hold_until:%Y-%m-%d %H:%M} UTC")


def _numbers(level: Sequence[Any] | None, promised: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what is known of one place, or all None where it was never observed."""
    changed_at, observed_at, observed_by, buffer_of, stock = None, None, None, None, None
    if level is not None:
        _, changed_at, observed_at, observed_by, buffer_of, *terms = level
        stock = Stock(*terms)
    return {
        "stocked": stock and stock.stocked,
        "tracked": stock and stock.tracked,
        "available": stock and stock.available,
        "changed_at": changed_at,
        "observed_at": observed_at,
        "observed_by": observed_by,
        "reserved": sum(row["quantity"] for row in promised if row["counts"]),
        "buffer": stock and stock.buffer,
        "buffer_of": buffer_of,
        "sellable": stock and sellable(stock),
        "reservations": list(promised),
    }
