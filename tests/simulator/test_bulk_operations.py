"""Bulk operations answer as captured ones do (harry-test-heelo.myshopify.com, API 2026-04)."""

import json

import pytest
import requests

from tests.simulator.shops import Shop, open_shop
from tests.simulator.test_webhook_subscriptions import create
from tests.support.waiting import await_until

FIELDS = """id status type errorCode createdAt completedAt objectCount rootObjectCount fileSize url
            partialDataUrl query"""
RUN = f"""
mutation ($query: String!, $group: Boolean! = false) {{
  bulkOperationRunQuery(query: $query, groupObjects: $group) {{
    bulkOperation {{ {FIELDS} }}
    userErrors {{ field message code }}
  }}
}}"""
READ = f"query ($id: ID!) {{ bulkOperation(id: $id) {{ {FIELDS} }} }}"
PRODUCTS = "{ products { edges { node { id } } } }"
LEVELS = """{
  inventoryItems { edges { node {
    id sku
    inventoryLevels { edges { node { id location { name } quantities(names: ["available"]) { quantity } } } }
  } } }
}"""


def run(shop: Shop, query: str, *, group: bool = False) -> dict:
    return shop.data(RUN, {"query": query, "group": group})["bulkOperationRunQuery"]


def ended(shop: Shop, started: dict) -> dict:
    """The operation once it has ended."""

    def read() -> dict | None:
        found = shop.data(READ, {"id": started["bulkOperation"]["id"]})["bulkOperation"]
        return found if found["completedAt"] else None

    return await_until(read, because="the end of the bulk operation")


def lines(url: str) -> list[dict]:
    """What the file holds; it is fetched without a token."""
    answer = requests.get(url, timeout=60)
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.text.splitlines()]


def test_it_has_been_created_when_the_answer_comes(shop):
    started = run(shop, PRODUCTS)

    operation = started["bulkOperation"]
    assert started["userErrors"] == []
    assert {key: value for key, value in operation.items() if key not in ("id", "createdAt")} == {
        "status": "CREATED", "type": "QUERY", "errorCode": None, "completedAt": None,
        "objectCount": "0", "rootObjectCount": "0", "fileSize": None, "url": None,
        "partialDataUrl": None, "query": PRODUCTS,
    }  # fmt: skip


def test_its_file_holds_one_object_a_line(shop):
    operation = ended(shop, run(shop, "{ productVariants { edges { node { id sku price } } } }"))

    found = lines(operation["url"])
    assert operation["status"] == "COMPLETED"
    assert operation["objectCount"] == operation["rootObjectCount"] == str(len(found)) == "8"
    assert int(operation["fileSize"]) == len(requests.get(operation["url"], timeout=60).content)
    assert found[0] == {
        "id": "gid://shopify/ProductVariant/44219312570580", "sku": "JDTQ1834", "price": "29.99",
    }  # fmt: skip


def test_children_name_their_parent_and_stand_anywhere(shop):
    operation = ended(shop, run(shop, LEVELS))

    found = lines(operation["url"])
    items = {one["id"]: one for one in found if "__parentId" not in one}
    levels = [one for one in found if "__parentId" in one]
    assert operation["rootObjectCount"] == str(len(items))
    assert operation["objectCount"] == str(len(items) + len(levels))
    assert sorted(
        (items[one["__parentId"]]["sku"], one["location"]["name"], one["quantities"][0]["quantity"])
        for one in levels
        if items[one["__parentId"]]["sku"] in ("JDTQ1834", "JS-LAST-001")
    ) == [
        ("JDTQ1834", "Amman Warehouse", 10_000),
        ("JDTQ1834", "Aqaba Depot", 500),
        ("JS-LAST-001", "Amman Warehouse", 1),
    ]


def test_grouped_children_follow_their_parent(shop):
    found = lines(ended(shop, run(shop, LEVELS, group=True))["url"])

    parent = None
    for one in found:
        parent = (one.get("__parentId") and parent) or one["id"]
        assert one.get("__parentId", parent) == parent


def test_a_catalog_of_many_pages_comes_whole(tmp_path):
    catalog = tmp_path / "catalog.csv"
    catalog.write_text("sku\n" + "".join(f"SKU-{n:04}\n" for n in range(1_001)), encoding="utf-8")

    with open_shop(catalog=catalog) as shop:
        operation = ended(shop, run(shop, "{ inventoryItems { edges { node { sku } } } }"))
        found = lines(operation["url"])

    assert [one["sku"] for one in found] == [f"SKU-{n:04}" for n in range(1_001)]


def test_nothing_found_is_no_file(shop):
    operation = ended(shop, run(shop, "{ orders { edges { node { id } } } }"))

    assert (operation["status"], operation["url"], operation["objectCount"]) == ("COMPLETED", None, "0")


