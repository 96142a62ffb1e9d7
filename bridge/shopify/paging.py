"""Connections read to their end: nothing is cut off at a page silently."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bridge.shopify.client import AdminAPI

Pick = Callable[[Mapping[str, Any]], Any]


def nodes(api: AdminAPI, name: str, pick: Pick, **variables: Any) -> Iterator[Any]:
    """Yield every node of a connection, asking for the next page when it is wanted.

    :param pick: finds the connection in the operation's data; None where what should have it is not there
    """
    for page in pages(api, name, pick, **variables):
        yield from page


def pages(api: AdminAPI, name: str, pick: Pick, **variables: Any) -> Iterator[list[Any]]:
    """Yield the nodes of a connection page by page, each asked for when it is wanted."""
    after: str | None = None
    while True:
        found, after = _ask(api, name, pick, after, variables)
        yield found
        if after is None:
            return


def rest(api: AdminAPI, name: str, first: Mapping[str, Any], pick: Pick, **variables: Any) -> list[Any]:
    """Return the nodes after those of a connection's first page.

    :raises KeyError, ValueError: `first` is no page; its reader knows what that means
    """
    found: list[Any] = []
    after = next_after(first)
    while after is not None:
        more, after = _ask(api, name, pick, after, variables)
        found += more
    return found


def _ask(
    api: AdminAPI, name: str, pick: Pick, after: str | None, variables: Mapping[str, Any]
) -> tuple[list[Any], str | None]:
    def page_of(data: Mapping[str, Any]) -> tuple[list[Any], str | None]:
        page = pick(data)
        return ([], None) if page is None else (page["nodes"], next_after(page, after))

    return api.understood(name, page_of, api.call(name, after=after, **variables))


def next_after(page: Mapping[str, Any], after: str | None = None) -> str | None:
    """Return where the next page begins, or None after the last.

    :param after: where this one began
    :raises ValueError: it says that there is more and not where; asking again would go round in circles
    """
    if not page["pageInfo"]["hasNextPage"]:
        return None
    cursor: str | None = page["pageInfo"]["endCursor"]
    if cursor is None or cursor == after:
        raise ValueError("a page that does not say where the next one begins")
    return cursor
