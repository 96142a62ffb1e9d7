"""Derive the schema that the simulator executes from Shopify's published one.

    python -m simulator.prune_schema admin_2026-07.json[.gz]

writes `simulator/schema/admin.graphql`. The input is the answer to the standard introspection
query. What is decided here: which root fields and which objects the store knows. Everything else
follows: a kept object keeps every scalar, enum and money field, deprecated ones too, and every
link to another kept object; inputs, payloads, connections and enums come along with whoever uses
them.
"""

import gzip
import json
import sys
from pathlib import Path
from typing import Any

from graphql import build_client_schema, print_schema


def _words(text: str) -> list[str]:
    return text.split()


TARGET = Path(__file__).parent / "schema" / "admin.graphql"

QUERIES = _words("""
    app appInstallation currentAppInstallation shop location locations locationsCount node nodes job
    product products productsCount productByIdentifier productVariant productVariants
    productVariantsCount productVariantByIdentifier collection collections collectionByIdentifier
    inventoryItem inventoryItems inventoryLevel inventoryProperties
    draftOrder draftOrders draftOrdersCount order orders ordersCount orderByIdentifier
    fulfillment fulfillmentOrder fulfillmentOrders refund return
    webhookSubscription webhookSubscriptions webhookSubscriptionsCount
    bulkOperation bulkOperations currentBulkOperation publicApiVersions
""")

MUTATIONS = _words("""
    draftOrderCreate draftOrderUpdate draftOrderComplete draftOrderDelete draftOrderDuplicate
    draftOrderCalculate
    orderCancel orderClose orderOpen orderMarkAsPaid orderUpdate orderDelete
    orderEditBegin orderEditSetQuantity orderEditAddVariant orderEditAddCustomItem orderEditCommit
    fulfillmentCreate fulfillmentCancel fulfillmentTrackingInfoUpdate fulfillmentEventCreate
    refundCreate returnCreate
    inventorySetQuantities inventoryAdjustQuantities inventoryActivate inventoryDeactivate
    inventoryItemUpdate
    productUpdate productDelete productVariantsBulkUpdate productVariantsBulkDelete
    webhookSubscriptionCreate webhookSubscriptionUpdate webhookSubscriptionDelete
    bulkOperationRunQuery bulkOperationCancel appUninstall
""")

OBJECTS = _words("""
    Shop ShopAddress ShopPlan Domain CurrencyFormats Location LocationAddress ApiVersion Count
    PageInfo Job App AppInstallation AccessScope CurrencySetting EditableProperty
    Product ProductOption ProductOptionValue SelectedOption ProductVariant Collection SEO Image
    ProductPriceRange ProductPriceRangeV2
    InventoryItem InventoryItemMeasurement InventoryLevel InventoryQuantity InventoryProperties
    InventoryQuantityName InventoryChange InventoryAdjustmentGroup Weight
    MoneyV2 MoneyBag MailingAddress Attribute TaxLine Customer CustomerEmailAddress
    CustomerPhoneNumber Metafield
    DraftOrder DraftOrderLineItem DraftOrderAppliedDiscount CalculatedDraftOrder
    CalculatedDraftOrderLineItem ShippingLine PaymentTerms PaymentSchedule
    Order LineItem OrderApp OrderTransaction OrderPaymentStatus OrderCancellation OrderAdjustment
    OrderDisputeSummary DiscountAllocation ManualDiscountApplication AdditionalFee
    CashRoundingAdjustment CalculatedOrder CalculatedLineItem OrderEditSession OrderStagedChangeAddVariant
    Fulfillment FulfillmentTrackingInfo FulfillmentEvent FulfillmentLineItem
    FulfillmentOriginAddress FulfillmentService
    FulfillmentOrder FulfillmentOrderLineItem FulfillmentOrderDestination
    FulfillmentOrderAssignedLocation FulfillmentOrderSupportedAction FulfillmentHold DeliveryMethod
    Refund RefundLineItem RefundShippingLine Return ReturnLineItem ReturnShippingFee
    WebhookSubscription WebhookHttpEndpoint BulkOperation
""")

Json = dict[str, Any]


def named(reference: Json) -> str:
    """The type's name without the wrappers of list and non-null."""
    while reference["ofType"]:
        reference = reference["ofType"]
    return reference["name"]


