"""Stock answers as captured (inventory-quantity-contracts-2026-04, inventory-live-hybrid-...)."""

import pytest

from simulator import stock
from tests.simulator.shops import Shop
from tests.simulator.stocks import ADJUST, SET, adjust, at, item_of, location_of, quantities, variant_of
from tests.simulator.test_webhook_subscriptions import create

UNKNOWN_ITEM = "gid://shopify/InventoryItem/999999999999"
UNKNOWN_LOCATION = "gid://shopify/Location/999999999999"


def set_to(shop: Shop, *entries: dict, key: str = "one", **wish: object) -> dict:
    """Set quantities; the payload."""
    wish = {"name": "available", "reason": "correction", "quantities": list(entries), **wish}
    return shop.data(SET, {"input": wish, "key": key})["inventorySetQuantities"]


def test_setting_what_is_available_says_what_it_changed(shop):
    place = at(shop, "JS-EMPTY-001")

    payload = set_to(
        shop, {**place, "quantity": 5, "changeFromQuantity": 0}, referenceDocumentUri="logistics://set/1"
    )

    group = payload["inventoryAdjustmentGroup"]
    assert payload["userErrors"] == []
    assert group["id"].startswith("gid://shopify/InventoryAdjustmentGroup/")
    assert (group["reason"], group["referenceDocumentUri"]) == ("correction", "logistics://set/1")
    target = {"item": {"id": place["inventoryItemId"]}, "location": {"id": place["locationId"]}}
    assert group["changes"] == [
        {"name": "available", "delta": 5, "quantityAfterChange": None, **target},
        {"name": "on_hand", "delta": 5, "quantityAfterChange": None, **target},
    ]
    assert quantities(shop, "JS-EMPTY-001")["available"] == 5


def test_setting_what_is_on_hand_moves_what_is_available(shop):
    adjust(shop, "JS-EMPTY-001", 7)
    with shop.store.action():
        level = shop.store.get("InventoryItem", item_of(shop, "JS-EMPTY-001")).levels[location_of(shop)]
        stock.commit(shop.store, level, 3)

    set_to(shop, {**at(shop, "JS-EMPTY-001"), "quantity": 9, "changeFromQuantity": 7}, name="on_hand")

    assert quantities(shop, "JS-EMPTY-001") == {
        "available": 6, "reserved": 0, "committed": 3, "on_hand": 9,
    }  # fmt: skip


@pytest.mark.parametrize("mutation", [SET, ADJUST])
def test_a_change_without_an_idempotency_key_is_refused(shop, mutation):
    name = "inventorySetQuantities" if mutation is SET else "inventoryAdjustQuantities"
    bare = mutation.replace(", $key: String!", "").replace(" @idempotent(key: $key)", "")
    entry = {**at(shop, "JDTQ1834"), "changeFromQuantity": None}
    entries = {"quantities": [{**entry, "quantity": 1}]} if mutation is SET else {
        "changes": [{**entry, "delta": 1}]
    }  # fmt: skip

    answer = shop.graphql(bare, {"input": {"name": "available", "reason": "correction", **entries}})

    assert answer["data"] == {name: None}
    [error] = answer["errors"]
    assert error["message"] == (
        "The @idempotent directive is required for this mutation but was not provided."
    )
    assert (error["extensions"], error["path"]) == ({"code": "BAD_REQUEST"}, [name])
    assert quantities(shop, "JDTQ1834")["available"] == 10_000


@pytest.mark.parametrize(
    ("mutation", "kind", "entry"),
    [
        (SET, "InventoryQuantityInput", ("quantities", {"quantity": 5})),
        (ADJUST, "InventoryChangeInput", ("changes", {"delta": 1})),
    ],
)
def test_a_change_must_say_what_it_changes_from(shop, mutation, kind, entry):
    key, change = entry
    wish = {"name": "available", "reason": "correction", key: [{**at(shop, "JDTQ1834"), **change}]}

    answer = shop.graphql(mutation, {"input": wish, "key": "one"})

    [error] = answer["errors"]
    assert error["message"] == f"{kind} must include the following argument: changeFromQuantity."
    assert error["extensions"] == {"code": "INVALID_FIELD_ARGUMENTS"}
    assert quantities(shop, "JDTQ1834")["available"] == 10_000


