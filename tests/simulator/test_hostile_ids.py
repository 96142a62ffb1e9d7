"""No id, however wrong, breaks the shop: every mutation answers it with an error of Shopify's kinds."""

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
)

from simulator.execution import admin_schema
from tests.simulator.orders import draft, place, send
from tests.simulator.shops import open_shop

WRONG = (
    "", "1", "gid://shopify/Product/1", "gid://shopify/Location/999999999999", "gid://shopify/Order/",
    "gid://other/Order/1", "gid://shopify/InventoryLevel/1?inventory_item_id=x", "ü\n'\"", "9" * 400,
)  # fmt: skip
SCHEMA = admin_schema()
MUTATIONS = sorted(SCHEMA.mutation_type.fields) if SCHEMA.mutation_type else []
SCALARS = {
    "Boolean": True, "Int": 1, "Float": 1.0, "String": "correction", "Decimal": "1.0", "Money": "1.00",
    "DateTime": "2026-01-01T00:00:00Z", "URL": "https://example.com/hook", "UnsignedInt64": "1",
}  # fmt: skip


def example(kind: GraphQLInputType, wrong: str, depth: int = 0) -> object:
    """A value of an input type with everything that is required, and every id wrong."""
    if isinstance(kind, GraphQLNonNull):
        return example(kind.of_type, wrong, depth)
    if isinstance(kind, GraphQLList):
        return [example(kind.of_type, wrong, depth)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        fields = kind.fields.items()
        if kind.is_one_of:
            fields = [next(iter(fields))]
        return {
            name: example(field.type, wrong, depth + 1)
            for name, field in fields
            if isinstance(field.type, GraphQLNonNull)
            or (depth < 2 and get_named_type(field.type).name == "ID")
            or (depth < 2 and name in ("changeFromQuantity", "refundLineItems"))
        }
    return SCALARS.get(kind.name, wrong)


def operation(name: str) -> str:
    """The mutation with all its arguments as variables, and the plain fields of its answer."""
    field = SCHEMA.mutation_type.fields[name]
    header = ", ".join(f"${argument}: {one.type}" for argument, one in field.args.items())
    given = ", ".join(f"{argument}: ${argument}" for argument in field.args)
    payload = get_named_type(field.type)
    assert isinstance(payload, GraphQLObjectType)
    errors = " ".join(f"{one} {{ message }}" for one in payload.fields if one.endswith("rrors"))
    plain = " ".join(one for one, got in payload.fields.items() if is_leaf_type(get_named_type(got.type)))
    key = '@idempotent(key: "key")'
    arguments, header = (f"({given})", f"({header})") if given else ("", "")
    return f"mutation {header} {{ {name}{arguments} {key} {{ {errors} {plain} }} }}"


@pytest.fixture(scope="module")
def shop():
    with open_shop() as running:
        draft(running)
        send(running, place(running))
        yield running


@pytest.mark.parametrize("name", [one for one in MUTATIONS if one != "appUninstall"])
def test_a_mutation_survives_ids_that_name_nothing(shop, name):
    arguments = SCHEMA.mutation_type.fields[name].args
    for wrong in WRONG:
        variables = {key: example(one.type, wrong) for key, one in arguments.items()}

        answer = shop.post(
            "/admin/api/2026-07/graphql.json",
            json={"query": operation(name), "variables": variables},
            headers={"X-Shopify-Access-Token": f"shpat_{name}_{WRONG.index(wrong)}"},
        )

        assert answer.status_code == 200, (wrong, answer.text)
        body = answer.json()
        assert "errors" in body or body["data"][name] is not None, (wrong, body)


INSIDE = [
    ("a draft's variant", 'mutation ($id: ID!) { draftOrderCreate(input: {lineItems: [{variantId: $id, '
     'quantity: 1}]}) { userErrors { message } } }'),
    ("a parcel's line", 'mutation ($id: ID!) { fulfillmentCreate(fulfillment: {lineItemsByFulfillmentOrder: '
     '[{fulfillmentOrderId: "FULFILLMENT_ORDER", fulfillmentOrderLineItems: [{id: $id, quantity: 1}]}]}) '
     '{ userErrors { message } } }'),
    ("a refund's line", 'mutation ($id: ID!) { refundCreate(input: {orderId: "ORDER", refundLineItems: '
     '[{lineItemId: $id, quantity: 1}]}) @idempotent(key: "KEY") { userErrors { message } } }'),
    ("a refund's place", 'mutation ($id: ID!) { refundCreate(input: {orderId: "ORDER", refundLineItems: '
     '[{lineItemId: "LINE", quantity: 1, restockType: CANCEL, locationId: $id}]}) @idempotent(key: "KEY") '
     '{ userErrors { message } } }'),
    ("a refund's payment", 'mutation ($id: ID!) { refundCreate(input: {orderId: "ORDER", transactions: '
     '[{orderId: "ORDER", kind: REFUND, gateway: "manual", amount: "0.01", parentId: $id}]}) '
     '@idempotent(key: "KEY") { userErrors { message } } }'),
    ("many at once", 'query ($id: ID!) { nodes(ids: [$id]) { id } }'),
    ("a level's place", 'query ($id: ID!) { inventoryItems(first: 1) { nodes { inventoryLevel(locationId: $id) '
     '{ id } } } }'),
    ("a cursor", 'query ($id: String!) { orders(first: 1, after: $id) { nodes { id } } }'),
    ("a search", 'query ($id: String!) { orders(first: 1, query: $id) { nodes { id } } }'),
]  # fmt: skip


@pytest.mark.parametrize(("where", "query"), INSIDE, ids=[where for where, _ in INSIDE])
def test_wrong_ids_inside_of_right_ones_do_no_harm(shop, where, query):
    order = next(iter(shop.store.all("Order")))
    known = {
        "FULFILLMENT_ORDER": f"gid://shopify/FulfillmentOrder/{order.fulfillment_orders[-1].id}",
        "ORDER": f"gid://shopify/Order/{order.id}",
        "LINE": f"gid://shopify/LineItem/{order.lines[-1].id}",
    }
    for number, wrong in enumerate(WRONG):
        text = query.replace("KEY", f"{where} {number}")
        for name, value in known.items():
            text = text.replace(f'"{name}"', f'"{value}"')

        answer = shop.post(
            "/admin/api/2026-07/graphql.json",
            json={"query": text, "variables": {"id": wrong}},
            headers={"X-Shopify-Access-Token": f"shpat_{number}"},
        )

        assert answer.status_code == 200, (wrong, answer.text)
