"""Reading a catalog from a CSV file, a row at a time, as spreadsheets of many makers write it."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from bridge.domain.catalog_rows import BadRow, CatalogRow, NotACatalog, positions, read_rows

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class CatalogFile:
    """`lines` is how many lines follow the header, for a progress bar; `rows` is read once, as it is used."""

    lines: int
    rows: Iterator[CatalogRow | BadRow]


@contextmanager
def opened_catalog(path: Path) -> Iterator[CatalogFile]:
    """Open a catalog: UTF-8 or UTF-16, any line ends, with commas, semicolons or tabs.

    :raises NotACatalog: it is empty, or its first line does not name the columns
    """
    with path.open("rb") as binary:
        utf_16 = binary.read(2) in _UTF_16
        binary.seek(0)
        lines = sum(1 for _ in binary)
    encoding = "utf-16" if utf_16 else "utf-8-sig"
    # A byte that is not UTF-8 must spoil its row, not the file.
    errors = "replace" if utf_16 else "surrogateescape"
    with path.open(encoding=encoding, errors=errors, newline="") as text:
        yield CatalogFile(lines=max(lines - 1, 0), rows=_rows(text))


def _rows(text: TextIO) -> Iterator[CatalogRow | BadRow]:
    header = text.readline()
    if not header.strip():
        raise NotACatalog("the first line is empty; it must name the columns")
    delimiter = max(_DELIMITERS, key=header.count)
    columns = positions(next(csv.reader([header], delimiter=delimiter)))
    return read_rows(_cells(text, delimiter), columns)


def _cells(text: TextIO, delimiter: str) -> Iterator[tuple[int, Sequence[str] | None]]:
    # Strict, or a quote that is never closed would swallow the rest of the file without a word.
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 2  # The header was read before.
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, None
            continue
        yield line, cells
