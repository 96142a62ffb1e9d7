"""What Shopify's answer to an operation means: its data, or which of the three errors.

A mutation whose answer does not say that it was refused may have been carried out, so everything that is
not understood is OutcomeUnknown. A read changes nothing, so the same answer is only ShopUnavailable.
Sources: Shopify, "API response status codes" and "Rate limits"; captured answers of stores on 2025-01 and 2026-04.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Never

from bridge.domain.errors import OutcomeUnknown, ShopError, ShopRefused, ShopUnavailable, Throttled
from bridge.shopify.operations import Operation
from bridge.shopify.transport import Answer

# Found before anything is executed, or refused for lack of a permission.
_REFUSALS = frozenset(
    """
    ACCESS_DENIED BAD_REQUEST GRAPHQL_VALIDATION_FAILED INVALID_FIELD_ARGUMENTS INVALID_VARIABLE
    MAX_COST_EXCEEDED MAX_INPUT_SIZE_EXCEEDED NOT_FOUND PARSE_ERROR argumentLiteralsIncompatible
    argumentNotAccepted missingRequiredArguments undefinedField undefinedType variableMismatch
    """.split()
)

_STATUSES: Mapping[int, str] = {
    401: "Shopify does not accept our access token",
    402: "the shop is frozen: its bill has to be paid",
    403: "Shopify forbids it: the app lacks a scope, or the shop is not active",
    404: "Shopify knows no such shop or API version",
    423: "the shop is locked",
    430: "Shopify's security refused the call for now",
}

# Shopify recommends to wait a second when it does not say how long.
_WAIT_SECONDS = 1.0
# Stores on trial take five new orders or drafts a minute and say so in words.
_TOO_MANY = "Too many attempts"
_TOO_MANY_WAIT_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Cost:
    """`extensions.cost` of an answer, in points. `available` is what the bucket held after the call."""

    requested: float
    actual: float | None
    maximum: float
    available: float
    restore_rate: float


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as JSON, money as Decimal. `problem` is set when it is not one that GraphQL makes."""

    body: Mapping[str, Any]
    cost: Cost | None
    problem: str | None = None


