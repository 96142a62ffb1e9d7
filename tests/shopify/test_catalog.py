"""Variants and stock as the store has them."""

from decimal import Decimal

import pytest

from bridge.domain.errors import ShopRefused
from bridge.shopify.subscriptions import topic_of
from tests.shopify.store import COFFEE_SET, FAR_BENCH, shop_at, staff


@pytest.fixture(scope="module")
def location(shop) -> int:
    return shop.profile().location_id


def test_the_profile_says_whose_money_and_which_location(store, shop):
    profile = shop.profile()

    assert profile.currency == "USD"
    assert "JOD" in profile.enabled_presentment_currencies
    assert "write_draft_orders" in profile.scopes
    assert shop_at(store.url, SHOPIFY_LOCATION_ID="77").profile().location_id == 77


def test_variants_that_are_gone_are_missing_from_the_answer(store, shop):
    found = shop.variants([COFFEE_SET, 999, COFFEE_SET])

    assert list(found) == [COFFEE_SET]
    variant = found[COFFEE_SET]
    assert (variant.sku, variant.title, variant.price) == ("JDTQ1834", "Ceramic Coffee Set", Decimal("29.99"))
    assert variant.tracked


def test_any_number_of_variants_can_be_asked_for(store, shop):
    assert shop.variants([]) == {}
    assert list(shop.variants([*range(1, 600), COFFEE_SET])) == [COFFEE_SET]


def test_the_answer_has_a_level_for_every_item_stocked_or_not(store, shop, location):
    items = {v.variant_id: v.inventory_item_id for v in shop.variants([COFFEE_SET, FAR_BENCH]).values()}

    levels = shop.inventory_levels([*items.values(), 999], location)

    assert set(levels) == set(items.values())
    stocked = levels[items[COFFEE_SET]]
    assert (stocked.stocked, stocked.tracked, stocked.available) == (True, True, 10_000)
    assert stocked.updated_at.tzinfo is not None


def test_an_item_that_the_location_does_not_carry_has_none(store, shop):
    item = shop.variants([44219312603348])[44219312603348].inventory_item_id
    locations = staff(store, "{ locations(first: 5) { nodes { id } } }")["nodes"]
    second = int(locations[1]["id"].rsplit("/", 1)[1])
    if second == shop.profile().location_id:
        second = int(locations[0]["id"].rsplit("/", 1)[1])

    (level,) = shop.inventory_levels([item], second).values()

    assert (level.stocked, level.available) == (False, 0)


def test_a_location_that_is_not_there_is_not_an_empty_one(store, shop):
    item = shop.variants([COFFEE_SET])[COFFEE_SET].inventory_item_id

    with pytest.raises(ShopRefused, match="no location 77"):
        shop.inventory_levels([item], 77)


def test_an_untracked_item_has_no_number(store, shop, location):
    item = shop.variants([44219312734420])[44219312734420].inventory_item_id
    staff(
        store,
        "mutation($id: ID!) { inventoryItemUpdate(id: $id, input: {tracked: false})"
        " { inventoryItem { id } userErrors { message } } }",
        id=f"gid://shopify/InventoryItem/{item}",
    )

    (level,) = shop.inventory_levels([item], location).values()

    assert (level.tracked, level.available) == (False, None)


def test_250_items_are_one_call_and_more_are_a_mistake(store, shop, location):
    assert shop.inventory_levels(list(range(1, 251)), location) == {}
    assert shop.inventory_levels([], location) == {}
    with pytest.raises(ValueError, match="at most 250"):
        shop.inventory_levels(list(range(1, 252)), location)


def test_subscribing_and_unsubscribing_twice_is_fine(store, shop):
    uri = "http://127.0.0.1:9/webhooks/shopify"

    first = shop.subscribe("orders/partially_fulfilled", uri)
    second = shop.subscribe("orders/partially_fulfilled", uri)

    assert first == second
    assert (first.topic, first.uri, first.api_version) == ("orders/partially_fulfilled", uri, "2026-07")
    assert first in shop.subscriptions()

    shop.unsubscribe(first.subscription_id)
    shop.unsubscribe(first.subscription_id)
    assert first not in shop.subscriptions()


def test_all_subscriptions_are_listed(store, shop):
    made = {
        shop.subscribe("orders/updated", f"http://127.0.0.1:9/{number}").subscription_id
        for number in range(105)
    }

    assert made <= {each.subscription_id for each in shop.subscriptions()}


@pytest.mark.parametrize(
    "topic",
    """
    orders/create orders/partially_fulfilled draft_orders/update fulfillment_events/create fulfillments/update
    refunds/create inventory_levels/disconnect inventory_items/delete products/update app/uninstalled
    bulk_operations/finish locations/deactivate returns/request
    """.split(),
)
def test_topics_are_spelled_as_deliveries_spell_them(topic):
    assert topic_of(topic.upper().replace("/", "_")) == topic


def test_a_granted_token_that_ends_early_is_replaced_without_anybody_noticing(store, redis_url):
    shop = shop_at(
        store.url,
        REDIS_URL=redis_url,
        SHOPIFY_ACCESS_TOKEN="",
        SHOPIFY_CLIENT_ID="app",
        SHOPIFY_CLIENT_SECRET="secret-of-the-simulator",
    )
    assert shop.profile().name
    store.fault("expire_token", times=1)

    assert shop.profile().name