def prune(schema: Json) -> Json:
    """Keep the objects above, what they say and what is needed to ask for it.

    :param schema: `__schema` of an introspection answer
    :returns: another `__schema`, valid by itself, without descriptions
    """
    types = {kind["name"]: kind for kind in schema["types"]}
    kept = {"QueryRoot", "Mutation"} | {name for name in OBJECTS if name in types}
    missing = sorted(set(OBJECTS) - set(types) | set(_missing_roots(types)))
    if missing:
        raise SystemExit(f"not in this version of the schema: {', '.join(missing)}")
    for mutation in types["Mutation"]["fields"]:
        if mutation["name"] in MUTATIONS:
            kept |= _payload_types(types, named(mutation["type"]))
    for name, kind in types.items():
        if any(possible["name"] in kept for possible in kind["possibleTypes"] or []):
            kept.add(name)
    kept |= {n for n in types if n.endswith("Edge") and n[:-4] in kept}
    kept |= {n for n in types if n.endswith("Connection") and n[:-10] in kept}
    pruned = {name: _prune_type(types, types[name], kept) for name in sorted(kept)}
    _agree_with_interfaces(pruned)
    inputs = _input_closure(types, pruned)
    result = [*pruned.values(), *(_strip(types[name]) for name in sorted(inputs - set(pruned)))]
    result.extend(kind for kind in schema["types"] if kind["name"].startswith("__"))
    return {**schema, "types": result, "directives": [_strip(d) for d in schema["directives"]]}


def _missing_roots(types: dict[str, Json]) -> list[str]:
    """Root fields asked for that this version of the schema does not have."""
    queries = {field["name"] for field in types["QueryRoot"]["fields"]}
    mutations = {field["name"] for field in types["Mutation"]["fields"]}
    return [*(set(QUERIES) - queries), *(set(MUTATIONS) - mutations)]


def _payload_types(types: dict[str, Json], payload: str) -> set[str]:
    """A payload and the error objects it lists."""
    errors = {named(f["type"]) for f in types[payload]["fields"] if f["name"].endswith("rrors")}
    return {payload} | errors


def _prune_type(types: dict[str, Json], kind: Json, kept: set[str]) -> Json:
    """The type with the fields that lead nowhere removed."""
    result = {**_strip(kind)}
    roots = {"QueryRoot": QUERIES, "Mutation": MUTATIONS}.get(kind["name"])
    if kind["fields"] is not None:
        result["fields"] = [
            _strip(field)
            for field in kind["fields"]
            if (roots is None or field["name"] in roots)
            and (named(field["type"]) in kept or types[named(field["type"])]["kind"] in ("SCALAR", "ENUM"))
        ]
    for key in ("interfaces", "possibleTypes"):
        if kind.get(key) is not None:
            result[key] = [entry for entry in kind[key] if entry["name"] in kept]
    return result


def _agree_with_interfaces(pruned: dict[str, Json]) -> None:
    """Drop from an interface what one of its kept implementations no longer has, and empty
    interfaces.
    """
    for kind in pruned.values():
        if kind["kind"] != "INTERFACE":
            continue
        implementations = [pruned[entry["name"]] for entry in kind["possibleTypes"]]
        common = set.intersection(*({f["name"] for f in one["fields"]} for one in implementations))
        kind["fields"] = [field for field in kind["fields"] if field["name"] in common]
    empty = {n for n, kind in pruned.items() if kind["kind"] == "INTERFACE" and not kind["fields"]}
    for name in empty:
        del pruned[name]
    for kind in pruned.values():
        if kind.get("interfaces"):
            kind["interfaces"] = [e for e in kind["interfaces"] if e["name"] not in empty]
        if kind["fields"] is not None:
            kind["fields"] = [f for f in kind["fields"] if named(f["type"]) not in empty]


def _input_closure(types: dict[str, Json], pruned: dict[str, Json]) -> set[str]:
    """Every scalar, enum and input object that the kept fields and their arguments name."""
    waiting = {"String", "Boolean", "Int", "Float", "ID"}
    for kind in pruned.values():
        for field in kind["fields"] or []:
            waiting.add(named(field["type"]))
            waiting.update(named(argument["type"]) for argument in field["args"])
    closure: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in closure or name in pruned:
            continue
        closure.add(name)
        waiting.update(named(f["type"]) for f in types[name].get("inputFields") or [])
    return closure


def _strip(node: Json) -> Json:
    """A copy without descriptions, at every depth."""
    return {
        key: [_strip(e) if isinstance(e, dict) else e for e in value]
        if isinstance(value, list)
        else (None if key == "description" else value)
        for key, value in node.items()
    }


def main(path: str) -> None:
    """Read the introspection answer at `path` and write the pruned schema into the package."""
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as file:
        answer = json.load(file)
    schema = build_client_schema({"__schema": prune(answer.get("data", answer)["__schema"])})
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(print_schema(schema) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
