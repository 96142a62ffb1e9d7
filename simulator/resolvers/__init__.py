"""The store as the schema shows it, one module per noun.

Importing the package registers all of them.
"""

from typing import Any

from graphql import GraphQLSchema, is_abstract_type

from simulator import app_changes, inventory_changes, order_edits, placing, product_changes, refunds, stocking
from simulator import fulfillments as parcels
from simulator import orders as staff
from simulator.resolvers import (
    collections,
    draft_lines,
    drafts,
    fulfillments,
    inventory,
    money,
    order_lines,
    orders,
    payments,
    products,
    shop,
)

# Imported for what they register.
MODULES = (
    collections, draft_lines, drafts, fulfillments, inventory, money, order_lines, orders, payments,
    products, shop,
    app_changes, inventory_changes, order_edits, parcels, placing, product_changes, refunds, staff, stocking,
)  # fmt: skip


def install(schema: GraphQLSchema) -> None:
    """Teach every interface and union which type a record is."""
    for kind in schema.type_map.values():
        if is_abstract_type(kind):
            kind.resolve_type = _type_of  # type: ignore[attr-defined]


def _type_of(record: Any, *_: Any) -> str:
    return record["__typename"] if isinstance(record, dict) else record.kind
