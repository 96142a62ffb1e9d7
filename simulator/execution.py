"""One GraphQL request from the text to the answer: read, validate, price, execute, report."""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    build_schema,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values

from simulator import api_errors, resolvers, scalars
from simulator.bucket import MAXIMUM, RESTORE_RATE, Buckets
from simulator.cost import MAX_SINGLE_QUERY, Meter
from simulator.registry import Context, resolve_field
from simulator.state import Store


@functools.cache
def admin_schema() -> GraphQLSchema:
    """The schema the store executes. Shopify's own breaks two rules of the specification: not
    checked.
    """
    text = (Path(__file__).parent / "schema" / "admin.graphql").read_text(encoding="utf-8")
    schema = build_schema(text, assume_valid=True)
    scalars.install(schema)
    resolvers.install(schema)
    return schema


@dataclass
class Operation:
    """A request that can be executed."""

    document: DocumentNode
    node: OperationDefinitionNode
    variables: dict[str, Any]
    meter: Meter
    requested: int

    @property
    def is_mutation(self) -> bool:
        return self.node.operation is OperationType.MUTATION

    @property
    def roots(self) -> set[str]:
        """The root fields it names."""
        return {s.name.value for s in self.node.selection_set.selections if isinstance(s, FieldNode)}

    @property
    def names(self) -> set[str]:
        """What a fault may call it: its root fields and its own name."""
        return self.roots | ({self.node.name.value} if self.node.name else set())

    @property
    def searches(self) -> bool:
        """Whether it filters a list: only those are served from an index that may lag behind."""
        return any(
            argument.name.value == "query"
            for field in self.node.selection_set.selections
            if isinstance(field, FieldNode)
            for argument in field.arguments or ()
        )


class Refused(Exception):
    """The request is answered before it is executed; `body` is the answer."""

    def __init__(self, *errors: dict[str, Any], extensions: dict[str, Any] | None = None) -> None:
        super().__init__(errors)
        self.body: dict[str, Any] = {"errors": list(errors)}
        if extensions:
            self.body["extensions"] = extensions


@functools.lru_cache(maxsize=512)
def _document(text: str) -> tuple[DocumentNode, tuple[GraphQLError, ...]]:
    """A query text, parsed and validated once: clients send the same few again and again."""
    document = parse(text, max_tokens=20_000)
    return document, tuple(validate(admin_schema(), document))


def prepare(body: Any) -> Operation:
    """Read a request's JSON body.

    :param body: {"query", "variables"?, "operationName"?}
    :raises Refused: with Shopify's errors when it cannot be executed
    """
    text = body.get("query") if isinstance(body, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise Refused(api_errors.error("Required parameter missing or invalid", code="BAD_REQUEST"))
    try:
        document, problems = _document(text)
    except GraphQLSyntaxError as problem:
        raise Refused(api_errors.syntax_error(problem)) from problem
    node = get_operation_ast(document, body.get("operationName"))
    if node is None:
        raise Refused(api_errors.error("An operation name is required", code="BAD_REQUEST"))
    if problems:
        raise Refused(*(api_errors.validation_error(p, node) for p in problems))
    variables = body.get("variables") or {}
    if not isinstance(variables, dict):
        raise Refused(api_errors.error("Variables must be a JSON object", code="BAD_REQUEST"))
    coerced = get_variable_values(admin_schema(), node.variable_definitions or (), variables)
    if isinstance(coerced, list):
        raise Refused(*(api_errors.variable_error(p, node, variables) for p in coerced))
    meter = Meter(admin_schema(), document, variables)
    requested = meter.requested(node)
    too_long = api_errors.array_too_long(node, variables)
    if too_long:
        raise Refused(too_long, extensions=cost_report(requested, None, MAXIMUM - requested))
    return Operation(document, node, variables, meter, requested)


def charge(operation: Operation, buckets: Buckets, token: str) -> None:
    """Take the requested cost from the token's bucket.

    :raises Refused: MAX_COST_EXCEEDED or THROTTLED
    """
    if operation.requested > MAX_SINGLE_QUERY:
        raise Refused(
            api_errors.max_cost(operation.requested, MAX_SINGLE_QUERY),
            extensions=cost_report(operation.requested, None, buckets.give_back(token, 0)),
        )
    taken, available = buckets.take(token, operation.requested)
    if not taken:
        raise throttled(operation, available)


def throttled(operation: Operation, available: float) -> Refused:
    """The answer for whoever asks for more than is there."""
    return Refused(api_errors.throttled(), extensions=cost_report(operation.requested, None, available))


def run(
    operation: Operation, store: Store, *, token: str, version: str, stale_seconds: float = 0
) -> ExecutionResult:
    """Execute it as one action of the store."""
    context = Context(store=store, token=token, version=version, stale_seconds=stale_seconds)
    with store.action():
        return execute_sync(
            admin_schema(),
            operation.document,
            context_value=context,
            variable_values=operation.variables,
            operation_name=operation.node.name.value if operation.node.name else None,
            field_resolver=resolve_field,
        )


def answer(operation: Operation, result: ExecutionResult, buckets: Buckets, token: str) -> dict[str, Any]:
    """The JSON body of an executed operation."""
    actual = min(operation.meter.actual(operation.node, result.data), operation.requested)
    available = buckets.give_back(token, operation.requested - actual)
    body: dict[str, Any] = {}
    if result.errors:
        body["errors"] = [api_errors.execution_error(e) for e in result.errors]
    body["data"] = result.data
    body["extensions"] = cost_report(operation.requested, actual, available)
    return body


def cost_report(requested: int, actual: int | None, available: float) -> dict[str, Any]:
    return {
        "cost": {
            "requestedQueryCost": requested,
            "actualQueryCost": actual,
            "throttleStatus": {
                "maximumAvailable": int(MAXIMUM),
                "currentlyAvailable": int(available),
                "restoreRate": int(RESTORE_RATE),
            },
        }
    }
