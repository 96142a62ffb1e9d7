"""What a row of a catalog file says: one SKU of a partner and the variant of the shop it stands for.

Whether the variant exists is not decided here.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bridge.domain.errors import InvalidRequest
from bridge.domain.shop_values import Variant

SKU = "sku"
VARIANT = "shopify_variant_id"
COLUMNS = (SKU, VARIANT)

_SKU_LENGTH = 255
_LARGEST_ID = 2**63 - 1
_VARIANT = re.compile(r"(?:gid://shopify/ProductVariant/)?([0-9]{1,19})")
# What a spreadsheet makes of a long number: 4.42193E+13, or 44219312570580.0.
_SPREADSHEET = re.compile(r"[0-9]+[.,][0-9]*(?:[eE]\+?[0-9]+)?|[0-9]+[eE]\+?[0-9]+")


@dataclass(frozen=True, slots=True)
class CatalogRow:
    """`line` is where the row begins in its file, the first line being 1."""

    line: int
    sku: str
    variant_id: int


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be imported. `reason` is one sentence without the line.

    :ivar lacks_variant: all that is wrong is that it names no variant of the shop
    :ivar candidates: what the shop has under its SKU; a person picks, since a SKU proves nothing
    """

    line: int
    sku: str | None
    reason: str
    lacks_variant: bool = False
    candidates: tuple[Variant, ...] = ()


class NotACatalog(InvalidRequest):
    """The file as a whole cannot be read as a catalog."""

    code = "not_a_catalog"


def positions(header: Sequence[str]) -> tuple[int, int]:
    """Return where the two columns stand; any case, any order, other columns are ignored.

    :raises NotACatalog: one is missing, or there twice
    """
    names = [name.strip().lower() for name in header]
    for column in COLUMNS:
        if names.count(column) != 1:
            there = "is missing" if column not in names else "is there twice"
            raise NotACatalog(
                f"the column {column!r} {there}; the first line must name {' and '.join(COLUMNS)}"
            )
    return names.index(SKU), names.index(VARIANT)


def read_rows(
    rows: Iterable[tuple[int, Sequence[str] | None]], columns: tuple[int, int]
) -> Iterator[CatalogRow | BadRow]:
    """Read each row as it comes; blank ones are skipped, a repeated SKU is bad and the first one counts.

    :param rows: (line, cells) after the header; None where the file is broken at that line
    :param columns: from `positions`
    """
    first_line: dict[str, int] = {}
    for line, cells in rows:
        if cells is not None and not any(cell.strip() for cell in cells):
            continue
        row = _read_row(line, cells, columns)
        if isinstance(row, CatalogRow):
            before = first_line.setdefault(row.sku, line)
            if before != line:
                row = BadRow(line, row.sku, f"repeats the SKU of line {before}, which counts")
        yield row


def with_candidates(row: BadRow, found: Iterable[Variant]) -> BadRow:
    """Return the row with those of the variants that have its very SKU, and a reason that names them."""
    candidates = tuple(variant for variant in found if (variant.sku or "").strip() == row.sku)
    if not candidates:
        return row
    several = f", and its SKU matches {len(candidates)} variants" if len(candidates) > 1 else ""
    reason = f"{row.reason}{several}; the shop has it as {in_words(candidates)}"
    return replace(row, reason=reason, candidates=candidates)


def in_words(candidates: Iterable[Variant]) -> str:
    """Name variants so that a person can pick one."""
    return ", ".join(f"{variant.variant_id} ({variant.title})" for variant in candidates)


def sku_problem(sku: str) -> str | None:
    """Say why a trimmed text cannot be a SKU; nothing when it can."""
    if not sku:
        return "has no SKU"
    if len(sku) > _SKU_LENGTH:
        return f"its SKU is longer than {_SKU_LENGTH} characters"
    if any("\ud800" <= character <= "\udfff" for character in sku):
        return "its SKU is not valid UTF-8"
    if "\0" in sku:
        return "its SKU holds a NUL character"
    return None


def _read_row(line: int, cells: Sequence[str] | None, columns: tuple[int, int]) -> CatalogRow | BadRow:
    if cells is None:
        return BadRow(line, None, "is not valid CSV, such as a quote that is never closed")
    sku, variant = (cells[column].strip() if column < len(cells) else "" for column in columns)
    if problem := sku_problem(sku):
        return BadRow(line, None, problem)
    number = _VARIANT.fullmatch(variant)
    if number is None or not 0 < int(number[1]) <= _LARGEST_ID:
        return BadRow(line, sku, _variant_problem(variant), lacks_variant=not variant)
    return CatalogRow(line, sku, int(number[1]))


def _variant_problem(variant: str) -> str:
    if not variant:
        return "has no variant id"
    shown = ascii(variant[:80])
    if _SPREADSHEET.fullmatch(variant):
        return f"{shown} is a variant id that a spreadsheet has rounded; format the column as text"
    return f"{shown} is not a variant id: a number, or gid://shopify/ProductVariant/ and a number"
