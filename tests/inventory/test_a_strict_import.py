"""`catalog import --strict` of more than one batch: all of it or nothing, whatever happens half way."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from bridge.db import Database
from bridge.domain.catalog_rows import BadRow, CatalogRow
from bridge.domain.errors import ShopUnavailable
from bridge.domain.shop import Shop
from bridge.models import Listing
from bridge.services.import_catalog import Import, NothingImported, import_catalog
from tests.inventory.conftest import ARTICLES
from tests.support.selling import add_partner

ROWS = [CatalogRow(n + 2, f"SKU-{n:03}", 1000 + n) for n in range(ARTICLES)]


@dataclass
class Faltering:
    """The real shop, which goes away after it was asked for so many pages of stock."""

    shop: Shop
    pages: int

    def __getattr__(self, name: str) -> object:
        return getattr(self.shop, name)

    def inventory_levels(self, items, location_id):
        if not self.pages:
            raise ShopUnavailable("the shop has gone away")
        self.pages -= 1
        return self.shop.inventory_levels(items, location_id)


def import_all(db: Database, shop: Shop | Faltering, rows=ROWS, *, replace: bool = False) -> Import:
    with db.transaction() as session:
        partner = session.scalars(select(Listing.partner_id)).first() or add_partner(session).id
    return import_catalog(
        db,
        shop,  # type: ignore[arg-type]  # a shop that falters is one
        partner_id=partner,
        rows=rows,
        configured_location=None,
        replace=replace,
        strict=True,
        pause=lambda _seconds: None,
    )


def listed(db: Database) -> int:
    with db.transaction() as session:
        return len(session.scalars(select(Listing.sku).where(Listing.retired_at.is_(None))).all())


def test_a_shop_that_goes_away_half_way_leaves_nothing_and_the_rows_are_named(db, shop, simulator):
    with pytest.raises(NothingImported) as refused:
        import_all(db, Faltering(shop, pages=1))

    assert listed(db) == 0
    lines = [row.line for row in refused.value.bad_rows]
    assert (lines[0], len(lines)) == (252, 250)
    assert "the shop has gone away" in refused.value.bad_rows[0].reason


def test_a_bad_row_at_the_end_leaves_nothing(db, shop, simulator):
    with pytest.raises(NothingImported):
        import_all(db, shop, [*ROWS, BadRow(602, "X", "has no variant id")])

    assert listed(db) == 0


def test_all_of_it_goes_in_and_the_rest_is_retired_with_it(db, shop, simulator):
    first = import_all(db, shop)
    second = import_all(db, shop, ROWS[:300], replace=True)

    assert (first.added, first.is_whole) == (ARTICLES, True)
    assert (second.unchanged, second.retired, listed(db)) == (300, ARTICLES - 300, 300)
