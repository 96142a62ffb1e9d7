"""Where an item is stocked, and what it is: changed by an app, and told to who listens."""

from simulator import stock
from tests.simulator.shops import Shop
from tests.simulator.stocks import (
    READ,
    UNKNOWN_LOCATION,
    UNTRACK,
    adjust,
    at,
    item_of,
    level_of,
    location_of,
    quantities,
    variant_of,
)
from tests.simulator.test_webhook_subscriptions import create


def test_the_number_of_a_level_is_shared_by_the_items_of_a_location(shop):
    answer = shop.data(
        READ,
        {
            "ids": [at(shop, sku)["inventoryItemId"] for sku in ("JDTQ1834", "JS-PROD-001")],
            "location": at(shop, "JDTQ1834")["locationId"],
        },
    )

    ids = [node["inventoryLevel"]["id"] for node in answer["nodes"]]
    numbers = {one.partition("?")[0] for one in ids}
    assert len(numbers) == 1
    read = shop.data("query ($id: ID!) { inventoryLevel(id: $id) { id item { sku } } }", {"id": ids[1]})
    assert read["inventoryLevel"] == {"id": ids[1], "item": {"sku": "JS-PROD-001"}}


ACTIVATE = """
mutation ($item: ID!, $location: ID!, $available: Int, $key: String!) {
  inventoryActivate(inventoryItemId: $item, locationId: $location, available: $available)
      @idempotent(key: $key) {
    inventoryLevel { id isActive } userErrors { field message }
  }
}"""


DEACTIVATE = """
mutation ($id: ID!) { inventoryDeactivate(inventoryLevelId: $id) { userErrors { field message } } }"""


def test_stocking_and_unstocking_a_location_are_told(shop, inbox):
    for event in ("CONNECT", "DISCONNECT"):
        create(shop, f"INVENTORY_LEVELS_{event}", uri=inbox.url)
    place = at(shop, "JS-PROD-001", "Aqaba Depot")
    wish = {"item": place["inventoryItemId"], "location": place["locationId"], "available": 4}

    made = shop.data(ACTIVATE, {**wish, "key": "one"})["inventoryActivate"]
    assert quantities(shop, "JS-PROD-001", "Aqaba Depot")["available"] == 4
    gone = shop.data(DEACTIVATE, {"id": made["inventoryLevel"]["id"]})["inventoryDeactivate"]

    inbox.wait_for("inventory_levels/connect", "inventory_levels/disconnect")
    assert made["userErrors"] == gone["userErrors"] == []
    assert inbox.of("inventory_levels/connect")[0].body["available"] == 4
    assert inbox.of("inventory_levels/disconnect")[0].body == {
        "inventory_item_id": item_of(shop, "JS-PROD-001"),
        "location_id": location_of(shop, "Aqaba Depot"),
    }


def activate(shop: Shop, place: dict[str, str], key: str, available: int | None = None) -> dict:
    wish = {"item": place["inventoryItemId"], "location": place["locationId"], "available": available}
    return shop.data(ACTIVATE, {**wish, "key": key})["inventoryActivate"]


def test_stocking_what_is_stocked_already_answers_it_and_sets_nothing(shop):
    place = at(shop, "JDTQ1834")

    quietly = activate(shop, place, "one")
    loudly = activate(shop, place, "two", available=7)

    assert quietly["userErrors"] == []
    assert loudly["inventoryLevel"] == quietly["inventoryLevel"]
    assert loudly["userErrors"] == [
        {
            "field": ["available"],
            "message": "Not allowed to set available quantity when the item is already active at the location.",
        }
    ]
    assert quantities(shop, "JDTQ1834")["available"] == 10_000


def test_an_unknown_location_stocks_nothing(shop):
    place = {**at(shop, "JDTQ1834"), "locationId": UNKNOWN_LOCATION}

    assert activate(shop, place, "one") == {
        "inventoryLevel": None,
        "userErrors": [
            {
                "field": ["locationId"],
                "message": "The product couldn't be stocked because the location wasn't found.",
            }
        ],
    }


def test_the_only_location_of_a_product_cannot_be_taken_from_it(shop):
    answer = shop.data(DEACTIVATE, {"id": stock.level_gid(level_of(shop, "JS-PROD-001"))})

    text = (
        "The product couldn't be unstocked from Amman Warehouse because products need to be stocked at a "
        "minimum of 1 location."
    )
    assert answer["inventoryDeactivate"]["userErrors"] == [{"field": None, "message": text}]


def test_an_item_that_is_no_longer_tracked_does_not_move(shop, inbox):
    create(shop, "INVENTORY_ITEMS_UPDATE", uri=inbox.url)
    wish = {"id": at(shop, "JDTQ1834")["inventoryItemId"], "input": {"tracked": False}}

    changed = shop.data(UNTRACK, wish)["inventoryItemUpdate"]
    adjust(shop, "JDTQ1834", -5)
    inbox.wait_for("inventory_items/update")

    assert changed["inventoryItem"] == {"tracked": False, "sku": "JDTQ1834"}
    assert inbox.letters[0].body["tracked"] is False
    assert quantities(shop, "JDTQ1834")["available"] == 10_000


DELETE_PRODUCT = """
mutation ($id: ID!) { productDelete(input: {id: $id}) { deletedProductId userErrors { message } } }"""


def test_a_deleted_product_takes_its_variants_and_their_stock_along(shop, inbox):
    create(shop, "PRODUCTS_DELETE", uri=inbox.url)
    ids = at(shop, "JS-LAST-001")
    variant = variant_of(shop, "JS-LAST-001")
    product = level_of(shop, "JS-LAST-001").item.variant.product

    deleted = shop.data(DELETE_PRODUCT, {"id": f"gid://shopify/Product/{product.id}"})
    inbox.wait_for("products/delete")

    assert deleted["productDelete"]["userErrors"] == []
    assert inbox.letters[0].body == {"id": product.id}
    answer = shop.data(
        "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
        {"ids": [variant, ids["inventoryItemId"]]},
    )
    assert answer["nodes"] == [None, None]


PRICE = """
mutation ($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $id, variants: $variants) {
    productVariants { price sku } userErrors { field message }
  }
}"""


def test_a_changed_price_is_told_with_the_product(shop, inbox):
    create(shop, "PRODUCTS_UPDATE", uri=inbox.url)
    product = level_of(shop, "JDTQ1834").item.variant.product
    wish = [{"id": variant_of(shop, "JDTQ1834"), "price": "31.5", "inventoryItem": {"sku": "NEW-SKU"}}]

    answer = shop.data(PRICE, {"id": f"gid://shopify/Product/{product.id}", "variants": wish})
    inbox.wait_for("products/update")

    changed = answer["productVariantsBulkUpdate"]
    assert changed == {"productVariants": [{"price": "31.50", "sku": "NEW-SKU"}], "userErrors": []}
    body = inbox.letters[0].body
    assert [(one["price"], one["sku"]) for one in body["variants"]] == [("31.50", "NEW-SKU")]
    assert [one["admin_graphql_api_id"] for one in body["variant_gids"]] == [wish[0]["id"]]