def test_a_failure_leaves_part_of_the_data(shop):
    shop.fault("bulk_failure", times=1)

    operation = ended(shop, run(shop, PRODUCTS))

    assert (operation["status"], operation["errorCode"], operation["url"]) == (
        "FAILED", "INTERNAL_SERVER_ERROR", None,
    )  # fmt: skip
    assert len(lines(operation["partialDataUrl"])) == 4


def test_its_end_is_told_without_saying_where_the_file_is(shop, inbox):
    create(shop, "BULK_OPERATIONS_FINISH", uri=inbox.url)

    operation = ended(shop, run(shop, PRODUCTS))
    inbox.wait_for("bulk_operations/finish")

    body = inbox.letters[0].body
    assert body == {
        "admin_graphql_api_id": operation["id"],
        "completed_at": body["completed_at"],
        "created_at": body["created_at"],
        "error_code": None,
        "status": "completed",
        "type": "query",
    }


def test_the_list_is_narrowed_by_status(shop):
    started = run(shop, PRODUCTS)
    ended(shop, started)

    answer = shop.data(
        """{ done: bulkOperations(first: 5, query: "status:completed") { nodes { id } }
             busy: bulkOperations(first: 5, query: "status:running") { nodes { id } }
             currentBulkOperation { id } }"""
    )

    one = {"id": started["bulkOperation"]["id"]}
    assert answer == {"done": {"nodes": [one]}, "busy": {"nodes": []}, "currentBulkOperation": one}


def test_the_sixth_at_once_is_refused(shop):
    with shop.store.lock:  # So that none of the five gets on.
        five = [run_in(shop, PRODUCTS) for _ in range(5)]
        sixth = run_in(shop, PRODUCTS)

    names = ", ".join(f"gid://shopify/BulkOperation/{one['bulkOperation'].id}" for one in five)
    assert sixth == {
        "bulkOperation": None,
        "userErrors": [
            {
                "field": None,
                "message": f"A bulk query operation for this app and shop is already in progress: {names}.",
                "code": "OPERATION_IN_PROGRESS",
            }
        ],
    }


def run_in(shop: Shop, query: str) -> dict:
    """Start one from within the store's lock."""
    from simulator.bulk.operations import run_query
    from simulator.registry import Context

    return run_query(Context(store=shop.store, token="", version=""), query)


EDGES = (
    "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: "
    "'products { edges { node {'. Selecting via 'nodes' is not supported. Invalid connection fields: "
)
AT_LEAST_ONE = "Bulk queries must contain at least one connection."


@pytest.mark.parametrize(
    ("because", "query", "messages"),
    [
        ("nodes instead of edges", "{ products { nodes { id title } } }", [EDGES + "'products'."]),
        ("the same of orders", "{ orders { nodes { id } } }", [EDGES + "'orders'."]),
        (
            "one object by its id",
            '{ node(id: "gid://shopify/Product/0") { id } }',
            ["Bulk queries cannot contain a top level `node` field.", AT_LEAST_ONE],
        ),
        ("no list at all", "{ shop { name } }", [AT_LEAST_ONE]),
        (
            "three levels deep",
            """{ collections { edges { node { id products { edges { node { id variants { edges { node {
                 id metafields { edges { node { id } } } } } } } } } } } } }""",
            ["Bulk queries cannot contain connections with a nesting depth greater than 2."],
        ),
        (
            "six of them",
            """{ products { edges { node { id
                 variants { edges { node { id } } } metafields { edges { node { id } } }
                 collections { edges { node { id } } } media { edges { node { id } } }
                 sellingPlanGroups { edges { node { id } } } } } } }""",
            ["Bulk queries cannot contain more than 5 connections."],
        ),
        (
            "children of whom",
            "{ products { edges { node { title variants { edges { node { id } } } } } } }",
            [
                "The parent 'node' field for a nested connection must select the 'id' field without an "
                "alias and must be of 'ID' return type. Connection fields without 'id': products."
            ],
        ),
        (
            "a mutation",
            'mutation { productDelete(input: {id: "gid://shopify/Product/1"}) { deletedProductId } }',
            ["Invalid operation type. Only `query` operations are supported."],
        ),
        (
            "a list within",
            """{ orders { edges { node { id fulfillments { events { edges { node { id } } } } } } } }""",
            ["Queries that contain a connection field within a list field are not currently supported."],
        ),
    ],
)
def test_a_query_is_refused(shop, because, query, messages):
    assert run(shop, query) == {
        "bulkOperation": None,
        "userErrors": [{"field": ["query"], "message": text, "code": "INVALID"} for text in messages],
    }
