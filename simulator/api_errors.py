"""Shopify's wording of what is wrong with a request, as captures show it."""

import re
import uuid
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    VariableNode,
    print_ast,
)

MAX_ARRAY = 250
LONGER_ARRAYS = {"lineItems": 499}  # a draft's lines; https://shopify.dev/docs/api/usage/limits
_UNKNOWN_FIELD = re.compile(r"Cannot query field '(\w+)' on type '(\w+)'")
_MISSING_ARGUMENT = re.compile(r"Argument '\w+\.(\w+)\((\w+):\)' of type '[^']+' is required")
_UNKNOWN_ARGUMENT = re.compile(r"Unknown argument '(\w+)' on field '(?:\w+\.)?(\w+)'")


def error(message: str, *, code: str, **more: Any) -> dict[str, Any]:
    return {"message": message, "extensions": {"code": code, **more}}


def _located(problem: GraphQLError, message: str, **extensions: Any) -> dict[str, Any]:
    result: dict[str, Any] = {"message": message}
    if problem.locations:
        result["locations"] = [{"line": at.line, "column": at.column} for at in problem.locations]
    result["extensions"] = extensions
    return result


def syntax_error(problem: GraphQLSyntaxError) -> dict[str, Any]:
    return _located(problem, problem.message, code="PARSE_ERROR")


def validation_error(problem: GraphQLError, node: OperationDefinitionNode) -> dict[str, Any]:
    """One problem found before execution, in Shopify's words where they are known."""
    root = f"{node.operation.value} {node.name.value}" if node.name else node.operation.value
    if match := _UNKNOWN_FIELD.search(problem.message):
        name, kind = match.groups()
        found = _located(
            problem, f"Field '{name}' doesn't exist on type '{kind}'",
            code="undefinedField", typeName=kind, fieldName=name,
        )  # fmt: skip
        return {**found, "path": [root, *_path_to(node, problem)]}
    if match := _MISSING_ARGUMENT.search(problem.message):
        name, argument = match.groups()
        found = _located(
            problem, f"Field '{name}' is missing required arguments: {argument}",
            code="missingRequiredArguments", className="Field", name=name, arguments=argument,
        )  # fmt: skip
        return {**found, "path": [root, *_path_to(node, problem)]}
    if match := _UNKNOWN_ARGUMENT.search(problem.message):
        argument, name = match.groups()
        return _located(
            problem, f"Field '{name}' doesn't accept argument '{argument}'",
            code="argumentNotAccepted", name=name, typeName="Field", argumentName=argument,
        )  # fmt: skip
    return _located(problem, problem.message, code="GRAPHQL_VALIDATION_FAILED")


def _path_to(node: OperationDefinitionNode, problem: GraphQLError) -> list[str]:
    """The response keys from the operation down to the node that is wrong."""
    target = problem.nodes[0] if problem.nodes else None

    def descend(selection: Any, path: list[str]) -> list[str] | None:
        for child in selection.selections if selection else ():
            name = getattr(child, "alias", None) or getattr(child, "name", None)
            here = [*path, name.value] if name else path
            if child is target:
                return here
            found = descend(getattr(child, "selection_set", None), here)
            if found:
                return found
        return None

    return descend(node.selection_set, []) or []


def variable_error(
    problem: GraphQLError, node: OperationDefinitionNode, variables: dict[str, Any]
) -> dict[str, Any]:
    """A variable that does not fit its type."""
    match = re.search(r"[Vv]ariable '\$(\w+)'", problem.message)
    definition = next(
        (d for d in node.variable_definitions or () if match and d.variable.name.value == match[1]),
        None,
    )
    if definition is None:
        return _located(problem, problem.message, code="INVALID_VARIABLE")
    name = definition.variable.name.value
    value = variables.get(name)
    path, explanation = _problem(problem.message, value)
    where = f" for {'.'.join(map(str, path))} ({explanation})" if path else ""
    kind = print_ast(definition.type)
    location = definition.loc.start_token if definition.loc else None
    return {
        "message": f"Variable ${name} of type {kind} was provided invalid value{where}",
        "locations": [{"line": location.line, "column": location.column}] if location else [],
        "extensions": {
            "code": "INVALID_VARIABLE",
            "value": value,
            "problems": [{"path": path, "explanation": explanation}],
        },
    }


