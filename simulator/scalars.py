"""How Shopify prints and reads its own scalars."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from graphql import GraphQLError, GraphQLScalarType, GraphQLSchema, ValueNode

from simulator.money import Bag, decimal_text, money_text

_DECIMAL = re.compile(r"^-?[0-9]{1,18}(\.[0-9]+)?$")


def _serialize_decimal(value: Any) -> str:
    return decimal_text(Decimal(value))


def _serialize_money(value: Any) -> str:
    if isinstance(value, Bag):
        return money_text(*value.shop)
    return money_text(Decimal(value), "USD")


def _parse_decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not _DECIMAL.match(str(value)):
        raise GraphQLError(f"invalid decimal '{value}'")
    return Decimal(str(value))


def _serialize_time(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value


def _parse_time(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise GraphQLError(f"invalid DateTime '{value}'") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parse_text(value: Any) -> str:
    if not isinstance(value, str):
        raise GraphQLError(f"invalid value '{value}'")
    return value


def _literal(parse: Any) -> Any:
    def parse_literal(node: ValueNode, _variables: Any = None) -> Any:
        return parse(getattr(node, "value", None))

    return parse_literal


BEHAVIORS: dict[str, tuple[Any, Any]] = {
    "Decimal": (_serialize_decimal, _parse_decimal),
    "Money": (_serialize_money, _parse_decimal),
    "DateTime": (_serialize_time, _parse_time),
    "URL": (str, _parse_text),
    "UnsignedInt64": (str, int),
}


def install(schema: GraphQLSchema) -> None:
    """Give the schema's own scalars their behavior."""
    for name, (serialize, parse) in BEHAVIORS.items():
        scalar = schema.type_map[name]
        assert isinstance(scalar, GraphQLScalarType)
        scalar.coerce_output_value = serialize  # type: ignore[method-assign]
        scalar.coerce_input_value = parse  # type: ignore[method-assign]
        scalar.coerce_input_literal = _literal(parse)