def test_the_argument_of_older_versions_is_gone(shop):
    wish = {
        "name": "available", "reason": "correction", "ignoreCompareQuantity": True,
        "quantities": [{**at(shop, "JDTQ1834"), "quantity": 5}],
    }  # fmt: skip

    [error] = shop.graphql(SET, {"input": wish, "key": "one"})["errors"]

    assert error["message"] == (
        "Variable $input of type InventorySetQuantitiesInput! was provided invalid value for "
        "ignoreCompareQuantity (Field is not defined on InventorySetQuantitiesInput)"
    )
    assert error["extensions"]["problems"] == [
        {
            "path": ["ignoreCompareQuantity"],
            "explanation": "Field is not defined on InventorySetQuantitiesInput",
        }
    ]


REASONS = (
    "The specified reason is invalid. Valid values are: correction, cycle_count_available, damaged, "
    "movement_canceled, movement_created, movement_received, movement_updated, other, promotion, "
    "quality_control, received, reservation_created, reservation_deleted, reservation_updated, restock, "
    "safety_stock, shrinkage."
)


@pytest.mark.parametrize(
    ("change", "field", "message", "code"),
    [
        (
            {"inventoryItemId": UNKNOWN_ITEM}, ["quantities", "0", "inventoryItemId"],
            "The specified inventory item could not be found.", "INVALID_INVENTORY_ITEM",
        ),
        (
            {"locationId": UNKNOWN_LOCATION}, ["quantities", "0", "locationId"],
            "The specified location could not be found.", "INVALID_LOCATION",
        ),
        (
            {"quantity": -1}, ["quantities", "0", "quantity"],
            "The quantity can't be negative.", "INVALID_QUANTITY_NEGATIVE",
        ),
        (
            {"quantity": 1_000_000_001}, ["quantities", "0", "quantity"],
            "The quantity can't be higher than 1,000,000,000.", "INVALID_QUANTITY_TOO_HIGH",
        ),
        (
            {"changeFromQuantity": 3}, ["quantities", "0", "changeFromQuantity"],
            "The changeFromQuantity argument no longer matches the persisted quantity.",
            "CHANGE_FROM_QUANTITY_STALE",
        ),
    ],
)  # fmt: skip
def test_a_wrong_quantity_changes_nothing(shop, change, field, message, code):
    good = {**at(shop, "JS-PROD-001"), "quantity": 7, "changeFromQuantity": None}
    entry = {**at(shop, "JDTQ1834"), "quantity": 5, "changeFromQuantity": None, **change}

    payload = set_to(shop, entry, good)

    assert payload == {
        "inventoryAdjustmentGroup": None,
        "userErrors": [{"field": ["input", *field], "message": message, "code": code}],
    }
    assert quantities(shop, "JS-PROD-001")["available"] == 10_000


def test_a_reason_that_is_none_is_refused_with_all_that_are(shop):
    entry = {**at(shop, "JDTQ1834"), "quantity": 5, "changeFromQuantity": None}

    payload = set_to(shop, entry, reason="not_a_reason")

    assert payload["userErrors"] == [
        {"field": ["input", "reason"], "message": REASONS, "code": "INVALID_REASON"}
    ]


def test_a_key_that_comes_again_works_once(shop):
    entry = {**at(shop, "JDTQ1834"), "delta": -2, "changeFromQuantity": None}
    wish = {"name": "available", "reason": "correction", "changes": [entry]}

    first = shop.data(ADJUST, {"input": wish, "key": "same"})
    again = shop.data(ADJUST, {"input": wish, "key": "same"})
    other = shop.data(ADJUST, {"input": {**wish, "changes": [{**entry, "delta": -3}]}, "key": "same"})

    assert first == again
    assert other["inventoryAdjustQuantities"]["userErrors"][0]["code"] == (
        "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
    )
    assert quantities(shop, "JDTQ1834")["available"] == 9_998


def test_what_is_available_may_fall_below_zero(shop):
    adjust(shop, "JS-EMPTY-001", -4)

    assert quantities(shop, "JS-EMPTY-001")["available"] == -4


