"""What the shop sells: the default catalog, or one read from a CSV file."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from simulator.gids import gid, number
from simulator.records import Collection, InventoryItem, InventoryLevel, Location, Product, Variant
from simulator.state import Store, utc_now

QUANTITIES = (
    "available", "committed", "reserved", "incoming", "damaged", "quality_control", "safety_stock",
)  # fmt: skip


@dataclass(frozen=True)
class Article:
    """One thing the shop sells. `elsewhere` lies at the second location, where None means not
    stocked. `product` is what it is a variant of, None where it is one by itself; `collections` are
    handles.
    """

    sku: str
    variant_id: int | None
    title: str
    price: Decimal
    available: int
    elsewhere: int | None = None
    product: str | None = None
    collections: tuple[str, ...] = ()


DEFAULT = [
    Article(
        "JDTQ1834",
        44219312570580,
        "Ceramic Coffee Set",
        Decimal("29.99"),
        10_000,
        500,
        collections=("kitchen",),
    ),
    Article(
        "JS-PROD-001", 44219312603348, "Olive Wood Board", Decimal("49.99"), 10_000, collections=("kitchen",)
    ),
    Article("JS-EMPTY-001", 44219312636116, "Sold-out Lantern", Decimal("35.00"), 0),
    Article("JS-LAST-001", 44219312668884, "Last Copper Tray", Decimal("79.00"), 1),
    Article(
        "JS-PROD-002",
        44219312701652,
        "Linen Table Runner",
        Decimal("18.50"),
        2_000,
        100,
        collections=("kitchen",),
    ),
    Article("JS-PROD-003", 44219312734420, "Dead Sea Soap", Decimal("4.25"), 5_000),
    Article("JS-PROD-004", 44219312767188, "Zaatar Gift Box", Decimal("22.00"), 1_500),
    Article("JS-FAR-001", 44219312799956, "Garden Bench", Decimal("140.00"), 0, 25),
]


class BadCatalog(ValueError):
    """The file is no catalog; the text names the line."""


def read_csv(path: Path) -> Iterable[Article]:
    """The articles of a file with the columns sku, shopify_variant_id, title, price, available,
    elsewhere, product, collections.

    Only the column `sku` is needed, and it may be blank. A missing number is given by the store, a
    missing price is 10.00, a missing quantity 100; rows that name the same product are its variants;
    collections are handles with blanks between them; other columns are ignored.

    :raises BadCatalog: for a file without a sku column, or a value that is no number
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        if "sku" not in (rows.fieldnames or ()):
            raise BadCatalog(f"{path}: the first line must name the columns, sku among them")
        for row in rows:
            try:
                yield _article(row)
            except (ValueError, InvalidOperation) as error:
                raise BadCatalog(f"{path}, line {rows.line_num}: {error}") from error


def _article(row: dict[str, str]) -> Article:
    given = (row.get("shopify_variant_id") or "").strip()
    variant_id = number(given, "ProductVariant") if given.startswith("gid:") else int(given or 0)
    elsewhere = (row.get("elsewhere") or "").strip()
    return Article(
        sku=row["sku"].strip(),
        variant_id=variant_id or None,
        title=(row.get("title") or "").strip() or row["sku"].strip(),
        price=Decimal((row.get("price") or "10.00").strip()),
        available=int((row.get("available") or "100").strip()),
        elsewhere=int(elsewhere) if elsewhere else None,
        product=(row.get("product") or "").strip() or None,
        collections=tuple((row.get("collections") or "").split()),
    )


def open_shop(store: Store, articles: Iterable[Article]) -> None:
    """Fill an empty store: two locations, and every article as a product with one variant."""
    now = utc_now()
    main, second = (
        store.add(Location(id=store.next_id(), created_at=now, updated_at=now, name=name))
        for name in ("Amman Warehouse", "Aqaba Depot")
    )
    store.default_location_id = main.id
    products, variants, items, levels = [], [], [], []
    collected: dict[str, list[Product]] = {}
    named: dict[str, Product] = {}
    for article in articles:
        product = named.get(article.product or "")
        if product is None:
            product = Product(
                id=store.next_id(), created_at=now, updated_at=now,
                title=article.product or article.title, handle=_handle(article),
            )  # fmt: skip
            products.append(product)
        if article.product:
            named[article.product] = product
        item = InventoryItem(id=store.next_id(), created_at=now, updated_at=now, sku=article.sku)
        variant = Variant(
            id=article.variant_id or store.next_id(), created_at=now, updated_at=now,
            product=product, inventory_item=item, price=article.price,
            title=article.title if article.product else "Default Title",
            position=len(product.variants) + 1,
        )  # fmt: skip
        item.variant = variant
        product.variants.append(variant)
        for location, available in ((main, article.available), (second, article.elsewhere)):
            if available is not None:
                levels.append(new_level(store, item, location, available))
        variants.append(variant)
        items.append(item)
        for collection in article.collections:
            collected.setdefault(collection, []).append(product)
    for kind, records in (
        ("Product", products), ("ProductVariant", variants),
        ("InventoryItem", items), ("InventoryLevel", levels),
    ):  # fmt: skip
        store.add_many(kind, records)
    for handle, members in collected.items():
        made = Collection(
            id=store.next_id(), created_at=now, updated_at=now,
            handle=handle, title=handle.replace("-", " ").capitalize(),
        )  # fmt: skip
        made.products.update((product.id, product) for product in members)
        store.add(made)


def new_level(store: Store, item: InventoryItem, location: Location, available: int) -> InventoryLevel:
    """Stock an item at a location; the caller adds the level to the store."""
    now = utc_now()
    quantities = dict.fromkeys(QUANTITIES, 0) | {"available": available}
    level = InventoryLevel(
        id=store.next_id(), created_at=now, updated_at=now, item=item, location=location,
        quantities=quantities, changed_at={"available": now},
    )  # fmt: skip
    item.levels[location.id] = level
    return level


def _handle(article: Article) -> str:
    return re.sub(r"[^a-z0-9]+", "-", f"{article.title} {article.sku}".lower()).strip("-")


def variant_gid(variant: Variant) -> str:
    return gid("ProductVariant", variant.id)
