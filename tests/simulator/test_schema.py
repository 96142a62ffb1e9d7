"""The pruned schema: what it keeps, that every root is answered, and that every field of a record is."""

import pytest
from graphql import (
    GraphQLObjectType,
    get_named_type,
    is_enum_type,
    is_leaf_type,
    is_object_type,
    is_required_argument,
)

from simulator import execution, simulation
from simulator.execution import admin_schema
from simulator.registry import NEEDS_IDEMPOTENCY, RESOLVERS
from tests.simulator.sales import COFFEE, create, custom, fulfill, refund, scan, sell

assert simulation  # Importing it registers every resolver.


@pytest.mark.parametrize(("root", "type_name"), [("QueryRoot", "QueryRoot"), ("Mutation", "Mutation")])
def test_every_root_field_of_the_schema_is_answered(root, type_name):
    fields = admin_schema().type_map[type_name].fields

    assert [name for name in fields if (root, name) not in RESOLVERS] == []


def test_every_resolver_answers_a_field_that_there_is():
    types = admin_schema().type_map

    assert [key for key in RESOLVERS if key[1] not in getattr(types.get(key[0]), "fields", {})] == []


def test_what_must_be_idempotent_is_what_shopify_documents():
    assert {
        "refundCreate", "inventorySetQuantities", "inventoryAdjustQuantities", "inventoryActivate",
    } == NEEDS_IDEMPOTENCY  # fmt: skip


def test_deprecated_fields_and_arguments_are_kept():
    schema = admin_schema()

    assert schema.type_map["DraftOrder"].fields["totalPrice"].deprecation_reason
    assert "paymentPending" in schema.mutation_type.fields["draftOrderComplete"].args


def everything_of(kind: GraphQLObjectType, depth: int) -> str:
    """A selection of every field that needs no argument, links included down to a depth."""
    parts = ["__typename"]
    for name, field in kind.fields.items():
        if any(is_required_argument(one) for one in field.args.values()):
            continue
        inner = get_named_type(field.type)
        if is_leaf_type(inner) or is_enum_type(inner):
            parts.append(name)
        elif inner.name.endswith("Connection") and depth:
            node = get_named_type(inner.fields["nodes"].type)
            below = everything_of(node, depth - 1) if is_object_type(node) else "__typename"
            parts.append(f"{name}(first: 3) {{ nodes {{ {below} }} pageInfo {{ hasNextPage }} }}")
        elif is_object_type(inner) and (depth or inner.name in ("MoneyBag", "MoneyV2")):
            money = inner.name in ("MoneyBag", "MoneyV2")
            parts.append(f"{name} {{ {everything_of(inner, 1 if money else depth - 1)} }}")
    return " ".join(parts)


@pytest.fixture
def busy_shop(shop):
    """A shop in which everything has happened once, and the ids of all of it."""
    open_draft = create(
        shop, {"variantId": COFFEE, "quantity": 2}, custom(taxable=True),
        taxExempt=False, shippingLine={"title": "Courier", "price": "2.00"},
        appliedDiscount={"value": 1, "valueType": "FIXED_AMOUNT"},
        shippingAddress={"firstName": "Rana", "lastName": "Haddad", "countryCode": "JO"},
    )  # fmt: skip
    placed = sell(shop, {"variantId": COFFEE, "quantity": 2}, custom(taxable=True), taxExempt=False)
    parcel = fulfill(shop, placed["id"], number="1", company="Aramex")
    scan(shop, parcel["id"], "IN_TRANSIT")
    money = {"amount": "1.00", "gateway": "manual", "kind": "REFUND", "orderId": placed["id"]}
    line = placed["lineItems"]["nodes"][0]["id"]
    made = refund(
        shop,
        orderId=placed["id"],
        refundLineItems=[{"lineItemId": line, "quantity": 1, "restockType": "RETURN"}],
        transactions=[money],
    )
    read = shop.data(
        """query($id: ID!, $coffee: ID!) {
          order(id: $id) { fulfillmentOrders(first: 1) { nodes { id } } transactions { id } }
          productVariant(id: $coffee) { product { id } inventoryItem { id } }
          location { id }
        }""",
        {"id": placed["id"], "coffee": COFFEE},
    )
    return shop, {
        "DraftOrder": open_draft["id"],
        "Order": placed["id"],
        "Fulfillment": parcel["id"],
        "Refund": made["refund"]["id"],
        "FulfillmentOrder": read["order"]["fulfillmentOrders"]["nodes"][0]["id"],
        "OrderTransaction": read["order"]["transactions"][0]["id"],
        "ProductVariant": COFFEE,
        "Product": read["productVariant"]["product"]["id"],
        "InventoryItem": read["productVariant"]["inventoryItem"]["id"],
        "Location": read["location"]["id"],
    }


def whole_answer(shop, text, variables=None):
    """What the store answers whatever it costs: no door would let so dear a question in."""
    operation = execution.prepare({"query": text, "variables": variables or {}})
    result = execution.run(operation, shop.store, token="shpat_test", version="2026-07")
    assert result.errors is None, result.errors[:2]
    return result.data


def test_every_field_of_every_record_is_answered(busy_shop):
    shop, ids = busy_shop

    for kind, global_id in ids.items():
        fields = everything_of(admin_schema().type_map[kind], 2)
        text = f"query($id: ID!) {{ node(id: $id) {{ ... on {kind} {{ {fields} }} }} }}"

        assert whole_answer(shop, text, {"id": global_id})["node"]["id"] == global_id


def test_the_shop_and_its_app_are_answered_whole(shop):
    types = admin_schema().type_map

    answer = whole_answer(
        shop,
        f"{{ shop {{ {everything_of(types['Shop'], 1)} }} "
        f"currentAppInstallation {{ {everything_of(types['AppInstallation'], 1)} }} }}",
    )

    assert answer["shop"]["myshopifyDomain"] == "jafarshop.myshopify.com"
