"""Collections: `all`, with everything in it, and those that the catalog names."""

from collections.abc import Iterator
from typing import Any

from simulator.connections import by_id, connection
from simulator.gids import gid
from simulator.records import Collection, Product
from simulator.registry import Context, query, resolves

ALL_ID = 841_564_295
HANDLE = "all"


class Everything:
    """The collection; it has no record, being whatever the shop has."""

    kind = "Collection"
    id = ALL_ID
    handle = HANDLE
    title = "All products"


AnyCollection = Collection | Everything


def _all(context: Context) -> Iterator[AnyCollection]:
    yield Everything()
    yield from context.store.all("Collection")


@query("collection")
def collection(context: Context, id: str) -> Any:  # noqa: A002 - GraphQL's name
    return next((one for one in _all(context) if gid("Collection", one.id) == id), None)


@query("collectionByIdentifier")
def collection_by_identifier(context: Context, identifier: dict[str, Any]) -> Any:
    if identifier.get("id"):
        return collection(context, identifier["id"])
    return next((one for one in _all(context) if one.handle == identifier.get("handle")), None)


@query("collections")
def collections(context: Context, **arguments: Any) -> Any:
    return connection(sorted(_all(context), key=lambda one: one.id), arguments)


@resolves("Collection", "products")
def products(record: AnyCollection, context: Context, **arguments: Any) -> Any:
    if isinstance(record, Everything):
        return by_id(context.store.table("Product"), context.store.ordered_ids("Product"), arguments)
    return connection([record.products[number] for number in sorted(record.products)], arguments)


@resolves("Collection", "productsCount")
def products_count(record: AnyCollection, context: Context) -> dict[str, Any]:
    of = context.store.table("Product") if isinstance(record, Everything) else record.products
    return {"count": len(of), "precision": "EXACT"}


@resolves("Collection", "hasProduct")
def has_product(record: AnyCollection, context: Context, id: str) -> bool:  # noqa: A002 - GraphQL's name
    found = context.find("Product", id)
    return found is not None and (isinstance(record, Everything) or found.id in record.products)


@resolves("Product", "collections")
def collections_of(record: Product, context: Context, **arguments: Any) -> Any:
    own = [one for one in _all(context) if isinstance(one, Everything) or record.id in one.products]
    return connection(sorted(own, key=lambda one: one.id), arguments)


@query("productByIdentifier")
def product_by_identifier(context: Context, identifier: dict[str, Any]) -> Any:
    if identifier.get("id"):
        return context.find("Product", identifier["id"])
    handle = identifier.get("handle")
    return next((one for one in context.store.all("Product") if one.handle == handle), None)


@query("productVariantByIdentifier")
def variant_by_identifier(context: Context, identifier: dict[str, Any]) -> Any:
    return context.find("ProductVariant", identifier["id"]) if identifier.get("id") else None
