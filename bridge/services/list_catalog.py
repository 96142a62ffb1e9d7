"""A partner's own catalog, page by page, with what can be sold of each SKU at this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from bridge.domain.stock import Availability, Stock, availability, sellable
from bridge.services.stock_buffers import SHOP_BUFFER_MARK, buffers_changed_at
from bridge.services.stock_terms import stock_terms


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


# One statement, so that numbers and promises are of one moment.
_PAGE = f"""
    SELECT li.sku, li.title,
        greatest(
            li.updated_at,
            (SELECT stock_buffer_at FROM partners WHERE id = :partner_id),
            (SELECT at FROM marks WHERE name = '{SHOP_BUFFER_MARK}')),
        li.retired_at, l.observed_at IS NOT NULL,
        {stock_terms(partner_id=":partner_id", shop_buffer=":shop_buffer")}
    FROM listings li
    LEFT JOIN inventory_levels l ON l.inventory_item_id = li.inventory_item_id
        AND l.location_id = (SELECT (value ->> 'id')::bigint FROM marks WHERE name = 'location')
    WHERE li.partner_id = :partner_id AND li.sku > :after AND {{which}}
    ORDER BY li.sku
    LIMIT :limit
"""  # noqa: S608  made of constants
_SOLD = text(_PAGE.format(which="li.retired_at IS NULL"))
_CHANGED = text(_PAGE.format(which="li.updated_at >= :since"))
_ALL = text(_PAGE.format(which="true"))


def list_catalog(
    session: Session,
    *,
    partner_id: UUID,
    after: str,
    updated_since: datetime | None,
    limit: int,
    shop_buffer: int,
) -> CatalogPage:
    """Return a page of the partner's SKUs, in the order of the SKUs.

    A SKU never changes its place, so whoever walks all pages sees each that was there throughout exactly
    once, whatever is imported meanwhile.

    :param after: the SKU to go on after; "" for the first page
    :param updated_since: only SKUs whose mapping or buffer changed then or later, the retired ones too;
        None: all that are sold
    :param limit: at least 1
    :param shop_buffer: units kept back where neither item nor partner says otherwise
    """
    page = _SOLD
    if updated_since is not None:
        buffers_at = buffers_changed_at(session, partner_id=partner_id, shop_buffer=shop_buffer)
        page = _ALL if buffers_at is not None and buffers_at >= updated_since else _CHANGED
    rows = session.execute(
        page,
        {
            "partner_id": partner_id,
            "after": after,
            "limit": limit + 1,
            "shop_buffer": shop_buffer,
            **({"since": updated_since} if page is _CHANGED else {}),
        },
    ).all()
    entries = [_entry(row) for row in rows[:limit]]
    return CatalogPage(entries, entries[-1].sku if len(rows) > limit else None)


def _entry(row: Sequence[Any]) -> CatalogEntry:
    sku, title, updated_at, retired_at, is_observed, *terms = row
    stock = Stock(*terms) if is_observed else None
    return CatalogEntry(
        sku=sku,
        title=title,
        availability=availability(stock, is_retired=retired_at is not None),
        available=0 if retired_at is not None else None if stock is None else sellable(stock),
        updated_at=updated_at,
        retired_at=retired_at,
    )
