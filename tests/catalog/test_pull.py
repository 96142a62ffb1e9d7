"""`catalog pull`: a partner's catalog as staff of the shop put it together."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bridge.db import Database
from bridge.domain.catalog_rows import CatalogRow
from bridge.domain.errors import NotFound, ShopUnavailable
from bridge.models import InventoryLevel, Listing
from bridge.services.import_catalog import Import, NothingImported, import_catalog
from bridge.services.pull_catalog import Pull, pull_catalog
from bridge.shopify import open_shop
from config import settings as config
from tests.cli.running import bridge
from tests.support import processes
from tests.support.selling import add_partner

MUGS, LARGE = 35, 120
COLUMNS = "sku,shopify_variant_id,title,available,product,collections\n"
ROWS = [
    "LEFT-OR-RIGHT,1,Left lamp,5,,kitchen",
    "LEFT-OR-RIGHT,2,Right lamp,5,,kitchen large",
    ",3,Nameless tray,1,,kitchen",
    "POT,4,Pot,3,,kitchen",
    *(f"MUG-{n},{100 + n},Color {n},2,Mug,kitchen" for n in range(MUGS)),  # More than come with a product.
    *(f"ART-{n},{1000 + n},Article {n},2,,large" for n in range(LARGE)),  # More than fit on a page.
]


@pytest.fixture(scope="module")
def shop_of_the_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[processes.Simulator]:
    """A shop with two collections."""
    folder = tmp_path_factory.mktemp("shop")
    catalog = folder / "shop.csv"
    catalog.write_text(COLUMNS + "\n".join(ROWS))
    with processes.running_simulator(folder, catalog=catalog) as running:
        yield running


class Desk:
    """One partner, and whoever keeps its catalog."""

    def __init__(self, db: Database, environment: dict[str, str]) -> None:
        self.db = db
        self.shop = open_shop(config.load(config.DATABASE, config.REDIS, config.SHOPIFY, source=environment))
        with db.transaction() as session:
            self.partner_id = add_partner(session, "Zain").id

    def pull(self, handle: str, **options) -> Pull:
        return pull_catalog(
            self.db,
            self.shop,
            partner_id=self.partner_id,
            handle=handle,
            **{"configured_location": None, "replace": False, "pause": lambda _seconds: None, **options},
        )

    def import_rows(self, *rows: tuple[str, int]) -> Import:
        return import_catalog(
            self.db,
            self.shop,
            partner_id=self.partner_id,
            rows=[CatalogRow(n, sku, variant) for n, (sku, variant) in enumerate(rows, start=2)],
            configured_location=None,
            replace=False,
            strict=False,
        )

    def listed(self) -> dict[str, int]:
        with self.db.transaction() as session:
            rows = session.scalars(select(Listing).where(Listing.retired_at.is_(None)).order_by(Listing.sku))
            return {row.sku: row.variant_id for row in rows}


@pytest.fixture
def desk(db: Database, environment: dict[str, str]) -> Desk:
    return Desk(db, environment)


def change(simulator: processes.Simulator, variant: int, **changes: object) -> None:
    """Let staff change the product of a variant."""
    found = simulator.graphql(
        "query ($id: ID!) { productVariant(id: $id) { product { id } } }",
        {"id": f"gid://shopify/ProductVariant/{variant}"},
    )
    answer = simulator.graphql(
        "mutation ($product: ProductUpdateInput) { productUpdate(product: $product) { userErrors { message } } }",
        {"product": {"id": found["data"]["productVariant"]["product"]["id"], **changes}},
    )
    assert answer["data"]["productUpdate"]["userErrors"] == [], answer


def collection(simulator: processes.Simulator, handle: str) -> str:
    answer = simulator.graphql(
        "query ($by: CollectionIdentifierInput!) { collectionByIdentifier(identifier: $by) { id } }",
        {"by": {"handle": handle}},
    )
    return answer["data"]["collectionByIdentifier"]["id"]


def test_a_collection_is_listed_under_the_shops_skus_and_sellable(desk):
    told: list[tuple[int, int]] = []

    done = desk.pull("kitchen", progress=lambda written, total: told.append((written, total)))

    assert (done.added, done.changed, done.unchanged, done.retired) == (MUGS + 1, 0, 0, 0)
    assert desk.listed() == {"POT": 4} | {f"MUG-{n}": 100 + n for n in range(MUGS)}
    assert told == [(MUGS + 1, MUGS + 1)]
    with desk.db.transaction() as session:
        titles_and_units = session.execute(
            select(Listing.title, InventoryLevel.available)
            .join(InventoryLevel, InventoryLevel.inventory_item_id == Listing.inventory_item_id)
            .where(Listing.sku.in_(["MUG-7", "POT"]))
            .order_by(Listing.sku)
        ).all()
    assert [tuple(row) for row in titles_and_units] == [("Mug - Color 7", 2), ("Pot", 3)]


def test_a_sku_of_several_variants_and_a_variant_without_one_are_reported(desk):
    done = desk.pull("kitchen")

    assert [(one.sku, [v.variant_id for v in one.variants]) for one in done.unlisted] == [
        (None, [3]),
        ("LEFT-OR-RIGHT", [1, 2]),
    ]


def test_a_second_pull_tells_what_is_new_changed_and_gone(desk, simulator):
    desk.import_rows(("OURS", 1000))
    desk.pull("kitchen")
    kitchen = collection(simulator, "kitchen")
    change(simulator, 100, collectionsToLeave=[kitchen])
    change(simulator, 4, title="Copper pot")
    change(simulator, 1001, collectionsToJoin=[kitchen])

    done = desk.pull("kitchen")

    assert (done.added, done.changed, done.unchanged, done.retired) == (1, 1, 0, MUGS)
    assert desk.listed() == {"ART-1": 1001, "OURS": 1000, "POT": 4}


def test_what_is_archived_or_a_draft_is_not_for_sale(desk, simulator):
    desk.pull("kitchen")
    change(simulator, 100, status="DRAFT")
    change(simulator, 4, status="ARCHIVED")

    done = desk.pull("kitchen")

    assert (done.retired, desk.listed()) == (MUGS + 1, {})


def test_another_collection_is_beside_the_first_one(desk):
    desk.pull("kitchen")

    done = desk.pull("large")

    # In this one the SKU has one variant.
    assert (done.added, done.retired, done.unlisted) == (LARGE + 1, 0, [])
    assert desk.listed()["LEFT-OR-RIGHT"] == 2
    assert len(desk.listed()) == MUGS + 1 + LARGE + 1


def test_a_sku_that_has_become_unclear_keeps_its_variant(desk, simulator):
    desk.pull("large")
    change(simulator, 1, collectionsToJoin=[collection(simulator, "large")])

    done = desk.pull("large")

    assert [one.sku for one in done.unlisted] == ["LEFT-OR-RIGHT"]
    assert (done.retired, desk.listed()["LEFT-OR-RIGHT"]) == (0, 2)


def test_what_a_file_names_is_the_files(desk, simulator):
    desk.pull("kitchen")
    desk.import_rows(("POT", 4))
    change(simulator, 4, collectionsToLeave=[collection(simulator, "kitchen")])

    assert desk.pull("kitchen").retired == 0
    assert "POT" in desk.listed()


def test_a_pull_that_replaces_retires_everything_else(desk):
    desk.import_rows(("OURS", 1000))

    done = desk.pull("kitchen", replace=True)

    assert done.retired == 1
    assert "OURS" not in desk.listed()


def test_an_empty_collection_does_not_replace_a_catalog(desk, simulator):
    desk.import_rows(("OURS", 1000))
    for variant in (1, 2, 3, 4, 100):
        change(simulator, variant, collectionsToLeave=[collection(simulator, "kitchen")])

    with pytest.raises(NothingImported):
        desk.pull("kitchen", replace=True)

    assert desk.listed() == {"OURS": 1000}


def test_a_collection_that_cannot_be_read_to_its_end_changes_nothing(desk, simulator):
    simulator.fault("error_500", operation="product")  # The rest of the mugs.

    with pytest.raises(ShopUnavailable):
        desk.pull("kitchen")

    assert desk.listed() == {}


def test_a_collection_that_is_not_there_is_a_sentence(desk):
    with pytest.raises(NotFound, match="no collection 'garden'"):
        desk.pull("garden")


def test_a_row_of_a_file_without_a_variant_is_refused_with_the_candidates(desk, environment, tmp_path: Path):
    file = tmp_path / "a.csv"
    file.write_text("sku,shopify_variant_id\nLEFT-OR-RIGHT,\nPOT,999\nNOTHING,\nMUG-1,101\n")

    answer = bridge("catalog", "import", "Zain", file, "--json", env=environment)

    assert answer.code == 1
    found = {
        row["sku"]: [one["shopify_variant_id"] for one in row["candidates"]]
        for row in answer.json["problems"]
    }
    assert found == {"LEFT-OR-RIGHT": [1, 2], "POT": [4], "NOTHING": []}
    assert "its SKU matches 2 variants; the shop has it as 1 (Left lamp), 2 (Right lamp)" in answer.err
    assert desk.listed() == {"MUG-1": 101}


def test_the_command_reports_and_fails_where_something_was_not_listed(desk, environment):
    kitchen = bridge("catalog", "pull", "Zain", "--collection", "kitchen", "--json", env=environment)
    large = bridge("catalog", "pull", "Zain", "--collection", "large", env=environment)

    assert (kitchen.code, large.code) == (1, 0), large.err
    assert {name: kitchen.json[name] for name in ("added", "changed", "unchanged", "retired", "failed")} == {
        "added": MUGS + 1, "changed": 0, "unchanged": 0, "retired": 0, "failed": 2,
    }  # fmt: skip
    assert kitchen.json["problems"][1]["candidates"] == [
        {"shopify_variant_id": 1, "title": "Left lamp"},
        {"shopify_variant_id": 2, "title": "Right lamp"},
    ]
    assert "LEFT-OR-RIGHT: its SKU matches 2 variants" in kitchen.err
    assert f"{LARGE + 1} imported and sellable: {LARGE + 1} new" in large.out
