"""Single values out of a webhook's JSON, each checked before anything rests on it.

What cannot be stored is refused or cleaned here: ids beyond 64 bits, counts beyond 32, times without a zone,
NUL characters, lone surrogates, strings without end.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

MAX_ID = 2**63 - 1
MAX_COUNT = 2**31 - 1
MAX_TEXT = 1000
MAX_LIST = 2000


class Malformed(Exception):
    """The body is not what its topic says; the message names the field and holds nothing of its content."""


def refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and Infinity, which JSON does not have."""
    raise ValueError(name)


def mapping(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Malformed(f"{name} is not an object")
    return value


def mappings(body: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return a list of objects. A missing list is refused: it does not mean an empty one."""
    found = body.get(name)
    if not isinstance(found, list) or len(found) > MAX_LIST:
        raise Malformed(f"{name} is not a list of objects")
    return [mapping(each, name) for each in found]


def optional_identifier(body: Mapping[str, Any], name: str) -> int | None:
    found = body.get(name)
    return None if found is None else identifier(body, name)


def identifier(body: Mapping[str, Any], name: str) -> int:
    return _integer(body, name, least=1, most=MAX_ID)


def own_id(body: Mapping[str, Any], kind: str) -> int:
    """Return the id of what a body is. Its gid is signed as the topic is not, and has to name a `kind`.

    Without that check a completed draft, which has an order, lines and a status, would do as a parcel.
    """
    named = body.get("admin_graphql_api_id")
    if named is not None and not str(named).startswith(f"gid://shopify/{kind}/"):
        raise Malformed(f"it is not a {kind}")
    return identifier(body, "id")


def gid(body: Mapping[str, Any], name: str) -> int:
    """Return the number at the end of a gid."""
    number = re.search(r"/([0-9]{1,20})$", text(body, name) or "")
    return identifier({name: int(number[1]) if number else None}, name)


def count(body: Mapping[str, Any], name: str) -> int:
    """Return a number of units; Shopify's are never negative where they are read."""
    return _integer(body, name, least=0, most=MAX_COUNT)


def optional_count(body: Mapping[str, Any], name: str) -> int | None:
    """Return a number that may be missing and may be negative, as stock that was oversold is."""
    found = body.get(name)
    return None if found is None else _integer(body, name, least=-MAX_COUNT, most=MAX_COUNT)


def _integer(body: Mapping[str, Any], name: str, *, least: int, most: int) -> int:
    found = body.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
        raise Malformed(f"{name} is not a number from {least} to {most}")
    return found


def time(body: Mapping[str, Any], name: str) -> datetime:
    """Return an instant, in UTC."""
    found = body.get(name)
    try:
        parsed = datetime.fromisoformat(found) if isinstance(found, str) else None
        if parsed is None or parsed.tzinfo is None:
            raise Malformed(f"{name} is not a time with a zone")
        return parsed.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Malformed(f"{name} is not a time") from error


def optional_time(body: Mapping[str, Any], name: str) -> datetime | None:
    return None if body.get(name) is None else time(body, name)


def text(body: Mapping[str, Any], name: str) -> str | None:
    """Return a text that PostgreSQL can hold; blank and missing are the same."""
    found = body.get(name)
    return clean(found) or None if isinstance(found, str) else None


def word(body: Mapping[str, Any], name: str) -> str | None:
    """Return one of Shopify's own names, such as a status, in lower case."""
    found = text(body, name)
    return found.lower() if found else None


def clean(found: str) -> str:
    printable = found[:MAX_TEXT].replace("\x00", "")
    return printable.encode("utf-8", "replace").decode("utf-8").strip()


def several(body: Mapping[str, Any], plural: str, singular: str) -> tuple[str, ...]:
    """Return a list of texts; older bodies have only the first one, under the singular name."""
    listed = body.get(plural)
    found = listed if isinstance(listed, list) and listed else [body.get(singular)]
    return tuple(clean(each) for each in found[:MAX_LIST] if isinstance(each, str) and clean(each))


def tags(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the tags, which come as one string: `a, b`."""
    found = body.get("tags")
    listed = found if isinstance(found, list) else found.split(",") if isinstance(found, str) else []
    return tuple(clean(tag) for tag in listed if isinstance(tag, str) and tag.strip())


def attributes(body: Mapping[str, Any], name: str) -> Mapping[str, str]:
    """Return a list of {name, value} as a mapping; of two with one name, the first."""
    found = body.get(name)
    pairs: dict[str, str] = {}
    for each in found if isinstance(found, list) else []:
        if isinstance(each, dict) and isinstance(each.get("name"), str):
            pairs.setdefault(clean(each["name"]), clean(str(each.get("value"))))
    return pairs


def presentment(
    body: Mapping[str, Any], name: str, currency_name: str = "presentment_currency"
) -> tuple[Decimal, str]:
    """Return an amount in the currency the customer sees, and that currency, empty where none is named.

    The plain field is in the shop's own currency; the `_set` beside it has both.
    """
    money = body.get(f"{name}_set")
    shown = money.get("presentment_money") if isinstance(money, dict) else None
    if isinstance(shown, dict):
        return _amount(shown.get("amount"), name), text(shown, "currency_code") or ""
    currency = text(body, currency_name) or text(body, "currency")
    return _amount(body.get(name), name), currency or ""


def _amount(found: object, name: str) -> Decimal:
    if not isinstance(found, str | int) or isinstance(found, bool) or len(str(found)) > 40:
        raise Malformed(f"{name} is not an amount")
    try:
        amount = Decimal(found)
    except InvalidOperation as error:
        raise Malformed(f"{name} is not an amount") from error
    if not amount.is_finite():
        raise Malformed(f"{name} is not an amount")
    return amount
