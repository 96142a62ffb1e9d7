"""Lists, filters and pages, as captured searches show them; and the search that lags behind."""

from datetime import timedelta

import pytest

from tests.simulator.sales import COFFEE, cancel, complete, create, custom, sell
from tests.simulator.shops import open_shop

DRAFTS = """query($query: String, $key: DraftOrderSortKeys, $reverse: Boolean, $first: Int, $after: String) {
  draftOrders(first: $first, after: $after, query: $query, sortKey: $key, reverse: $reverse) {
    nodes { name } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
ORDERS = """query($query: String, $key: OrderSortKeys, $reverse: Boolean) {
  orders(first: 10, query: $query, sortKey: $key, reverse: $reverse) { nodes { name } }
}"""


def drafts(shop, **variables):
    return shop.data(DRAFTS, {"first": 10, **variables})["draftOrders"]


def names(page):
    return [node["name"] for node in page["nodes"]]


def orders(shop, query, **variables):
    return names(shop.data(ORDERS, {"query": query, **variables})["orders"])


def age(shop, kind, name, *, days):
    """A record becomes that much older."""
    with shop.store.lock:
        record = next(one for one in shop.store.all(kind) if one.name == name)
        record.created_at -= timedelta(days=days)
        record.updated_at -= timedelta(days=days)
        if kind == "Order":
            record.processed_at -= timedelta(days=days)
        return record


def test_pages_of_the_newest_drafts_follow_each_other_though_new_ones_arrive(shop):
    for _ in range(5):
        create(shop)

    first = drafts(shop, first=2, key="ID", reverse=True)
    create(shop)
    second = drafts(shop, first=2, key="ID", reverse=True, after=first["pageInfo"]["endCursor"])
    last = drafts(shop, first=2, key="ID", reverse=True, after=second["pageInfo"]["endCursor"])

    assert [names(page) for page in (first, second, last)] == [["#D5", "#D4"], ["#D3", "#D2"], ["#D1"]]
    assert [page["pageInfo"]["hasNextPage"] for page in (first, second, last)] == [True, True, False]
    assert [page["pageInfo"]["hasPreviousPage"] for page in (first, second)] == [False, True]


def test_a_page_goes_on_where_a_deleted_draft_was(shop):
    made = [create(shop) for _ in range(4)]
    first = drafts(shop, first=2, key="ID", reverse=True)
    shop.data(
        "mutation($input: DraftOrderDeleteInput!) { draftOrderDelete(input: $input) { deletedId } }",
        {"input": {"id": made[2]["id"]}},
    )

    assert names(drafts(shop, first=2, key="ID", reverse=True, after=first["pageInfo"]["endCursor"])) == [
        "#D2",
        "#D1",
    ]


@pytest.mark.parametrize(("query", "found"), [
    ("tag:bridge-1", ["#D1"]),
    ("tag:'bridge-1'", ["#D1"]),
    ('tag:"two words"', ["#D2"]),
    ("tag:BRIDGE-1", ["#D1"]),
    ("tag:bridge*", ["#D1", "#D3"]),
    ("tag:nothing", []),
    ("status:open", ["#D1", "#D2"]),
    ("status:completed", ["#D3"]),
    ("tag:bridge-1 status:completed", []),
    ("tag:bridge-1 OR tag:bridge-3", ["#D1", "#D3"]),
    ("-tag:bridge-1", ["#D2", "#D3"]),
    ("NOT status:completed", ["#D1", "#D2"]),
    ("created_at:>'2026-01-01T00:00:00Z'", ["#D1", "#D2", "#D3"]),
    ("created_at:<'2026-01-01'", []),
])  # fmt: skip
def test_drafts_are_found_by_what_shopify_finds_them_by(shop, query, found):
    create(shop, tags=["bridge-1"])
    create(shop, tags=["two words"])
    complete(shop, create(shop, tags=["bridge-3"])["id"])

    assert names(drafts(shop, query=query)) == found


def test_drafts_are_found_by_their_number(shop):
    number = create(shop)["id"].rpartition("/")[2]
    create(shop)

    assert names(drafts(shop, query=f"id:{number}")) == ["#D1"]
    assert names(drafts(shop, query=f"id:>{number}")) == ["#D2"]


@pytest.mark.parametrize(("query", "found"), [
    ("name:#1002", ["#1002"]), ("name:1002", ["#1002"]), ("tag:b", ["#1002"]), ("po_number:PO-3", ["#1003"]),
    ("status:open", ["#1002", "#1003"]), ("status:cancelled", ["#1001"]),
    ("status:any", ["#1001", "#1002", "#1003"]), ("financial_status:pending", ["#1003"]),
    ("fulfillment_status:unfulfilled", ["#1001", "#1002", "#1003"]), ("sku:JDTQ1834", ["#1002"]),
])  # fmt: skip
def test_orders_are_found_by_what_shopify_finds_them_by(shop, query, found):
    cancel(shop, sell(shop)["id"])
    sell(shop, {"variantId": COFFEE, "quantity": 1}, tags=["b"])
    sell(shop, pending=True, poNumber="PO-3")

    assert orders(shop, query, key="ID") == found


def test_orders_changed_since_a_moment_come_in_the_order_of_their_change(shop):
    for _ in range(3):
        sell(shop)
    mark = age(shop, "Order", "#1001", days=3).updated_at
    age(shop, "Order", "#1003", days=1)

    since = f"updated_at:>'{mark.strftime('%Y-%m-%dT%H:%M:%SZ')}'"
    assert orders(shop, since, key="UPDATED_AT") == ["#1003", "#1002"]
    assert orders(shop, since.replace(">", ">="), key="UPDATED_AT") == ["#1001", "#1003", "#1002"]


def test_counts_say_when_they_stopped_counting(shop):
    for _ in range(3):
        create(shop)

    answer = shop.data(
        "{ all: draftOrdersCount { count precision } two: draftOrdersCount(limit: 2) { count precision } }"
    )

    assert answer == {
        "all": {"count": 3, "precision": "EXACT"},
        "two": {"count": 2, "precision": "AT_LEAST"},
    }


def test_a_stale_search_misses_what_is_young_but_lists_and_reads_do_not(shop):
    made = create(shop, tags=["bridge-1"])
    shop.fault("stale_search", seconds=60)

    searched = names(drafts(shop, query="tag:bridge-1"))
    listed = names(drafts(shop, key="ID", reverse=True))
    read = shop.data("query($id: ID!) { draftOrder(id: $id) { name } }", {"id": made["id"]})["draftOrder"]

    assert (searched, listed, read) == ([], ["#D1"], {"name": "#D1"})


def test_a_list_without_a_size_is_refused(shop):
    (error,) = shop.graphql("{ draftOrders { nodes { id } } }")["errors"]

    assert error["message"] == "you must provide one of first or last"


def test_ids_that_are_gone_leave_a_null_in_their_place(shop):
    made = create(shop, custom())
    ids = [made["id"], "gid://shopify/Order/1", COFFEE]

    found = shop.data("query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", {"ids": ids})["nodes"]

    assert found == [
        {"__typename": "DraftOrder", "id": made["id"]},
        None,
        {"__typename": "ProductVariant", "id": COFFEE},
    ]


def test_a_catalog_file_is_what_the_shop_sells(tmp_path):
    path = tmp_path / "catalog.csv"
    path.write_text(
        "sku,shopify_variant_id,title,price,available\n"
        "A-1,gid://shopify/ProductVariant/111,Lamp,12.50,7\n"
        "A-2,222,,,\n"
    )

    with open_shop(catalog=path) as shop:
        nodes = shop.data(
            "{ productVariants(first: 9) { nodes { id sku price inventoryQuantity product { title } } } }"
        )["productVariants"]["nodes"]

    assert nodes == [
        {"id": "gid://shopify/ProductVariant/111", "sku": "A-1", "price": "12.50", "inventoryQuantity": 7,
         "product": {"title": "Lamp"}},
        {"id": "gid://shopify/ProductVariant/222", "sku": "A-2", "price": "10.00", "inventoryQuantity": 100,
         "product": {"title": "A-2"}},
    ]  # fmt: skip
