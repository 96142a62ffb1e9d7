"""What an operation costs, by Shopify's rule as captures show it.

Scalars, enums and money are free; an object costs 1, a mutation 10 with its payload and the
payload's own object free. A connection costs 2 and then, per node, a multiple that grows far
slower than the page: 1 node costs 1, 250 cost 11 (fitted on captured calls; Shopify does not
publish it).
"""

import math
from bisect import bisect_right
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)

MUTATION = 10
CONNECTION = 2
MAX_SINGLE_QUERY = 1000
FREE = {"MoneyBag", "MoneyV2", "PageInfo"}
PAGES = [0, 1, 3, 5, 10, 20, 50, 100, 200, 250]
MULTIPLES = [0, 1, 2, 3, 4, 5, 7, 9, 10, 11]


def multiple(page: int) -> int:
    """How many nodes' price a page of that size costs."""
    index = bisect_right(PAGES, page) - 1
    if index == len(PAGES) - 1 or PAGES[index] == page:
        return MULTIPLES[index]
    share = (page - PAGES[index]) / (PAGES[index + 1] - PAGES[index])
    return MULTIPLES[index] + math.ceil(share * (MULTIPLES[index + 1] - MULTIPLES[index]))


class Meter:
    """Prices one operation: before it runs by what it asks for, after it by what it got."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: dict[str, Any]) -> None:
        self.schema = schema
        self.variables = variables
        self.fragments = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }

    def requested(self, operation: OperationDefinitionNode) -> int:
        """The most it may cost."""
        return self._operation(operation, None)

    def actual(self, operation: OperationDefinitionNode, data: dict[str, Any] | None) -> int:
        """What it did cost."""
        return self._operation(operation, data or {})

    def _operation(self, operation: OperationDefinitionNode, data: dict[str, Any] | None) -> int:
        if operation.operation is not OperationType.MUTATION:
            return self._selection(operation.selection_set, self.schema.query_type, data)
        total = 0
        for field in self._fields(operation.selection_set):
            payload = get_named_type(self.schema.mutation_type.fields[field.name.value].type)
            answer = None if data is None else data.get(_key(field))
            total += MUTATION
            for inner in self._fields(field.selection_set):
                if data is None:
                    total += self._field(inner, payload, None, owned=True)
                elif (got := (answer or {}).get(_key(inner))) is not None:
                    total += self._field(inner, payload, got, owned=True)
        return total

    def _fields(self, selection: SelectionSetNode | None) -> list[FieldNode]:
        """The fields of a selection, those of its fragments included."""
        found: list[FieldNode] = []
        for node in selection.selections if selection else ():
            if isinstance(node, FieldNode):
                found.append(node)
            elif hasattr(node, "selection_set"):
                found.extend(self._fields(node.selection_set))
            else:
                found.extend(self._fields(self.fragments[node.name.value].selection_set))
        return found

    def _selection(self, selection: SelectionSetNode | None, parent: Any, data: Any) -> int:
        """The price of everything below an object; `data` None: as asked for."""
        if is_abstract_type(parent):
            return self._abstract(selection, parent, data)
        total = 0
        for node in selection.selections if selection else ():
            if isinstance(node, FieldNode):
                if node.name.value.startswith("__"):
                    continue
                if data is None:
                    total += self._field(node, parent, None)
                elif (got := data.get(_key(node))) is not None:
                    total += self._field(node, parent, got)
                else:
                    total += self._nothing(node, parent)
                continue
            fragment = self.fragments[node.name.value] if hasattr(node, "name") else node
            total += self._selection(fragment.selection_set, parent, data)
        return total

    def _abstract(self, selection: SelectionSetNode | None, parent: Any, data: Any) -> int:
        """Of the types it may turn out to be, the dearest; what lies in the interface counts for
        all.
        """
        dearest = 0
        for node in selection.selections if selection else ():
            if isinstance(node, FieldNode):
                continue
            fragment = self.fragments[node.name.value] if hasattr(node, "name") else node
            condition = fragment.type_condition
            kind = self.schema.type_map[condition.name.value] if condition else parent
            price = self._selection(fragment.selection_set, kind, data)
            dearest = max(dearest, price)
        return dearest

    def _field(self, node: FieldNode, parent: Any, data: Any, *, owned: bool = False) -> int:
        declared = parent.fields.get(node.name.value)
        if declared is None:
            return 0
        kind = get_named_type(declared.type)
        if is_leaf_type(kind) or kind.name in FREE:
            return 0
        if kind.name.endswith("Connection"):
            return self._connection(node, kind, data)
        if data is not None and _is_list(declared.type):
            below = max((self._selection(node.selection_set, kind, one or {}) for one in data), default=0)
            return below + (1 if any(data) and not owned else 0)
        return (0 if owned else 1) + self._selection(node.selection_set, kind, data)

    def _nothing(self, node: FieldNode, parent: Any) -> int:
        """An object that was asked for and is null still costs its 1."""
        declared = parent.fields.get(node.name.value)
        kind = get_named_type(declared.type) if declared else None
        return 0 if kind is None or is_leaf_type(kind) or kind.name in FREE else 1

    def _connection(self, node: FieldNode, kind: Any, data: Any) -> int:
        """2, and the node's price times the multiple of the page."""
        per_node = 0
        for field in self._fields(node.selection_set):
            if field.name.value in ("nodes", "edges"):
                target = get_named_type(kind.fields[field.name.value].type)
                selection = field.selection_set
                if field.name.value == "edges":
                    inner = [f for f in self._fields(selection) if f.name.value == "node"]
                    target = get_named_type(target.fields["node"].type)
                    selection = inner[0].selection_set if inner else None
                per_node = max(per_node, 1 + self._selection(selection, target, None))
        if data is None:
            size = self._page(node)
        else:
            size = len(data.get("nodes") or data.get("edges") or ())
        return CONNECTION + multiple(size) * per_node

    def _page(self, node: FieldNode) -> int:
        for argument in node.arguments or ():
            if argument.name.value in ("first", "last"):
                name = getattr(argument.value, "name", None)
                value = self.variables.get(name.value) if name else argument.value.value
                if value is not None:
                    return min(max(int(value), 0), 250)
        return 10


def _key(node: FieldNode) -> str:
    return node.alias.value if node.alias else node.name.value


def _is_list(kind: Any) -> bool:
    while isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    return isinstance(kind, GraphQLList)
