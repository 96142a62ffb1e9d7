"""Lists and counts of records, filtered and sorted, from an index that may lag behind."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from simulator.connections import by_id, connection
from simulator.registry import Context
from simulator.search import Terms, matches
from simulator.state import utc_now

SortKey = Callable[[Any], Any]


def found(context: Context, kind: str, terms: Terms) -> list[Any]:
    """Records a filtered search finds, by ascending id.

    A search reads an index: with the stale_search fault, what is younger than it is not there yet.
    """
    records = context.store.all(kind)
    lag = max(context.stale_seconds, context.store.settings.search_lag_seconds)
    horizon = utc_now() - timedelta(seconds=lag)
    return [one for one in records if (not lag or one.created_at <= horizon) and matches(one, terms)]


def listed(
    context: Context, kind: str, arguments: dict[str, Any], sort_keys: Mapping[str, SortKey] | None = None
) -> dict[str, Any]:
    """A page of a table: unfiltered and by id straight from it, else from the index."""
    store = context.store
    terms = Terms(arguments.get("query"))
    key = (sort_keys or {}).get(arguments.get("sortKey") or "ID")
    if not terms and key is None:
        return by_id(store.table(kind), store.ordered_ids(kind), arguments)
    records = found(context, kind, terms) if terms else list(store.all(kind))
    if key is not None:
        records.sort(key=lambda one: (key(one), one.id))
    return connection(records, arguments, key=key)


def counted(context: Context, kind: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """How many there are, at most `limit`."""
    count = len(found(context, kind, Terms(arguments.get("query"))))
    limit = arguments.get("limit")
    if limit is not None and count > limit:
        return {"count": limit, "precision": "AT_LEAST"}
    return {"count": count, "precision": "EXACT"}
