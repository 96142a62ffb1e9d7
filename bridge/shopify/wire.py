"""How single values look in Shopify's answers, and what they are to us."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bridge.domain.references import ITEM
from bridge.domain.shop_values import Named
from bridge.shopify.gids import number


def instant(text: str) -> datetime:
    """Return an aware time.

    :raises ValueError: it names no zone, so it is no instant
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone: {text!r}")
    return moment


def optional_instant(text: str | None) -> datetime | None:
    return None if text is None else instant(text)


def optional_number(node: Mapping[str, Any] | None) -> int | None:
    """Return the number of an object that may not be there."""
    return number(node["id"]) if node else None


def attributes_of(node: Mapping[str, Any]) -> dict[str, str]:
    """Return customAttributes by key; the first of two with one key, as the admin shows it."""
    found: dict[str, str] = {}
    for attribute in node["customAttributes"]:
        found.setdefault(attribute["key"], attribute["value"] or "")
    return found


def named_of(node: Mapping[str, Any], *, time: str) -> Named:
    """Return whose an order or a draft is.

    :param time: which of its times to keep
    """
    return Named(
        id=number(node["id"]),
        name=node["name"],
        updated_at=instant(node[time]),
        tags=tuple(node["tags"]),
        attributes=attributes_of(node),
    )


def position_of(line: Mapping[str, Any]) -> str | None:
    """Return which line of ours it is; None for one that staff added."""
    return attributes_of(line).get(ITEM)
