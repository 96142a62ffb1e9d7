"""Starting, cancelling and looking up bulk operations."""

import secrets
from typing import Any

from flask import request

from simulator.bulk.query_rules import problems
from simulator.connections import connection
from simulator.execution import admin_schema
from simulator.gids import gid
from simulator.records import BulkOperation
from simulator.registry import Context, mutation, query, resolves
from simulator.search import Terms, matches
from simulator.state import Store, utc_now

AT_ONCE = 5  # of one app in one shop, from 2026-01
UNFINISHED = ("CREATED", "RUNNING", "CANCELING")


def running(store: Store) -> list[BulkOperation]:
    """Those that have not ended."""
    return [one for one in store.all("BulkOperation") if one.status in UNFINISHED]


@mutation("bulkOperationRunQuery")
def run_query(context: Context, query: str, groupObjects: bool = False) -> dict[str, Any]:
    """Start one, unless the query cannot be run or five are on their way."""
    store = context.store
    found = problems(query, admin_schema())
    if found:
        errors = [{"field": ["query"], "message": text, "code": "INVALID"} for text in found]
        return {"bulkOperation": None, "userErrors": errors}
    others = running(store)
    if len(others) >= AT_ONCE:
        names = ", ".join(gid("BulkOperation", one.id) for one in others)
        text = f"A bulk query operation for this app and shop is already in progress: {names}."
        error = {"field": None, "message": text, "code": "OPERATION_IN_PROGRESS"}
        return {"bulkOperation": None, "userErrors": [error]}
    now = utc_now()
    made = BulkOperation(
        id=store.next_id(), created_at=now, updated_at=now, query=query,
        group_objects=groupObjects, file_name=secrets.token_urlsafe(24),
    )  # fmt: skip
    store.add(made)
    store.on_change()
    return {"bulkOperation": made, "userErrors": []}


@mutation("bulkOperationCancel")
def cancel(context: Context, id: str) -> dict[str, Any]:  # noqa: A002 - GraphQL's name
    """Ask one to end; it does so a moment later."""
    found = one(context, id)
    if found is None:
        error = {"field": ["id"], "message": "Bulk operation does not exist"}
        return {"bulkOperation": None, "userErrors": [error]}
    if found.status not in UNFINISHED:
        text = f"A bulk operation cannot be canceled when it is {found.status.lower()}"
        return {"bulkOperation": found, "userErrors": [{"field": None, "message": text}]}
    found.status = "CANCELING"
    context.store.touch(found)
    return {"bulkOperation": found, "userErrors": []}


@query("bulkOperation")
def one(context: Context, id: str) -> BulkOperation | None:  # noqa: A002 - GraphQL's name
    return context.store.named("BulkOperation", id)


@query("bulkOperations")
def several(context: Context, **arguments: Any) -> dict[str, Any]:
    terms = Terms(arguments.get("query"))
    found = [one for one in context.store.all("BulkOperation") if matches(one, terms)]
    return connection(found, arguments)


@query("currentBulkOperation")
def current(context: Context, type: str = "QUERY") -> Any:  # noqa: A002 - GraphQL's name
    """The newest one (deprecated: there may be five)."""
    if type != "QUERY":
        return None
    return max(context.store.all("BulkOperation"), key=lambda record: record.id, default=None)


@resolves("BulkOperation", "type")
def kind(_record: BulkOperation, _context: Context) -> str:
    return "QUERY"


@resolves("BulkOperation", "url")
def url(record: BulkOperation, _context: Context) -> str | None:
    """Where the file lies; nowhere when there is nothing in it, or it is not whole."""
    return _address(record) if record.status == "COMPLETED" else None


@resolves("BulkOperation", "partialDataUrl")
def partial_data_url(record: BulkOperation, _context: Context) -> str | None:
    """What there was when it failed."""
    return _address(record) if record.status in ("FAILED", "CANCELED") else None


@resolves("BulkOperation", "fileSize")
def file_size(record: BulkOperation, _context: Context) -> int | None:
    if record.status in UNFINISHED or not record.lines:
        return None
    return len(content(record))


def content(record: BulkOperation) -> bytes:
    """The file: one JSON object a line."""
    return "".join(f"{line}\n" for line in record.lines).encode()


def _address(record: BulkOperation) -> str | None:
    """A URL that needs no token, at the address this request came to."""
    if not record.lines:
        return None
    return f"{request.host_url}bulk-operations/{record.file_name}.jsonl"
