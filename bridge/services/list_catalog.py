"""A partner's own catalog, page by page, with what can be sold of each SKU at this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, and_, func, select
from sqlalchemy.orm import Session

from bridge.domain.stock import Availability, Stock, availability, sellable
from bridge.models import InventoryLevel, Listing, Mark, Reservation


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """One SKU. `available` is in whole units; None for no limit, and where nothing is known."""

    sku: str
    title: str
    availability: Availability
    available: int | None
    updated_at: datetime
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class CatalogPage:
    """`last` is the SKU to go on after; None when there is nothing behind it."""

    entries: Sequence[CatalogEntry]
    last: str | None


def list_catalog(
    session: Session, *, partner_id: UUID, after: str, updated_since: datetime | None, limit: int
) -> CatalogPage:
    """Return a page of the partner's SKUs, in the order of the SKUs.

    A SKU never changes its place, so whoever walks all pages sees each that was there throughout exactly
    once, whatever is imported meanwhile.

    :param after: the SKU to go on after; "" for the first page
    :param updated_since: only mappings that changed then or later, the retired ones too; None: all that are sold
    :param limit: at least 1
    """
    reserved = (
        select(func.coalesce(func.sum(Reservation.quantity), 0))
        .where(
            Reservation.inventory_item_id == InventoryLevel.inventory_item_id,
            Reservation.location_id == InventoryLevel.location_id,
            Reservation.state.in_(("held", "in_shopify")),
        )
        .scalar_subquery()
    )
    location = (
        select(Mark.value["id"].astext.cast(BigInteger)).where(Mark.name == "location").scalar_subquery()
    )
    which = Listing.retired_at.is_(None) if updated_since is None else Listing.updated_at >= updated_since
    # One statement, so that numbers and promises are of one moment.
    rows = session.execute(
        select(Listing, InventoryLevel, reserved)
        .outerjoin(
            InventoryLevel,
            and_(
                InventoryLevel.inventory_item_id == Listing.inventory_item_id,
                InventoryLevel.location_id == location,
            ),
        )
        .where(Listing.partner_id == partner_id, Listing.sku > after, which)
        .order_by(Listing.sku)
        .limit(limit + 1)
    ).all()
    entries = [_entry(listing, level, units) for listing, level, units in rows[:limit]]
    return CatalogPage(entries, entries[-1].sku if len(rows) > limit else None)


def _entry(listing: Listing, level: InventoryLevel | None, reserved: int) -> CatalogEntry:
    stock = None
    if level is not None:
        stock = Stock(level.inventory_item_id, level.stocked, level.tracked, level.available, reserved)
    is_retired = listing.retired_at is not None
    return CatalogEntry(
        sku=listing.sku,
        title=listing.title,
        availability=availability(stock, is_retired=is_retired),
        available=0 if is_retired else None if stock is None else sellable(stock),
        updated_at=listing.updated_at,
        retired_at=listing.retired_at,
    )
