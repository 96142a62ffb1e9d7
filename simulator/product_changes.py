"""Changing and deleting products and variants, as far as a listener needs it to happen."""

from typing import Any

from simulator.gids import gid
from simulator.records import Collection, Product, Variant
from simulator.registry import Context, mutation
from simulator.state import Store
from simulator.stocking import change_item

GONE = "Product does not exist"
PLAIN = {
    "title": "title", "handle": "handle", "vendor": "vendor", "productType": "product_type",
    "status": "status", "tags": "tags",
}  # fmt: skip


def _changed(store: Store, product: Product) -> None:
    store.touch(product)
    store.emit("products/update", product)


@mutation("productUpdate")
def update(
    context: Context,
    product: dict[str, Any] | None = None,
    input: dict[str, Any] | None = None,  # noqa: A002 - GraphQL's name
    identifier: dict[str, Any] | None = None,
    **_more: Any,
) -> dict[str, Any]:
    """Change what is given of title, handle, vendor, type, status, tags and collections."""
    wish = product or input or {}
    found = context.store.named("Product", wish.get("id") or (identifier or {}).get("id") or "")
    if found is None:
        return {"product": None, "userErrors": [{"field": ["id"], "message": GONE}]}
    if wish.get("title") == "":
        error = {"field": ["title"], "message": "Title can't be blank"}
        return {"product": None, "userErrors": [error]}
    for theirs, ours in PLAIN.items():
        if wish.get(theirs) is not None:
            setattr(found, ours, wish[theirs])
    for collection in _collections(context.store, wish.get("collectionsToJoin")):
        collection.products[found.id] = found
    for collection in _collections(context.store, wish.get("collectionsToLeave")):
        collection.products.pop(found.id, None)
    _changed(context.store, found)
    return {"product": found, "userErrors": []}


def _collections(store: Store, ids: list[str] | None) -> list[Collection]:
    """Those that are there; `all` can be neither joined nor left."""
    wanted = set(ids or ())
    return [one for one in store.all("Collection") if gid("Collection", one.id) in wanted]


@mutation("productDelete")
def delete(context: Context, input: dict[str, Any], **_more: Any) -> dict[str, Any]:  # noqa: A002 - GraphQL's name
    """Delete a product with its variants and their stock. Orders keep what they say of it."""
    store = context.store
    found = store.named("Product", input["id"])
    if found is None:
        return {"deletedProductId": None, "userErrors": [{"field": ["id"], "message": GONE}]}
    for variant in found.variants:
        _drop(store, variant)
    for collection in store.all("Collection"):
        collection.products.pop(found.id, None)
    store.drop(found)
    store.emit("products/delete", found)
    return {"deletedProductId": gid("Product", found.id), "userErrors": []}


@mutation("productVariantsBulkUpdate")
def update_variants(
    context: Context, productId: str, variants: list[dict[str, Any]], **_more: Any
) -> dict[str, Any]:
    """Change price, taxability, policy and the inventory item of variants; all or none."""
    store = context.store
    found = store.named("Product", productId)
    if found is None:
        return _refused(["productId"], GONE, "PRODUCT_DOES_NOT_EXIST")
    own = {gid("ProductVariant", variant.id): variant for variant in found.variants}
    for index, wish in enumerate(variants):
        if wish.get("id") not in own:
            field = ["variants", str(index), "id"]
            return _refused(field, "Product variant does not exist", "PRODUCT_VARIANT_DOES_NOT_EXIST")
        if wish.get("price") is not None and wish["price"] < 0:
            field = ["variants", str(index), "price"]
            return _refused(field, "Price must be greater than or equal to 0", "GREATER_THAN_OR_EQUAL_TO")
    for wish in variants:
        _change_variant(store, own[wish["id"]], wish)
    _changed(store, found)
    changed = [own[wish["id"]] for wish in variants]
    return {"product": found, "productVariants": changed, "userErrors": []}


def _refused(field: list[str], message: str, code: str) -> dict[str, Any]:
    return {"product": None, "userErrors": [{"field": field, "message": message, "code": code}]}


def _change_variant(store: Store, variant: Variant, wish: dict[str, Any]) -> None:
    for theirs, ours in (
        ("price", "price"), ("taxable", "taxable"), ("inventoryPolicy", "inventory_policy"),
    ):  # fmt: skip
        if wish.get(theirs) is not None:
            setattr(variant, ours, wish[theirs])
    store.touch(variant)
    if wish.get("inventoryItem"):
        change_item(store, variant.inventory_item, wish["inventoryItem"])


@mutation("productVariantsBulkDelete")
def delete_variants(context: Context, productId: str, variantsIds: list[str]) -> dict[str, Any]:
    """Delete variants of one product; all or none."""
    store = context.store
    found = store.named("Product", productId)
    if found is None:
        return _refused(["productId"], GONE, "PRODUCT_DOES_NOT_EXIST")
    own = {gid("ProductVariant", variant.id): variant for variant in found.variants}
    if not set(variantsIds) <= set(own):
        text = "At least one variant does not belong to the product"
        return _refused(["variantsIds"], text, "AT_LEAST_ONE_VARIANT_DOES_NOT_BELONG_TO_THE_PRODUCT")
    for one in variantsIds:
        _drop(store, own[one])
        found.variants.remove(own[one])
    _changed(store, found)
    return {"product": found, "userErrors": []}


def _drop(store: Store, variant: Variant) -> None:
    """A variant goes, its item with it, and the item from every shelf."""
    item = variant.inventory_item
    for level in item.levels.values():
        store.drop(level)
        level.is_active = False
        store.emit("inventory_levels/disconnect", level)
    store.drop(item)
    store.drop(variant)
    store.emit("inventory_items/delete", item)
