"""The Admin API's door: tokens, versions, prices, and what is refused before it is executed."""

import threading

import pytest
import requests

from simulator.cost import multiple
from tests.simulator.door import SHOP, post
from tests.simulator.sales import COFFEE, create, draft_input
from tests.simulator.shops import SECRET, open_shop

REFUSAL = {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}


def grant(shop, **wish):
    fields = {"client_id": "bridge", "client_secret": SECRET, "grant_type": "client_credentials", **wish}
    return requests.post(f"{shop.url}/admin/oauth/access_token", data=fields, timeout=60)


def cost(answer):
    return answer["extensions"]["cost"]


@pytest.mark.parametrize(("because", "token"), [
    ("none", ""), ("one that was never given out", "shpca_1234"), ("anything else", "secret"),
])  # fmt: skip
def test_a_token_that_is_none_is_refused_with_a_string_of_errors(shop, because, token):
    answer = post(shop, SHOP, token=token)

    assert (answer.status_code, answer.json()) == (401, REFUSAL)


def test_client_credentials_open_the_door_until_they_expire(shop):
    granted = grant(shop).json()
    token = granted["access_token"]

    before = post(shop, SHOP, token=token)
    shop.fault("expire_token", times=1)
    at_expiry, after = post(shop, SHOP, token=token), post(shop, SHOP, token=token)

    assert (before.status_code, at_expiry.status_code, after.status_code) == (200, 401, 401)
    assert granted["expires_in"] == 86_399
    assert "write_draft_orders" in granted["scope"].split(",")
    assert post(shop, SHOP, token=grant(shop).json()["access_token"]).status_code == 200


@pytest.mark.parametrize(("because", "wish", "status"), [
    ("a wrong secret", {"client_secret": "guess"}, 401),
    ("another grant", {"grant_type": "password"}, 400),
])  # fmt: skip
def test_wrong_credentials_are_given_no_token(shop, because, wish, status):
    answer = grant(shop, **wish)

    assert answer.status_code == status
    assert "access_token" not in answer.json()


def test_an_answer_names_its_version_and_its_request(shop):
    answer = post(shop, SHOP, version="2026-04")

    assert answer.headers["X-Shopify-API-Version"] == "2026-04"
    assert len(answer.headers["X-Request-Id"]) == 36


def test_a_version_that_is_served_no_more_falls_forward(shop):
    assert post(shop, SHOP, version="2023-01").headers["X-Shopify-API-Version"] == "2026-01"


def test_a_version_that_never_was_is_not_found(shop):
    assert post(shop, SHOP, version="2026-13").status_code == 404


def test_a_connection_is_kept_for_the_next_request(shop):
    with requests.Session() as session:
        ends = set()
        for _ in range(3):
            answer = session.get(f"{shop.url}/healthz", stream=True, timeout=60)
            ends.add(answer.raw.connection.sock.getsockname())
            answer.content  # noqa: B018 - read to the end, so that the connection can be used again

    assert len(ends) == 1


def test_a_field_that_shopify_does_not_have_is_refused_in_its_words(shop):
    answer = shop.graphql(
        "mutation Complete($id: ID!) {\n  draftOrderComplete(id: $id) {\n    userErrors { code }\n  }\n}",
        {"id": "gid://shopify/DraftOrder/1"},
    )

    assert answer == {
        "errors": [
            {
                "message": "Field 'code' doesn't exist on type 'UserError'",
                "locations": [{"line": 3, "column": 18}],
                "path": ["mutation Complete", "draftOrderComplete", "userErrors", "code"],
                "extensions": {"code": "undefinedField", "typeName": "UserError", "fieldName": "code"},
            }
        ]
    }


def test_a_missing_argument_is_named_as_shopify_names_it(shop):
    answer = shop.graphql("mutation Cancel {\n  orderClose { order { id } }\n}")

    assert answer["errors"] == [
        {
            "message": "Field 'orderClose' is missing required arguments: input",
            "locations": [{"line": 2, "column": 3}],
            "path": ["mutation Cancel", "orderClose"],
            "extensions": {
                "code": "missingRequiredArguments", "className": "Field", "name": "orderClose",
                "arguments": "input",
            },
        }
    ]  # fmt: skip


@pytest.mark.parametrize(("because", "value", "path", "explanation", "message"), [
    ("nothing at all", None, [], "Expected value to not be null",
     "Variable $input of type DraftOrderInput! was provided invalid value"),
    ("a key that is none", {"lineItems": [], "taxLines": []}, ["taxLines"],
     "Field is not defined on DraftOrderInput",
     "Variable $input of type DraftOrderInput! was provided invalid value for taxLines "
     "(Field is not defined on DraftOrderInput)"),
])  # fmt: skip
def test_a_variable_that_does_not_fit_is_refused_in_shopifys_words(
    shop, because, value, path, explanation, message
):
    answer = shop.graphql(
        "mutation($input: DraftOrderInput!) { draftOrderCreate(input: $input) { draftOrder { id } } }",
        {"input": value},
    )

    (error,) = answer["errors"]
    assert error["message"] == message
    assert error["extensions"] == {
        "code": "INVALID_VARIABLE",
        "value": value,
        "problems": [{"path": path, "explanation": explanation}],
    }
    assert "data" not in answer


def test_deprecated_and_money_fields_are_answered_too(shop):
    made = create(shop)

    found = shop.data(
        "query($id: ID!) { draftOrder(id: $id) { totalPrice subtotalPrice totalTax legacyResourceId } }",
        {"id": made["id"]},
    )["draftOrder"]

    assert found == {
        "totalPrice": "10.00",
        "subtotalPrice": "10.00",
        "totalTax": "0.00",
        "legacyResourceId": made["id"].rpartition("/")[2],
    }


