"""A shop of many pages, and the bridge's own way to it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bridge.db import Database
from bridge.domain.catalog_rows import CatalogRow
from bridge.domain.shop import Shop
from bridge.models import Listing
from bridge.services.import_catalog import import_catalog
from bridge.services.stock_location import known_location
from bridge.shopify import open_shop
from config import settings as config
from tests.support import processes
from tests.support.selling import add_partner
from tests.support.stock_room import StockRoom

ARTICLES = 600
UNITS = 10


@pytest.fixture(scope="module")
def shop_of_the_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[processes.Simulator]:
    """A shop with 600 articles, SKU-000 to SKU-599 with variants 1000 to 1599, ten units each."""
    folder = tmp_path_factory.mktemp("shop")
    catalog = folder / "shop.csv"
    catalog.write_text(
        "sku,shopify_variant_id,title,available,elsewhere\n"
        # The second one lies at the other location too, so that the first may stop stocking it.
        + "".join(
            f"SKU-{n:03},{1000 + n},Article {n},{UNITS},{5 if n == 1 else ''}\n" for n in range(ARTICLES)
        )
    )
    with processes.running_simulator(folder, catalog=catalog) as running:
        yield running


@pytest.fixture
def simulator(shop_of_the_module: processes.Simulator) -> processes.Simulator:
    """The shop as new; starting one takes longer than most tests."""
    shop_of_the_module.reset()
    return shop_of_the_module


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


@pytest.fixture
def location(db: Database, listings: list[Listing]) -> int:
    with db.transaction() as session:
        known = known_location(session)
    assert known is not None
    return known


@pytest.fixture
def changed(listings: list[Listing], staff: StockRoom, location: int) -> dict[int, int]:
    """Numbers that are new in the shop, in every page: {item: units}."""
    new = {listings[n].inventory_item_id: n // 100 for n in (100, 300, 599)}
    for item, units in new.items():
        staff.set_available(item, units, location)
    return new
