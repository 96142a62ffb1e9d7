"""Collections: this shop has one, `all`, with everything in it."""

from typing import Any

from simulator.connections import by_id, connection
from simulator.gids import gid
from simulator.registry import Context, query, resolves

ALL_ID = 841_564_295
HANDLE = "all"


class Everything:
    """The collection; it has no record, being whatever the shop has."""

    kind = "Collection"
    id = ALL_ID
    handle = HANDLE
    title = "All products"


@query("collection")
def collection(_context: Context, id: str) -> Any:  # noqa: A002 - GraphQL's name
    return Everything() if id == gid("Collection", ALL_ID) else None


@query("collectionByIdentifier")
def collection_by_identifier(_context: Context, identifier: dict[str, Any]) -> Any:
    wanted = (gid("Collection", ALL_ID), HANDLE)
    return Everything() if identifier.get("id") == wanted[0] or identifier.get("handle") == HANDLE else None


@query("collections")
def collections(_context: Context, **arguments: Any) -> Any:
    return connection([Everything()], arguments)


@resolves("Collection", "products")
def products(_collection: Any, context: Context, **arguments: Any) -> Any:
    return by_id(context.store.table("Product"), context.store.ordered_ids("Product"), arguments)


@resolves("Collection", "productsCount")
def products_count(_collection: Any, context: Context) -> dict[str, Any]:
    return {"count": len(context.store.table("Product")), "precision": "EXACT"}


@resolves("Collection", "hasProduct")
def has_product(_collection: Any, context: Context, id: str) -> bool:  # noqa: A002 - GraphQL's name
    return context.find("Product", id) is not None


@query("productByIdentifier")
def product_by_identifier(context: Context, identifier: dict[str, Any]) -> Any:
    if identifier.get("id"):
        return context.find("Product", identifier["id"])
    handle = identifier.get("handle")
    return next((one for one in context.store.all("Product") if one.handle == handle), None)


@query("productVariantByIdentifier")
def variant_by_identifier(context: Context, identifier: dict[str, Any]) -> Any:
    return context.find("ProductVariant", identifier["id"]) if identifier.get("id") else None
