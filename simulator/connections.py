"""Relay connections: pages of records by opaque cursors."""

import base64
import json
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from graphql import GraphQLError

MAX_PAGE = 250
_WHOLE: ContextVar[bool] = ContextVar("whole", default=False)


@contextmanager
def whole_connections() -> Iterator[None]:
    """Meanwhile a connection that is asked for no page answers everything, as in bulk operations."""
    token = _WHOLE.set(True)
    try:
        yield
    finally:
        _WHOLE.reset(token)


class InvalidCursor(GraphQLError):
    """The cursor is none of ours."""


def encode_cursor(key: Any, number: Any) -> str:
    return base64.b64encode(json.dumps({"last_id": number, "last_value": key}, default=str).encode()).decode()


def decode_cursor(cursor: str) -> tuple[str, Any]:
    """The sort key (as text) and the id that a cursor stands for.

    :raises InvalidCursor: for any other text
    """
    try:
        content = json.loads(base64.b64decode(cursor, validate=True))
        return str(content["last_value"]), content["last_id"]
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidCursor(f"Invalid cursor for current pagination sort: {cursor}.") from error


def page_size(arguments: dict[str, Any]) -> int:
    """How many are asked for.

    :raises GraphQLError: when neither first nor last says so, or too many
    """
    first, last = arguments.get("first"), arguments.get("last")
    if first is None and last is None:
        if _WHOLE.get():
            return sys.maxsize
        raise GraphQLError("you must provide one of first or last", extensions={"code": "BAD_REQUEST"})
    size = first if first is not None else last
    if size < 0 or size > MAX_PAGE:
        raise GraphQLError(
            f"{size} is no page size: at most {MAX_PAGE} objects can be asked for at once.",
            extensions={"code": "BAD_REQUEST"},
        )
    return size


def connection(
    records: Sequence[Any], arguments: dict[str, Any], *, key: Callable[[Any], Any] | None = None
) -> dict[str, Any]:
    """One page of records.

    :param records: all of them, ascending by (key, id)
    :param arguments: first/after, last/before, reverse, as the field has them
    :param key: the sort key; the id when left out
    """
    size = page_size(arguments)
    if arguments.get("reverse"):
        records = records[::-1]
    start, end = 0, len(records)
    if arguments.get("after"):
        start = _position(records, arguments["after"], key, arguments.get("reverse")) + 1
    if arguments.get("before"):
        end = _position(records, arguments["before"], key, arguments.get("reverse"))
    if arguments.get("first") is not None or arguments.get("last") is None:
        lower, upper = start, min(start + size, end)
    else:
        lower, upper = max(end - size, start), end
    page = records[lower:upper]
    return _answer(page, key, before=lower > 0, after=upper < len(records))


def _position(records: Sequence[Any], cursor: str, key: Any, reverse: bool | None) -> int:
    """Where the cursor's record is; if it is gone, the one that was before it."""
    value, number = decode_cursor(cursor)
    for index, record in enumerate(records):
        if record.id == number:
            return index
    if key is None:
        sign = -1 if reverse else 1
        return sum(1 for record in records if sign * record.id < sign * int(number)) - 1
    return sum(1 for record in records if str(key(record)) <= value) - 1


def by_id(table: dict[int, Any], ids: Sequence[int], arguments: dict[str, Any]) -> dict[str, Any]:
    """One page of a whole table in id order, without walking over the rest of it."""
    size = page_size(arguments)
    reverse = bool(arguments.get("reverse"))
    low, high = 0, len(ids)
    for name, is_after in (("after", True), ("before", False)):
        if arguments.get(name):
            number = int(decode_cursor(arguments[name])[1])
            if is_after != reverse:
                low = bisect_right(ids, number)
            else:
                high = bisect_left(ids, number)
    from_start = (arguments.get("first") is not None) != reverse
    lower, upper = (low, min(low + size, high)) if from_start else (max(high - size, low), high)
    page = [table[number] for number in ids[lower:upper]]
    before, after = lower > 0, upper < len(ids)
    if reverse:
        page, before, after = page[::-1], after, before
    return _answer(page, None, before=before, after=after)


def _answer(page: Sequence[Any], key: Any, *, before: bool, after: bool) -> dict[str, Any]:
    cursors = [encode_cursor(key(r) if key else r.id, r.id) for r in page]
    return {
        "nodes": page,
        "edges": [{"node": r, "cursor": c} for r, c in zip(page, cursors, strict=True)],
        "pageInfo": {
            "hasNextPage": after,
            "hasPreviousPage": before,
            "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[-1] if cursors else None,
        },
    }