def _problem(message: str, value: Any) -> tuple[list[Any], str]:
    """Path and explanation of a coercion error of graphql-core, in Shopify's words."""
    path: list[Any] = []
    if match := re.search(r"has invalid value at ((?:\.\w+|\[\d+\])+):", message):
        for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", match[1]):
            path.append(name or int(index))
    if match := re.search(r"type '(\w+)' not to include unknown field '(\w+)'", message):
        return [*path, match[2]], f"Field is not defined on {match[1]}"
    if match := re.search(r"to include required field '(\w+)'", message):
        return [*path, match[1]], "Expected value to not be null"
    if value is None or "non-null type" in message:
        return path, "Expected value to not be null"
    return path, message.rpartition(": ")[2] if path else message


def array_too_long(node: OperationDefinitionNode, variables: dict[str, Any]) -> dict[str, Any] | None:
    """The error for the first array in a variable that is longer than Shopify takes; or None."""
    for field in node.selection_set.selections:
        if not isinstance(field, FieldNode):
            continue
        for argument in field.arguments or ():
            if not isinstance(argument.value, VariableNode):
                continue
            found = _longest(variables.get(argument.value.name.value), argument.name.value)
            if found is None:
                continue
            path, size, limit = found
            location = field.loc.start_token if field.loc else None
            return {
                "message": f"The input array size of {size} is greater than the maximum allowed of {limit}.",
                "locations": [{"line": location.line, "column": location.column}] if location else [],
                "path": [field.name.value, *path],
                "extensions": {"code": "MAX_INPUT_SIZE_EXCEEDED"},
            }
    return None


def _longest(value: Any, *path: str) -> tuple[tuple[str, ...], int, int] | None:
    """Path, size and limit of the first array that is too long, at any depth."""
    if isinstance(value, list):
        limit = LONGER_ARRAYS.get(path[-1], MAX_ARRAY)
        if len(value) > limit:
            return path, len(value), limit
        children = [(str(index), one) for index, one in enumerate(value)]
    elif isinstance(value, dict):
        children = list(value.items())
    else:
        return None
    return next(filter(None, (_longest(one, *path, name) for name, one in children)), None)


def max_cost(requested: int, maximum: int) -> dict[str, Any]:
    return error(
        f"Query cost is {requested}, which exceeds the single query max cost limit ({maximum}).\n\n"
        "See https://shopify.dev/concepts/about-apis/rate-limits for more information on how the "
        "cost of a query is calculated.\n\nTo query larger amounts of data with fewer limits, bulk "
        "operations should be used instead.\nSee https://shopify.dev/tutorials/perform-bulk-operations"
        "-with-admin-api for usage details.\n",
        code="MAX_COST_EXCEEDED",
        cost=requested,
        maxCost=maximum,
        documentation="https://shopify.dev/api/usage/rate-limits",
    )


def throttled() -> dict[str, Any]:
    return error("Throttled", code="THROTTLED", documentation="https://shopify.dev/api/usage/rate-limits")


def internal_error() -> dict[str, Any]:
    request_id = str(uuid.uuid4())
    return error(
        "Internal error. Looks like something went wrong on our end.\n"
        f"Request ID: {request_id} (include this in support requests).",
        code="INTERNAL_SERVER_ERROR",
        requestId=request_id,
    )


def execution_error(problem: GraphQLError) -> dict[str, Any]:
    """An error of one field during execution; one of our own making is an internal error."""
    if problem.original_error is not None and not isinstance(problem.original_error, GraphQLError):
        raise problem.original_error  # A defect of the simulator must be seen, not answered.
    found = _located(problem, problem.message, **(problem.extensions or {"code": "BAD_REQUEST"}))
    return {**found, "path": problem.path} if problem.path else found
