"""Products and variants as the schema shows them."""

from typing import Any

from simulator.connections import connection
from simulator.money import Bag
from simulator.records import Product, Variant
from simulator.registry import Context, query, resolves
from simulator.resolvers.lists import counted, listed


@query("product")
def product(context: Context, id: str) -> Any:  # noqa: A002 - GraphQL's name
    return context.find("Product", id)


@query("products")
def products(context: Context, **arguments: Any) -> Any:
    return listed(context, "Product", arguments)


@query("productsCount")
def products_count(context: Context, **arguments: Any) -> Any:
    return counted(context, "Product", arguments)


@query("productVariant")
def product_variant(context: Context, id: str) -> Any:  # noqa: A002 - GraphQL's name
    return context.find("ProductVariant", id)


@query("productVariants")
def product_variants(context: Context, **arguments: Any) -> Any:
    return listed(context, "ProductVariant", arguments)


@query("productVariantsCount")
def product_variants_count(context: Context, **arguments: Any) -> Any:
    return counted(context, "ProductVariant", arguments)


@resolves("Product", "variants")
def variants(record: Product, _context: Context, **arguments: Any) -> Any:
    return connection(record.variants, arguments)


@resolves("Product", "totalInventory")
def total_inventory(record: Product, context: Context) -> int:
    return sum(inventory_quantity(variant, context) for variant in record.variants)


@resolves("Product", "variantsCount")
def variants_count(record: Product, _context: Context) -> dict[str, Any]:
    return {"count": len(record.variants), "precision": "EXACT"}


@resolves("Product", "totalVariants")
def total_variants(record: Product, _context: Context) -> int:
    return len(record.variants)


@resolves("Product", "priceRangeV2", "priceRange")
def price_range(record: Product, context: Context) -> dict[str, Any]:
    currency = context.store.settings.currency
    prices = [variant.price for variant in record.variants]
    return {
        "minVariantPrice": Bag(min(prices), currency, currency),
        "maxVariantPrice": Bag(max(prices), currency, currency),
    }


@resolves("Product", "tracksInventory")
def tracks_inventory(record: Product, _context: Context) -> bool:
    return any(variant.inventory_item.tracked for variant in record.variants)


@resolves("Product", "hasOnlyDefaultVariant")
def yes(_record: Product, _context: Context) -> bool:
    return True


@resolves("ProductVariant", "sku")
def sku(record: Variant, _context: Context) -> str:
    return record.inventory_item.sku


@resolves("ProductVariant", "displayName")
def display_name(record: Variant, _context: Context) -> str:
    return f"{record.product.title} - {record.title}"


@resolves("ProductVariant", "inventoryQuantity", "sellableOnlineQuantity")
def inventory_quantity(record: Variant, _context: Context) -> int:
    """The sum of what is available, over all locations; may be negative."""
    return sum(one.quantities["available"] for one in record.inventory_item.levels.values())


@resolves("ProductVariant", "availableForSale")
def available_for_sale(record: Variant, context: Context) -> bool:
    return record.inventory_policy == "CONTINUE" or inventory_quantity(record, context) > 0


@resolves("ProductVariant", "selectedOptions")
def selected_options(record: Variant, _context: Context) -> list[dict[str, str]]:
    return [{"name": "Title", "value": record.title}]
