"""Quantities, set, adjusted and read as captured (inventory-quantity-contracts-2026-04, inventory-live-hybrid-...)."""

import pytest

from simulator import stock
from tests.simulator.shops import Shop
from tests.simulator.stocks import (
    ADJUST,
    READ,
    SET,
    UNKNOWN_LOCATION,
    adjust,
    at,
    item_of,
    level_of,
    location_of,
    quantities,
)

UNKNOWN_ITEM = "gid://shopify/InventoryItem/999999999999"


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