READ = """
query ($ids: [ID!]!, $location: ID!) {
  nodes(ids: $ids) {
    __typename
    ... on InventoryItem {
      sku tracked
      inventoryLevel(locationId: $location) {
        id isActive quantities(names: ["available", "on_hand"]) { name quantity updatedAt }
      }
    }
  }
}"""


def test_nodes_answer_in_order_with_null_for_what_is_not_there(shop):
    skus = ["JS-FAR-001", "JS-PROD-001"]
    known = [at(shop, sku)["inventoryItemId"] for sku in skus]
    aqaba = at(shop, "JDTQ1834", "Aqaba Depot")["locationId"]

    answer = shop.data(READ, {"ids": [known[0], UNKNOWN_ITEM, known[1]], "location": aqaba})["nodes"]

    far, unknown, here = answer
    assert unknown is None
    assert (here["sku"], here["inventoryLevel"]) == ("JS-PROD-001", None)  # Not stocked there.
    assert far["inventoryLevel"]["isActive"] is True
    [available, on_hand] = far["inventoryLevel"]["quantities"]
    assert (available["quantity"], on_hand["quantity"]) == (25, 25)
    assert available["updatedAt"] is not None
    assert on_hand["updatedAt"] is None


def test_250_ids_at_once_cost_what_one_costs_and_251_are_refused(shop):
    ids = [at(shop, "JDTQ1834")["inventoryItemId"]] * 250
    location = at(shop, "JDTQ1834")["locationId"]

    one = shop.graphql(READ, {"ids": ids[:1], "location": location})
    many = shop.graphql(READ, {"ids": ids, "location": location})
    too_many = shop.graphql(READ, {"ids": [*ids, ids[0]], "location": location})

    assert len(many["data"]["nodes"]) == 250
    prices = [answer["extensions"]["cost"]["requestedQueryCost"] for answer in (one, many)]
    assert prices[0] == prices[1]
    assert too_many["errors"][0]["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"


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


UNTRACK = """
mutation ($id: ID!, $input: InventoryItemInput!) {
  inventoryItemUpdate(id: $id, input: $input) { inventoryItem { tracked sku } userErrors { message } }
}"""


def test_an_item_that_is_no_longer_tracked_does_not_move(shop, inbox):
    create(shop, "INVENTORY_ITEMS_UPDATE", uri=inbox.url)
    wish = {"id": at(shop, "JDTQ1834")["inventoryItemId"], "input": {"tracked": False}}

    changed = shop.data(UNTRACK, wish)["inventoryItemUpdate"]
    adjust(shop, "JDTQ1834", -5)
    inbox.wait_for("inventory_items/update")

    assert changed["inventoryItem"] == {"tracked": False, "sku": "JDTQ1834"}
    assert inbox.letters[0].body["tracked"] is False
    assert quantities(shop, "JDTQ1834")["available"] == 10_000


def level_of(shop: Shop, sku: str, location: str = "Amman Warehouse") -> stock.InventoryLevel:
    return shop.store.get("InventoryItem", item_of(shop, sku)).levels[location_of(shop, location)]


def test_units_of_an_order_come_from_the_location_that_has_enough(shop):
    """Captured: Shopify took two units where five lay, not at the default location, which had none."""
    item = shop.store.get("InventoryItem", item_of(shop, "JS-FAR-001"))

    assert stock.choose_level(shop.store, item, 2) is level_of(shop, "JS-FAR-001", "Aqaba Depot")
    assert stock.choose_level(shop.store, item, 26) is level_of(shop, "JS-FAR-001")


def test_on_hand_is_the_sum_of_what_lies_on_the_shelf(shop):
    level = level_of(shop, "JS-LAST-001")

    with shop.store.action():
        stock.hold(shop.store, level, 1)
        held = dict(level.quantities)
        stock.commit_held(shop.store, level, 1)
        committed = quantities_of(level)
        stock.ship(shop.store, level, 1)

    assert (held["available"], held["reserved"]) == (0, 1)
    assert committed == {"available": 0, "reserved": 0, "committed": 1, "on_hand": 1}
    assert quantities_of(level) == {"available": 0, "reserved": 0, "committed": 0, "on_hand": 0}


def quantities_of(level: stock.InventoryLevel) -> dict[str, int]:
    names = ("available", "reserved", "committed", "on_hand")
    return {name: stock.quantity(level, name) for name in names}


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
