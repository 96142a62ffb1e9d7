"""A shop of many pages, and the bridge's own way to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bridge.db import Database
from bridge.domain.catalog_rows import CatalogRow
from bridge.domain.shop import Shop
from bridge.models import Listing
from bridge.services.import_catalog import import_catalog
from bridge.shopify import open_shop
from config import settings as config
from tests.support import processes
from tests.support.selling import add_partner
from tests.support.stock_room import StockRoom

ARTICLES = 600
UNITS = 10


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[processes.Simulator]:
    """A shop with 600 articles, SKU-000 to SKU-599 with variants 1000 to 1599, ten units each."""
    catalog = tmp_path / "shop.csv"
    catalog.write_text(
        "sku,shopify_variant_id,title,available\n"
        + "".join(f"SKU-{n:03},{1000 + n},Article {n},{UNITS}\n" for n in range(ARTICLES))
    )
    with processes.running_simulator(tmp_path, catalog=catalog) as running:
        yield running


@pytest.fixture
def staff(simulator: processes.Simulator) -> StockRoom:
    """Staff of the shop."""
    return StockRoom(simulator)


@pytest.fixture
def shop(environment: dict[str, str]) -> Shop:
    """The shop as the bridge sees it."""
    return open_shop(config.load(config.DATABASE, config.REDIS, config.SHOPIFY, source=environment))


@pytest.fixture
def listings(db: Database, shop: Shop) -> list[Listing]:
    """All 600, listed by one partner and sellable, in the order of their SKUs."""
    with db.transaction() as session:
        partner = add_partner(session)
    done = import_catalog(
        db,
        shop,
        partner_id=partner.id,
        rows=[CatalogRow(n + 2, f"SKU-{n:03}", 1000 + n) for n in range(ARTICLES)],
        configured_location=None,
        replace=False,
        strict=False,
    )
    assert done.added == ARTICLES
    with db.transaction() as session:
        return list(session.scalars(select(Listing).order_by(Listing.sku)))