def parse(answer: Answer) -> Reply:
    """Read the body as JSON; one that is not an object is a reply with a problem and nothing else."""
    try:
        body = json.loads(answer.body, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return Reply({}, None, "the answer is not JSON")
    if not isinstance(body, dict):
        return Reply({}, None, "the answer is not a JSON object")
    return Reply(body, _cost(body))


def is_of_a_shop_that_works(answer: Answer) -> bool:
    """Tell whether it is an answer to the operation, a refusal too; not that nothing works there, or for us."""
    return answer.status < 500 and answer.status not in _STATUSES


def data_of(operation: Operation, answer: Answer, reply: Reply) -> Mapping[str, Any]:
    """Return the data of an answer.

    :raises Throttled: the rate budget was spent; nothing was done
    :raises ShopUnavailable: nothing was done and it may work later
    :raises ShopRefused: nothing was done and it never will be
    :raises OutcomeUnknown: only for a mutation
    """
    if answer.status != 200:
        _raise_for_status(operation, answer, reply)
    if reply.problem:
        raise unclear(operation, reply.problem)
    errors = reply.body.get("errors")
    data = reply.body.get("data")
    if errors:
        _raise_for_errors(operation, errors, data, reply)
    if not isinstance(data, dict):
        raise unclear(operation, "the answer has no data")
    return data


def unclear(operation: Operation, why: str) -> OutcomeUnknown | ShopUnavailable:
    """Return the error for a call that may have been carried out: nothing to a read, everything to a mutation."""
    kind = OutcomeUnknown if operation.is_mutation else ShopUnavailable
    return kind(f"{operation.name}: {why}")


@contextmanager
def done_already(what: str) -> Iterator[None]:
    """Guard what follows a mutation that was carried out: no failure of it means that nothing was done.

    :raises OutcomeUnknown: in place of any other error
    """
    try:
        yield
    except ShopError as error:
        raise OutcomeUnknown(f"{what} was done, but reading it failed: {error.message}") from error


def root_of(operation: Operation, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the operation's only root field answered.

    :raises OutcomeUnknown, ShopUnavailable: it answered nothing
    """
    payload = next(iter(data.values()), None)
    if not isinstance(payload, dict):
        raise unclear(operation, "the answer is empty")
    return payload


def raise_objections(operation: Operation, objections: Iterable[Any]) -> Never:
    """Turn userErrors into an error; nothing was done."""
    problems = [_in_words(objection) for objection in objections]
    if any(_TOO_MANY in problem for problem in problems):
        raise Throttled(f"{operation.name}: {_TOO_MANY}", _TOO_MANY_WAIT_SECONDS)
    raise ShopRefused(f"{operation.name}: {'; '.join(problems)}", problems)


def _raise_for_status(operation: Operation, answer: Answer, reply: Reply) -> Never:
    status = answer.status
    if status == 429:
        raise _throttled(operation, reply, answer.headers.get("Retry-After"))
    if status in _STATUSES:
        raise ShopUnavailable(f"{operation.name}: {_STATUSES[status]} (HTTP {status})")
    if 300 <= status < 400:
        raise ShopUnavailable(f"{operation.name}: Shopify redirects (HTTP {status}), which is not followed")
    if 400 <= status < 500:
        problems = [_in_words(error) for error in _as_list(reply.body.get("errors"))]
        raise ShopRefused(f"{operation.name}: HTTP {status} {'; '.join(problems)}".rstrip(), problems)
    raise unclear(operation, f"HTTP {status}")


def _raise_for_errors(operation: Operation, errors: Any, data: Any, reply: Reply) -> None:
    """Raise for top-level errors, unless a mutation was carried out and only its answer is incomplete."""
    listed = _as_list(errors)
    codes = {_code(error) for error in listed}
    problems = [_in_words(error) for error in listed]
    words = "; ".join(problems)
    if "THROTTLED" in codes:
        raise _throttled(operation, reply, None)
    if operation.is_mutation and isinstance(data, dict) and any(data.values()):
        return  # A field of the answer was denied; whoever reads it says if that one is missing.
    if codes <= _REFUSALS:
        raise ShopRefused(f"{operation.name}: {words}", problems)
    raise unclear(operation, words)


def _throttled(operation: Operation, reply: Reply, retry_after: str | None) -> Throttled:
    wait = _WAIT_SECONDS
    if retry_after is not None:
        wait = max(wait, _number(retry_after) or 0)  # "2.0" has been seen, not only whole seconds.
    if reply.cost is not None and reply.cost.restore_rate > 0:
        wait = max(wait, (reply.cost.requested - reply.cost.available) / reply.cost.restore_rate)
    return Throttled(f"{operation.name}: Shopify's rate limit is spent", min(wait, 60.0))


def _cost(body: Mapping[str, Any]) -> Cost | None:
    try:
        cost = body["extensions"]["cost"]
        throttle = cost["throttleStatus"]
        actual = cost.get("actualQueryCost")
        return Cost(
            requested=float(cost["requestedQueryCost"]),
            actual=None if actual is None else float(actual),
            maximum=float(throttle["maximumAvailable"]),
            available=float(throttle["currentlyAvailable"]),
            restore_rate=float(throttle["restoreRate"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _as_list(errors: Any) -> Sequence[Any]:
    """`errors` is a list for GraphQL, a string or an object for what is refused in front of it."""
    if errors is None:
        return []
    return errors if isinstance(errors, list) else [errors]


def _code(error: Any) -> str:
    extensions = error.get("extensions") if isinstance(error, dict) else None
    return str(extensions.get("code", "")) if isinstance(extensions, dict) else ""


def _in_words(error: Any) -> str:
    """Return an error's own sentence, after the field it names where it names one."""
    if not isinstance(error, dict):
        return str(error)[:300]
    message = str(error.get("message") or ", ".join(f"{k}: {v}" for k, v in error.items()))[:300]
    field = error.get("field")
    return f"{'.'.join(map(str, field))}: {message}" if isinstance(field, list) and field else message


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _no_number(text: str) -> Never:
    raise ValueError(f"{text} is not a number in JSON")
