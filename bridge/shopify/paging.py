"""Connections read to their end: nothing is cut off at a page silently."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bridge.shopify.client import AdminAPI

Pick = Callable[[Mapping[str, Any]], Any]


def nodes(api: AdminAPI, name: str, pick: Pick, **variables: Any) -> Iterator[Any]:
    """Yield every node of a connection, asking for the next page when it is wanted.

    :param pick: finds the connection in the operation's data; None where what should have it is not there
    """
    after: str | None = None
    while True:
        page = api.understood(name, pick, api.call(name, after=after, **variables))
        if page is None:
            return
        yield from page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def rest(api: AdminAPI, name: str, first: Mapping[str, Any], pick: Pick, **variables: Any) -> list[Any]:
    """Return the nodes after those of a connection's first page."""
    found: list[Any] = []
    page = first
    while page["pageInfo"]["hasNextPage"]:
        after = page["pageInfo"]["endCursor"]
        page = api.understood(name, pick, api.call(name, after=after, **variables))
        found += page["nodes"]
    return found
