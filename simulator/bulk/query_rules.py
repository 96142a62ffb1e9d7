"""What Shopify demands of a bulk query. Messages are captured ones."""

from collections.abc import Iterator

from graphql import (
    FieldNode,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    parse,
    validate,
)

MOST_CONNECTIONS, DEEPEST = 5, 2
TOP_LEVEL_REFUSED = ("node", "nodes")


def problems(text: str, schema: GraphQLSchema) -> list[str]:
    """Everything that is wrong with a bulk query; empty when it may run."""
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        return [f"Invalid bulk query: {error.message}"]
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    if len(operations) != 1:
        return ["Bulk queries must contain exactly one operation."]
    operation = operations[0]
    if operation.operation is not OperationType.QUERY:
        return ["Invalid operation type. Only `query` operations are supported."]
    found = [*_shape_problems(operation, schema)]
    return found or [f"Invalid bulk query: {error.message}" for error in validate(schema, document)]


def _shape_problems(operation: OperationDefinitionNode, schema: GraphQLSchema) -> Iterator[str]:
    for field in _fields(operation.selection_set):
        if field.name.value in TOP_LEVEL_REFUSED:
            yield f"Bulk queries cannot contain a top level `{field.name.value}` field."
    connections = list(_connections(operation.selection_set, 0))
    if not connections:
        yield "Bulk queries must contain at least one connection."
        return
    by_nodes = [field.name.value for field, _ in connections if _child(field, "nodes")]
    if by_nodes:
        names = ", ".join(f"'{name}'" for name in by_nodes)
        yield (
            "All connection fields in a bulk query must select their contents using 'edges' > 'node', "
            "e.g: 'products { edges { node {'. Selecting via 'nodes' is not supported. Invalid "
            f"connection fields: {names}."
        )
    if any(depth > DEEPEST for _, depth in connections):
        yield f"Bulk queries cannot contain connections with a nesting depth greater than {DEEPEST}."
    if len(connections) > MOST_CONNECTIONS:
        yield f"Bulk queries cannot contain more than {MOST_CONNECTIONS} connections."
    anonymous = [field.name.value for field, _ in connections if _is_anonymous_parent(field)]
    if anonymous and not by_nodes:
        yield (
            "The parent 'node' field for a nested connection must select the 'id' field without an "
            "alias and must be of 'ID' return type. Connection fields without 'id': "
            f"{', '.join(anonymous)}."
        )
    if _has_connection_in_list(operation.selection_set, schema.query_type, in_list=False):
        yield ("Queries that contain a connection field within a list field are not currently supported.")


def _fields(selection: SelectionSetNode | None) -> list[FieldNode]:
    """The fields of a selection, those of inline fragments included."""
    found = []
    for node in selection.selections if selection else ():
        if isinstance(node, FieldNode):
            found.append(node)
        else:
            found.extend(_fields(getattr(node, "selection_set", None)))
    return found


def _child(field: FieldNode, name: str) -> FieldNode | None:
    return next((one for one in _fields(field.selection_set) if one.name.value == name), None)


def is_connection(field: FieldNode) -> bool:
    """A connection is what is asked for its edges or nodes."""
    return _child(field, "edges") is not None or (
        _child(field, "nodes") is not None and field.name.value != "edges"
    )


def node_of(connection: FieldNode) -> FieldNode | None:
    """The `node` of `edges { node { ... } }`."""
    edges = _child(connection, "edges")
    return _child(edges, "node") if edges else None


def _connections(selection: SelectionSetNode | None, depth: int) -> Iterator[tuple[FieldNode, int]]:
    """Every connection with how many others it lies in."""
    for field in _fields(selection):
        inner = depth
        if is_connection(field):
            yield field, depth
            inner = depth + 1
        yield from _connections(field.selection_set, inner)


def _is_anonymous_parent(connection: FieldNode) -> bool:
    node = node_of(connection) or _child(connection, "nodes")
    if node is None or not any(_connections(node.selection_set, 0)):
        return False
    return not any(f.name.value == "id" and f.alias is None for f in _fields(node.selection_set))


def _has_connection_in_list(selection: SelectionSetNode | None, kind: object, *, in_list: bool) -> bool:
    for field in _fields(selection):
        declared = getattr(kind, "fields", {}).get(field.name.value)
        if is_connection(field):
            if in_list:
                return True
            node = node_of(field)
            target = _node_type(declared)
            if node and _has_connection_in_list(node.selection_set, target, in_list=False):
                return True
        elif declared is not None:
            inside = in_list or _is_list(declared.type)
            target = get_named_type(declared.type)
            if _has_connection_in_list(field.selection_set, target, in_list=inside):
                return True
    return False


def _node_type(declared: object) -> object:
    """What the edges of a declared connection hold."""
    kind = getattr(get_named_type(getattr(declared, "type", None)), "fields", {})  # type: ignore[arg-type]
    edge = get_named_type(kind["edges"].type) if "edges" in kind else None
    fields = getattr(edge, "fields", {})
    return get_named_type(fields["node"].type) if "node" in fields else None


def _is_list(kind: object) -> bool:
    while isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    return isinstance(kind, GraphQLList)
