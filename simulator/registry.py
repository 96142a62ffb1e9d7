"""Which function answers which field of the schema, and what a field says that no function answers.

A resolver takes the record and the context and then the field's arguments by their GraphQL names. A
field without one is the record's attribute of the same name in snake case; a money field takes the
attribute of its `...Set` twin; everything else is empty: null where the schema allows it, else
false, 0, "" or an empty list, as in a shop that does not use the feature.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLScalarType,
)

from simulator.gids import InvalidGid, gid, number
from simulator.money import ZERO, Bag
from simulator.state import Store, utc_now

Resolver = Callable[..., Any]
RESOLVERS: dict[tuple[str, str], Resolver] = {}
NEEDS_IDEMPOTENCY: set[str] = set()
EMPTY = {"Boolean": False, "Int": 0, "Float": 0.0, "UnsignedInt64": 0, "DateTime": None}


@dataclass
class Context:
    """One request: the store, who asks, and what this one operation may know."""

    store: Store
    token: str
    version: str
    stale_seconds: float = 0  # how far behind a filtered search is
    idempotency_key: str | None = None

    def find(self, kind: str, global_id: str) -> Any:
        """The record with this id, or None.

        :raises InvalidGid: when the text is no id of that kind; the field's answer is then an error
        """
        return self.store.get(kind, number(global_id, kind))

    def bag(self, amount: Decimal, currency: str) -> Bag:
        return Bag(amount, currency, self.store.settings.currency)


def resolves(kind: str, *names: str) -> Callable[[Resolver], Resolver]:
    """The function answers these fields of this type: `f(record, context, **arguments)`."""

    def register(function: Resolver) -> Resolver:
        for name in names:
            RESOLVERS[kind, name] = function
        return function

    return register


def query(name: str) -> Callable[[Resolver], Resolver]:
    """The function answers this root query: `f(context, **arguments)`."""
    return _root("QueryRoot", name)


def mutation(name: str, *, idempotent: bool = False) -> Callable[[Resolver], Resolver]:
    """The function does this mutation: `f(context, **arguments)`; it returns the payload as a dict.

    :param idempotent: the mutation demands `@idempotent(key:)`, as Shopify does from 2026-04
    """
    if idempotent:
        NEEDS_IDEMPOTENCY.add(name)
    return _root("Mutation", name)


def _root(kind: str, name: str) -> Callable[[Resolver], Resolver]:
    def register(function: Resolver) -> Resolver:
        RESOLVERS[kind, name] = lambda _root, context, **arguments: function(context, **arguments)
        return function

    return register


def resolve_field(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
    """The default resolver of the whole schema."""
    kind, name = info.parent_type.name, info.field_name
    resolver = RESOLVERS.get((kind, name))
    if resolver is not None:
        if kind == "Mutation":
            info.context.idempotency_key = _idempotency_key(info)
        try:
            value = resolver(source, info.context, **arguments)
        except InvalidGid as error:
            raise GraphQLError(f"Invalid id: {error}", extensions={"code": "RESOURCE_NOT_FOUND"}) from error
    else:
        value = _attribute(source, name, kind, info.context)
    return _as_declared(value, info.return_type, source)


def _idempotency_key(info: GraphQLResolveInfo) -> str | None:
    """The key that `@idempotent` gives.

    :raises GraphQLError: when the mutation demands one and there is none
    """
    for directive in info.field_nodes[0].directives or ():
        if directive.name.value == "idempotent":
            value = directive.arguments[0].value
            name = getattr(value, "name", None)
            return info.variable_values.coerced[name.value] if name else value.value
    if info.field_name in NEEDS_IDEMPOTENCY:
        raise GraphQLError(
            "The @idempotent directive is required for this mutation but was not provided.",
            extensions={"code": "BAD_REQUEST"},
        )
    return None


_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def _attribute(source: Any, name: str, kind: str, context: Context) -> Any:
    """What the record itself says about a field."""
    if isinstance(source, dict):
        return source.get(name, source.get(f"{name}Set"))
    if name == "id" and hasattr(source, "id"):
        return gid(getattr(source, "kind", kind), source.id)
    if name == "legacyResourceId":
        return source.id
    value = getattr(source, _CAMEL.sub("_", name).lower(), None)
    if value is None:
        twin = RESOLVERS.get((kind, f"{name}Set"))  # totalPrice is totalPriceSet without the bag
        if twin is not None:
            return twin(source, context)
    return value


def _as_declared(value: Any, declared: GraphQLOutputType, source: Any) -> Any:
    """The value, or the emptiest one that the declared type allows."""
    if value is not None:
        return value
    if not isinstance(declared, GraphQLNonNull):
        return None
    inner = declared.of_type
    if isinstance(inner, GraphQLList):
        return []
    if isinstance(inner, GraphQLEnumType):
        return next(iter(inner.values))
    if isinstance(inner, GraphQLScalarType):
        if inner.name == "DateTime":
            return getattr(source, "created_at", None) or utc_now()
        if inner.name in ("Money", "Decimal"):
            return ZERO
        return EMPTY.get(inner.name, "")
    if isinstance(inner, GraphQLObjectType) and inner.name.endswith("Connection"):
        return {"nodes": [], "edges": [], "pageInfo": {}}
    if inner.name in ("MoneyBag", "MoneyV2"):
        return Bag(ZERO, getattr(source, "currency", "USD"), "USD")
    return {}