# -- what it costs


@pytest.mark.parametrize(("page", "price"), [
    (1, 1), (3, 2), (5, 3), (10, 4), (20, 5), (50, 7), (100, 9), (200, 10), (250, 11),
])  # fmt: skip
def test_a_page_costs_far_less_than_its_nodes(page, price):
    assert multiple(page) == price


LINES = "lineItems(first: 50) { nodes { id title variant { id title } originalUnitPriceSet { shopMoney { amount } } } }"


@pytest.mark.parametrize(("because", "text", "requested"), [
    ("an object", "query($id: ID!) { order(id: $id) { id name } }", 1),
    ("an object in an object", "query($id: ID!) { draftOrder(id: $id) { id order { id } } }", 2),
    ("a page of 50 nodes with one object each", f"query($id: ID!) {{ order(id: $id) {{ id {LINES} }} }}", 17),
    ("a mutation", "mutation($id: ID!) { draftOrderComplete(id: $id) { draftOrder { id } userErrors { field } } }", 10),
    ("a mutation and an object",
     "mutation($id: ID!) { draftOrderComplete(id: $id) { draftOrder { id order { id } } userErrors { field } } }", 11),
])  # fmt: skip
def test_an_operation_costs_what_captured_ones_cost(shop, because, text, requested):
    kind = "DraftOrder" if "draftOrder" in text else "Order"

    answer = shop.graphql(text, {"id": f"gid://shopify/{kind}/1"})

    assert cost(answer)["requestedQueryCost"] == requested


def test_looking_up_many_ids_costs_no_more_than_one(shop):
    text = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on ProductVariant { id inventoryItem { id } } } }"

    one, many = (shop.graphql(text, {"ids": [COFFEE] * count}) for count in (1, 250))

    assert cost(one)["requestedQueryCost"] == cost(many)["requestedQueryCost"]


def test_what_was_not_used_is_given_back(shop):
    answer = shop.graphql("{ orders(first: 250) { nodes { id customer { id } } } }")

    assert cost(answer)["requestedQueryCost"] == 24
    assert cost(answer)["actualQueryCost"] == 2
    assert cost(answer)["throttleStatus"]["maximumAvailable"] == 2000
    assert cost(answer)["throttleStatus"]["currentlyAvailable"] >= 1998 - 2


def test_an_empty_bucket_throttles_its_own_token_only(shop):
    text = "{ " + " ".join(f"a{n}: orders(first: 250) {{ nodes {{ id lineItems(first: 5) {{ nodes {{ id }} }} }} }}"
                           for n in range(10)) + " }"  # fmt: skip
    price = cost(post(shop, text, token="shpat_greedy").json())["requestedQueryCost"]
    shop.simulation.buckets.drain("shpat_greedy")

    refused = post(shop, text, token="shpat_greedy")
    other = post(shop, text, token="shpat_patient")

    assert refused.status_code == 200
    body = refused.json()
    assert body["errors"][0]["message"] == "Throttled"
    assert body["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert "data" not in body
    assert (cost(body)["requestedQueryCost"], cost(body)["actualQueryCost"]) == (price, None)
    assert "errors" not in other.json()
    assert shop.state()["throttled"]["orders"] == 1


def test_what_is_too_dear_is_never_executed(shop):
    lines = "lineItems(first: 250) { nodes { id customAttributes { key } } }"
    orders = [f"a{n}: orders(first: 250) {{ nodes {{ id {lines} }} }}" for n in range(5)]
    text = f"{{ {' '.join(orders)} }}"

    answer = shop.graphql(text)

    assert answer["errors"][0]["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert answer["errors"][0]["extensions"]["cost"] > 1000


# -- many at once, and again


def test_fifty_at_once_are_each_answered_and_all_are_kept(shop):
    numbers = []

    def work():
        answer = post(
            shop,
            "mutation($input: DraftOrderInput!) { draftOrderCreate(input: $input) { draftOrder { name } } }",
            token=f"shpat_{threading.get_ident()}",
            variables={"input": draft_input()},
        )
        numbers.append(answer.json()["data"]["draftOrderCreate"]["draftOrder"]["name"])

    threads = [threading.Thread(target=work) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(numbers) == sorted(f"#D{n}" for n in range(1, 51))


def test_a_reset_is_a_new_shop_that_gives_no_id_twice(shop):
    before = create(shop)["id"]
    shop.fault("slow")

    shop.post("/__reset")

    state = shop.state()
    assert (state["draft_orders"], state["faults"], state["requests"]) == ([], [], {})
    assert create(shop)["id"] > before
    assert shop.data("query($id: ID!) { productVariant(id: $id) { sku } }", {"id": COFFEE}) == {
        "productVariant": {"sku": "JDTQ1834"}
    }


def test_requests_are_counted_by_what_they_ask_for(shop):
    create(shop)
    post(shop, SHOP)

    assert shop.state()["requests"] == {"total": 2, "draftOrderCreate": 1, "shop": 1}


def test_a_restart_finds_the_same_shop(tmp_path):
    with open_shop(data=tmp_path) as shop:
        made = create(shop, {"variantId": COFFEE, "quantity": 2}, tags=["bridge-1"])
        token = grant(shop).json()["access_token"]
        kept = shop.state()

    with open_shop(data=tmp_path) as shop:
        assert shop.state()["draft_orders"] == kept["draft_orders"]
        assert shop.state()["inventory_levels"] == kept["inventory_levels"]
        assert post(shop, SHOP, token=token).status_code == 200
        assert create(shop)["name"] == "#D2"
        assert create(shop)["id"] > made["id"]
