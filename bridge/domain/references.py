"""How an order of ours is recognized in the shop: the tag, the attributes, and what they say.

A recorded id is identity. What is read here only names a candidate: the admin's "Duplicate" copies tags and
attributes to drafts that are nobody's (decision 46).
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

# Attributes of a draft, carried over to the order that it becomes.
ORDER = "bridge_order"
ATTEMPT = "bridge_attempt"
PARTNER = "partner"
PARTNER_ORDER_ID = "partner_order_id"
# Attribute of a line: its position in the cart, or TAX or ADJUSTMENT for the lines that balance the money.
ITEM = "_bridge_item"
TAX = "tax"
ADJUSTMENT = "adjustment"

_PREFIX = "bridge-"


def token_of(order_id: UUID) -> str:
    """Return the tag of an order: `bridge-` and the id without dashes, 39 characters.

    A tag may have 40, and with its dashes the id alone would make 43.
    """
    return f"{_PREFIX}{order_id.hex}"


def order_named(tags: Sequence[str], attributes: Mapping[str, str]) -> UUID | None:
    """Return the order of ours that a draft or an order of the shop names; None where it names none.

    :param tags: in any case; staff may have added others, or removed ours, so the attribute counts too
    """
    for named in (attributes.get(ORDER, ""), *map(_after_prefix, tags)):
        found = _uuid(named)
        if found is not None:
            return found
    return None


def attempt_named(attributes: Mapping[str, str]) -> int | None:
    """Return the number of the attempt that made a draft, where it says so."""
    number = attributes.get(ATTEMPT, "")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else None


def _after_prefix(tag: str) -> str:
    tag = tag.strip().lower()
    return tag.removeprefix(_PREFIX) if tag.startswith(_PREFIX) else ""


def _uuid(text: str) -> UUID | None:
    if len(text) not in (32, 36):
        return None
    try:
        return UUID(text)
    except ValueError:
        return None
