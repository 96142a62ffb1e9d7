"""Shopify's global ids and the numbers inside them: the bridge keeps the numbers, the wire has the gids."""

import re

_GID = re.compile(r"gid://shopify/(?P<kind>\w+)/(?P<number>\d+)(?:\?.*)?")


def gid(kind: str, number: int) -> str:
    """Return the global id of an object, such as `gid://shopify/Order/1` for ("Order", 1)."""
    return f"gid://shopify/{kind}/{number}"


def number(text: str) -> int:
    """Return the number in a global id.

    :raises ValueError: for anything else; the reader of answers turns it into an answer nobody understands
    """
    match = _GID.fullmatch(text)
    if match is None:
        raise ValueError(f"not a global id of Shopify: {text[:80]!r}")
    return int(match["number"])
