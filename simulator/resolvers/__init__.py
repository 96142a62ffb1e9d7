"""The store as the schema shows it, one module per noun.

Importing the package registers all of them.
"""

from typing import Any

from graphql import GraphQLSchema, is_abstract_type

from simulator import inventory_changes, product_changes
from simulator.resolvers import inventory, money, products, shop

__all__ = [
    "install", "inventory", "inventory_changes", "money", "product_changes", "products", "shop",
]  # fmt: skip


def install(schema: GraphQLSchema) -> None:
    """Teach every interface and union which type a record is."""
    for kind in schema.type_map.values():
        if is_abstract_type(kind):
            kind.resolve_type = _type_of  # type: ignore[attr-defined]


def _type_of(record: Any, *_: Any) -> str:
    return record["__typename"] if isinstance(record, dict) else record.kind
