"""A partner's own catalog, page by page, with what can be sold of each SKU at this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from bridge.domain.stock import Availability, Stock, availability, sellable
from bridge.services.stock_buffers import SHOP_BUFFER_MARK, buffers_changed_at
from bridge.services.stock_changes import CHANGED_AT, changed_items
from bridge.services.stock_location import LOCATION_MARK, location_changed_at
from bridge.services.stock_terms import stock_terms

# From so many changed items on, going through the catalog costs less than finding each item's SKUs.
MANY_ITEMS = 5_000


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


_SOLD_FROM = f"(SELECT (value ->> 'id')::bigint FROM marks WHERE name = '{LOCATION_MARK}')"  # noqa: S608  made of constants
# One statement, so that numbers and promises are of one moment.
_PAGE = f"""
    SELECT li.sku, li.title,
        greatest(
            li.updated_at,
            (SELECT stock_buffer_at FROM partners WHERE id = :partner_id),
            (SELECT max(at) FROM marks WHERE name IN ('{SHOP_BUFFER_MARK}', '{LOCATION_MARK}')),
            CASE WHEN li.retired_at IS NULL THEN {CHANGED_AT} END),
        li.retired_at, l.observed_at IS NOT NULL,
        {stock_terms(partner_id=":partner_id", shop_buffer=":shop_buffer")}
    FROM listings li
    LEFT JOIN inventory_levels l ON l.inventory_item_id = li.inventory_item_id
        AND l.location_id = {_SOLD_FROM}
    WHERE li.partner_id = :partner_id AND li.sku > :after AND {{which}}
    ORDER BY li.sku
    LIMIT :limit
"""  # noqa: S608  made of constants
_CHANGED_ITEMS = changed_items(location=_SOLD_FROM, since=":since")
_MANY_ITEMS = text(f"SELECT count(*) >= :many FROM ({_CHANGED_ITEMS} LIMIT :many) AS changed")  # noqa: S608  made of constants
# What is retired cannot be sold, whatever becomes of the number.
_CHANGED_SKUS = f"""
    SELECT sku FROM listings
    WHERE partner_id = :partner_id AND sku > :after AND updated_at >= :since
    UNION
    SELECT sku FROM listings
    WHERE partner_id = :partner_id AND sku > :after AND retired_at IS NULL
        AND inventory_item_id IN ({_CHANGED_ITEMS})
    ORDER BY sku
    LIMIT :limit
"""  # noqa: S608  made of constants
_SOLD = text(_PAGE.format(which="li.retired_at IS NULL"))
# As an array: the few SKUs of the page are then looked up, instead of all of the catalog being gone through.
_CHANGED = text(_PAGE.format(which=f"li.sku = ANY (ARRAY({_CHANGED_SKUS}))"))
# The same SKUs, found by going through the catalog: a page is soon full.
_CHANGED_MUCH = text(
    _PAGE.format(which=f"(li.updated_at >= :since OR li.retired_at IS NULL AND {CHANGED_AT} >= :since)")
)
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
    :param updated_since: only SKUs whose mapping, buffer or stock may have changed then or later, the retired
        ones too; None: all that are sold. What is noted in a transaction counts from its beginning, and a page
        tells what was committed before it: take some minutes more (ADR 0014)
    :param limit: at least 1
    :param shop_buffer: units kept back where neither item nor partner says otherwise
    """
    page: TextClause = _SOLD
    since: dict[str, datetime] = {}
    if updated_since is not None:
        page, since = _page_of_changes(session, partner_id, updated_since, shop_buffer)
    rows = session.execute(
        page,
        {
            "partner_id": partner_id,
            "after": after,
            "limit": limit + 1,
            "shop_buffer": shop_buffer,
            **since,
        },
    ).all()
    entries = [_entry(row) for row in rows[:limit]]
    return CatalogPage(entries, entries[-1].sku if len(rows) > limit else None)


def _page_of_changes(
    session: Session, partner_id: UUID, updated_since: datetime, shop_buffer: int
) -> tuple[TextClause, dict[str, datetime]]:
    """Return the statement that lists what changed, and what it has to be told."""
    of_everything = (
        buffers_changed_at(session, partner_id=partner_id, shop_buffer=shop_buffer),
        location_changed_at(session),
    )
    if any(at is not None and at >= updated_since for at in of_everything):
        return _ALL, {}
    since = {"since": updated_since}
    is_many = session.scalar(_MANY_ITEMS, since | {"many": MANY_ITEMS})
    return _CHANGED_MUCH if is_many else _CHANGED, since


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
