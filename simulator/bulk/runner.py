"""Running bulk operations: a page at a time, so that the shop stays open meanwhile."""

import json
import random
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    GraphQLError,
    IntValueNode,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    execute_sync,
    parse,
)

from simulator.bulk.operations import running
from simulator.bulk.query_rules import is_connection
from simulator.connections import whole_connections
from simulator.execution import admin_schema
from simulator.faults import Faults
from simulator.records import BulkOperation
from simulator.registry import Context, resolve_field
from simulator.state import Store, utc_now

PAGE = 100
IDLE_SECONDS = 0.05
BREATH_SECONDS = 0.002  # between two pages, or others would wait for the store's lock all the while
PAGE_ARGUMENTS = ("first", "after", "last", "before")
WHERE_IT_ENDS = FieldNode(
    name=NameNode(value="pageInfo"),
    alias=NameNode(value="bulkPage"),
    selection_set=SelectionSetNode(
        selections=tuple(FieldNode(name=NameNode(value=n)) for n in ("hasNextPage", "endCursor"))
    ),
)


class BulkRunner:
    """A thread that takes each unfinished operation one page further in turn.

    How far one has come is in the store: after a restart it goes on there.
    """

    def __init__(self, store: Store, faults: Faults) -> None:
        self.store = store
        self.faults = faults
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bulk", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(IDLE_SECONDS):
            while not self._stop.is_set() and (begun := self._begun()):
                for operation in begun:
                    self.step(operation)
                    self._stop.wait(BREATH_SECONDS)

    def _begun(self) -> list[BulkOperation]:
        """Those that can be taken further: the others wait for their turn, unless they were canceled."""
        with self.store.lock:
            latest = datetime.now(UTC) - timedelta(seconds=self.store.settings.bulk_seconds)
            return [one for one in running(self.store) if one.created_at <= latest or one.status != "CREATED"]

    def step(self, operation: BulkOperation) -> None:
        """One page of one operation; its status follows."""
        with self.store.action():
            if self.store.get("BulkOperation", operation.id) is not operation:
                return  # The shop was reset.
            if operation.status == "CANCELING":
                self._end(operation, "CANCELED")
                return
            operation.status = "RUNNING"
            try:
                more = _take_page(operation, self.store)
            except GraphQLError as error:
                operation.error_code, operation.problem = "INTERNAL_SERVER_ERROR", str(error)
                self._end(operation, "FAILED")
                return
            if self.faults.draw("bulk_failure", {"bulkOperationRunQuery"}):
                del operation.lines[len(operation.lines) // 2 :]
                operation.error_code = "INTERNAL_SERVER_ERROR"
                self._end(operation, "FAILED")
            elif not more:
                self._end(operation, "COMPLETED")

    def _end(self, operation: BulkOperation, status: str) -> None:
        operation.status = status
        operation.object_count = len(operation.lines)
        operation.completed_at = utc_now()
        self.store.touch(operation)
        self.store.emit("bulk_operations/finish", operation)


def _take_page(operation: BulkOperation, store: Store) -> bool:
    """Add the lines of the next page.

    :returns: whether there is another
    """
    document = parse(operation.query)
    asked = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    paged, root = _page_through(asked, operation.cursor)
    definitions = tuple(paged if one is asked else one for one in document.definitions)
    context = Context(store=store, token="", version="")
    with whole_connections():
        result = execute_sync(
            admin_schema(), DocumentNode(definitions=definitions), context_value=context,
            field_resolver=resolve_field,
        )  # fmt: skip
    if result.errors or result.data is None:
        raise GraphQLError(str(result.errors))
    page = _at(result.data, root)
    parents: list[str] = []
    children: list[str] = []
    for edge in page["edges"]:
        operation.root_object_count += 1
        _write(edge["node"], None, parents, children)
        if operation.group_objects:
            parents.extend(children)
            children.clear()
    random.shuffle(children)  # Without grouping they come in any order.
    operation.lines.extend(parents + children)
    operation.object_count = len(operation.lines)
    operation.cursor = page["bulkPage"]["endCursor"]
    return bool(page["bulkPage"]["hasNextPage"])


def _page_through(
    operation: OperationDefinitionNode, cursor: str | None
) -> tuple[OperationDefinitionNode, list[str]]:
    """Let the outermost connection ask for one page after the cursor, and for where it ends.

    :returns: the operation that does, and the response keys that lead to the connection
    """
    selection, path = _paged(operation.selection_set, cursor)
    return replace(operation, selection_set=selection), path


def _paged(selection: SelectionSetNode, cursor: str | None) -> tuple[SelectionSetNode, list[str]]:
    """The same one level down: the field that is a connection, or leads to one, is replaced."""
    old = next(one for one in selection.selections if isinstance(one, FieldNode) and _leads(one))
    assert old.selection_set is not None
    key = old.alias.value if old.alias else old.name.value
    path = [key]
    if is_connection(old):
        inner = SelectionSetNode(selections=(*old.selection_set.selections, WHERE_IT_ENDS))
        new = replace(old, arguments=_page_arguments(old, cursor), selection_set=inner)
    else:
        inner, below = _paged(old.selection_set, cursor)
        new = replace(old, selection_set=inner)
        path += below
    return replace(
        selection, selections=tuple(new if one is old else one for one in selection.selections)
    ), path


def _page_arguments(field: FieldNode, cursor: str | None) -> tuple[ArgumentNode, ...]:
    """What the field filters by, and the page instead of what it says of pages itself."""
    kept = [one for one in field.arguments or () if one.name.value not in PAGE_ARGUMENTS]
    kept.append(ArgumentNode(name=NameNode(value="first"), value=IntValueNode(value=str(PAGE))))
    if cursor:
        after = StringValueNode(value=cursor)
        kept.append(ArgumentNode(name=NameNode(value="after"), value=after))
    return tuple(kept)


def _leads(field: FieldNode) -> bool:
    """Whether it is a connection or one lies in it."""
    inner = field.selection_set.selections if field.selection_set else ()
    return is_connection(field) or any(isinstance(one, FieldNode) and _leads(one) for one in inner)


def _at(data: Any, path: list[str]) -> Any:
    for key in path:
        data = data[key]
    return data


def _write(node: dict[str, Any], parent: str | None, lines: list[str], children: list[str]) -> None:
    """One line for an object, and one for each in its connections, which name it as their parent."""
    own: dict[str, Any] = {}
    nested: list[dict[str, Any]] = []
    for key, value in node.items():
        if isinstance(value, dict) and "edges" in value:
            nested.extend(edge["node"] for edge in value["edges"])
        else:
            own[key] = value
    if parent is not None:
        own["__parentId"] = parent
    lines.append(json.dumps(own, ensure_ascii=False, separators=(",", ":")))
    for child in nested:
        _write(child, node["id"], children, children)
