"""Shopify's search syntax, as far as lists are filtered by it: `tag:x status:open
created_at:>'2026-...'`.

Terms are ANDed; `-` or `NOT` negates; values may be quoted; `,` inside a value and `OR` between
terms mean any of them; dates and numbers take `>`, `>=`, `<`, `<=`. An unknown field finds
everything, as in Shopify, which only warns about it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from simulator.fulfillment_state import status
from simulator.records import Order

_TERM = re.compile(
    r"""(?P<not>-|NOT\s+)?(?:(?P<field>[A-Za-z_]+):)?(?P<operator>[<>]=?)?"""
    r"""(?:"(?P<double>(?:\\.|[^"\\])*)"|'(?P<single>(?:\\.|[^'\\])*)'|(?P<bare>[^\s()"']+))"""
)


@dataclass(frozen=True)
class Term:
    field: str | None
    operator: str
    value: str
    negated: bool
    group: int  # terms of one group are ORed


class Terms(tuple[Term, ...]):
    """A query, read. Empty and false when there is nothing to filter by."""

    def __new__(cls, query: str | None) -> "Terms":
        found: list[Term] = []
        group, joined = 0, False
        for match in _TERM.finditer(query or ""):
            if match["bare"] in ("AND", "OR") and not match["field"]:
                joined = match["bare"] == "OR"
                continue
            group += 0 if joined else 1
            joined = False
            value = next(v for v in (match["double"], match["single"], match["bare"]) if v is not None)
            value = re.sub(r"\\(.)", r"\1", value)
            found.append(Term(match["field"], match["operator"] or "", value, bool(match["not"]), group))
        return super().__new__(cls, found)


def _text(value: Any) -> str:
    return str(value or "").lower()


def _tags(record: Any) -> list[str]:
    return [tag.lower() for tag in getattr(record, "tags", ())]


def _fulfillment_status(record: Any) -> list[str]:
    """As the search knows it: unfulfilled and unshipped are the same."""
    found = status(record).lower() if isinstance(record, Order) else ""
    return {
        "unfulfilled": ["unfulfilled", "unshipped"],
        "partially_fulfilled": ["partially_fulfilled", "partial"],
        "fulfilled": ["fulfilled", "shipped"],
    }.get(found, [])


def _order_status(record: Any) -> list[str]:
    """open, closed and cancelled of an order; open, invoice_sent and completed of a draft."""
    if hasattr(record, "cancelled_at"):
        if record.cancelled_at:
            return ["cancelled", "any"]
        return ["closed", "any"] if record.closed_at else ["open", "any"]
    return [_text(getattr(record, "status", ""))]


FIELDS: dict[str, Callable[[Any], Any]] = {
    "id": lambda r: r.id,
    "created_at": lambda r: r.created_at,
    "updated_at": lambda r: r.updated_at,
    "processed_at": lambda r: getattr(r, "processed_at", r.created_at),
    "tag": _tags,
    "status": _order_status,
    "name": lambda r: [_text(r.name), _text(r.name).lstrip("#")],
    "email": lambda r: _text(getattr(r, "email", "")),
    "po_number": lambda r: _text(getattr(r, "po_number", "")),
    "source_identifier": lambda r: _text(getattr(r, "source_identifier", "")),
    "source_name": lambda r: _text(getattr(r, "source_name", "")),
    "financial_status": lambda r: _text(getattr(r, "financial_status", "")),
    "fulfillment_status": _fulfillment_status,
    "sku": lambda r: _skus(r),
    "title": lambda r: _text(getattr(r, "title", "")),
    "product_id": lambda r: r.product.id if hasattr(r, "product") else None,
    "inventory_item_id": lambda r: r.inventory_item.id if hasattr(r, "inventory_item") else None,
}
FIELDS["source"] = FIELDS["source_name"]


def _skus(record: Any) -> list[str]:
    if hasattr(record, "sku"):
        return [_text(record.sku)]
    if hasattr(record, "inventory_item"):
        return [_text(record.inventory_item.sku)]
    if hasattr(record, "variants"):
        return [_text(variant.inventory_item.sku) for variant in record.variants]
    return [_text(line.sku) for line in getattr(record, "lines", ())]


def matches(record: Any, terms: Terms) -> bool:
    """Whether the record is found."""
    groups: dict[int, bool] = {}
    for term in terms:
        groups[term.group] = groups.get(term.group, False) or _holds(record, term) != term.negated
    return all(groups.values())


def _holds(record: Any, term: Term) -> bool:
    if term.field is None:
        words = [_text(getattr(record, n, "")) for n in ("name", "title", "email", "note", "po_number")]
        words.append(_text(getattr(getattr(record, "product", None), "title", "")))
        return any(term.value.lower() in word for word in [*words, *_tags(record), *_skus(record)])
    reader = FIELDS.get(term.field)
    if reader is None:
        return True
    value = reader(record)
    return any(_compare(value, term.operator, wanted) for wanted in _wanted(term))


def _wanted(term: Term) -> list[str]:
    """One value, or several with commas between them; a date has none."""
    return [part.strip() for part in term.value.split(",")]


def _compare(value: Any, operator: str, wanted: str) -> bool:
    if isinstance(value, datetime):
        return _ordered(value, operator, _moment(wanted))
    if isinstance(value, int) or (operator and isinstance(value, Decimal)):
        number = wanted.rpartition("/")[2]
        return number.isdigit() and _ordered(value, operator, int(number))
    values = value if isinstance(value, list) else [value]
    return any(_same_text(one, wanted.lower()) for one in values)


def _same_text(value: str, wanted: str) -> bool:
    if wanted == "*":
        return bool(value)
    return value.startswith(wanted[:-1]) if wanted.endswith("*") else value == wanted


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _ordered(value: Any, operator: str, wanted: Any) -> bool:
    if operator == ">":
        return bool(value > wanted)
    if operator == ">=":
        return bool(value >= wanted)
    if operator == "<":
        return bool(value < wanted)
    if operator == "<=":
        return bool(value <= wanted)
    if isinstance(value, datetime) and wanted == wanted.replace(hour=0, minute=0, second=0):
        return bool(value.date() == wanted.date())
    return bool(value == wanted)
