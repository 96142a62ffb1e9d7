"""Global ids: `gid://shopify/Order/8951183343922`."""

import re

_GID = re.compile(r"^gid://shopify/([A-Za-z]+)/([0-9]+)(?:\?.*)?$")


class InvalidGid(ValueError):
    """The text is no id of the kind that was asked for."""


def gid(kind: str, number: int | str) -> str:
    """The global id of an object of this kind."""
    return f"gid://shopify/{kind}/{number}"


def parse(text: str) -> tuple[str, int]:
    """Kind and number of a global id.

    :raises InvalidGid: when the text is no global id
    """
    match = _GID.match(text)
    if match is None:
        raise InvalidGid(text)
    return match.group(1), int(match.group(2))


def number(text: str, kind: str) -> int:
    """The number of a global id of this kind.

    :raises InvalidGid: when it is not one, or names another kind
    """
    found, value = parse(text)
    if found != kind:
        raise InvalidGid(text)
    return value
