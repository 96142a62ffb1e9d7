"""What counts as a row of a catalog: every maker's CSV, every mistake with its line and reason."""

import tracemalloc
from pathlib import Path

import pytest

from bridge.domain.catalog_rows import BadRow, CatalogRow, NotACatalog
from bridge.services.catalog_file import opened_catalog

VARIANT = 44219312570580


def read(path: Path, content: str | bytes) -> list[CatalogRow | BadRow]:
    path = path / "catalog.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with opened_catalog(path) as catalog:
        return list(catalog.rows)


@pytest.mark.parametrize(
    ("because", "content"),
    [
        ("plain", f"sku,shopify_variant_id\nA,{VARIANT}\n"),
        ("no newline at the end", f"sku,shopify_variant_id\nA,{VARIANT}"),
        ("a gid", f"sku,shopify_variant_id\nA,gid://shopify/ProductVariant/{VARIANT}\n"),
        ("Windows line ends", f"sku,shopify_variant_id\r\nA,{VARIANT}\r\n"),
        ("a byte order mark, as Excel writes it", f"\ufeffsku,shopify_variant_id\nA,{VARIANT}\n"),
        ("semicolons, as Excel writes them in half of the world", f"sku;shopify_variant_id\nA;{VARIANT}\n"),
        ("tabs", f"sku\tshopify_variant_id\nA\t{VARIANT}\n"),
        ("UTF-16, as Excel's Unicode text", f"sku\tshopify_variant_id\nA\t{VARIANT}\n".encode("utf-16")),
        ("other columns and another order", f"title,shopify_variant_id,note,sku\nX,{VARIANT},y,A\n"),
        ("capitals and blanks in the header", f" SKU , Shopify_Variant_ID \nA,{VARIANT}\n"),
        ("blanks around values", f"sku,shopify_variant_id\n  A  ,  {VARIANT} \n"),
        ("quotes", f'"sku","shopify_variant_id"\n"A","{VARIANT}"\n'),
        ("blank lines are nothing", f"sku,shopify_variant_id\n\nA,{VARIANT}\n\n,\n"),
        ("cells missing at the end", f"sku,shopify_variant_id,title\nA,{VARIANT}\n"),
    ],
)
def test_a_file_of_any_maker_is_read(because, content, tmp_path):
    rows = read(tmp_path, content)

    assert [(row.sku, row.variant_id) for row in rows] == [("A", VARIANT)]


@pytest.mark.parametrize(
    ("because", "line", "reason"),
    [
        ("no SKU", ",44219312570580", "has no SKU"),
        ("no variant", "A,", "has no variant id"),
        ("a word", "A,latest", "is not a variant id"),
        ("zero", "A,0", "is not a variant id"),
        ("negative", "A,-5", "is not a variant id"),
        ("larger than any id", "A,99999999999999999999", "is not a variant id"),
        ("the gid of a product", "A,gid://shopify/Product/5", "is not a variant id"),
        ("what a spreadsheet makes of long numbers", "A,4.42193E+13", "rounded"),
        ("Arabic digits", "A,٤٤٢١٩٣", "is not a variant id"),
        ("a formula", 'A,"=HYPERLINK(""x"")"', "is not a variant id"),
        ("a SKU of 256 characters", "A" * 256 + ",5", "longer than 255"),
        ("a quote in the wrong place", 'A,"5"5', "is not valid CSV"),
        ("NUL", "A\0B,5", "NUL"),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_the_others_are_read(because, line, reason, tmp_path):
    rows = read(tmp_path, f"sku,shopify_variant_id\nGOOD,7\n{line}\nLAST,8\n")

    good = [row.sku for row in rows if isinstance(row, CatalogRow)]
    bad = [row for row in rows if isinstance(row, BadRow)]
    assert good == ["GOOD", "LAST"]
    assert [row.line for row in bad] == [3]
    assert reason in bad[0].reason


def test_a_byte_that_is_not_utf_8_spoils_its_row_only(tmp_path):
    rows = read(tmp_path, b"sku,shopify_variant_id\nCAF\xc9,5\nB,6\n")

    assert isinstance(rows[0], BadRow)
    assert "UTF-8" in rows[0].reason
    assert rows[1] == CatalogRow(3, "B", 6)


def test_a_repeated_sku_is_bad_and_the_first_one_counts(tmp_path):
    rows = read(tmp_path, "sku,shopify_variant_id\nA,5\nA,6\nA ,5\n")

    assert rows[0] == CatalogRow(2, "A", 5)
    assert [(row.line, row.sku) for row in rows[1:]] == [(3, "A"), (4, "A")]
    assert all("line 2" in row.reason for row in rows[1:])


def test_two_skus_may_be_one_variant(tmp_path):
    rows = read(tmp_path, "sku,shopify_variant_id\nA,5\nB,5\n")

    assert all(isinstance(row, CatalogRow) for row in rows)


def test_a_quote_that_is_never_closed_is_told_and_not_swallowed(tmp_path):
    rows = read(tmp_path, 'sku,shopify_variant_id\nA,5\n"B,6\nC,7\n')

    assert rows[0] == CatalogRow(2, "A", 5)
    assert rows[1] == BadRow(3, None, "is not valid CSV, such as a quote that is never closed")


@pytest.mark.parametrize(
    ("because", "content"),
    [
        ("empty", ""),
        ("a blank first line", "\nsku,shopify_variant_id\n"),
        ("no variant column", "sku,variant\nA,5\n"),
        ("no SKU column", "shopify_variant_id\n5\n"),
        ("a column twice", "sku,sku,shopify_variant_id\nA,B,5\n"),
        ("a picture", b"\x89PNG\r\n\x1a\n\0\0\0"),
    ],
)
def test_what_is_no_catalog_is_refused_as_a_whole(because, content, tmp_path):
    with pytest.raises(NotACatalog, match=r"first line|column"):
        read(tmp_path, content)


def test_a_hundred_thousand_rows_are_streamed(tmp_path):
    path = tmp_path / "catalog.csv"
    path.write_text("sku,shopify_variant_id\n" + "".join(f"SKU-{n:06},{n + 1}\n" for n in range(100_000)))

    tracemalloc.start()
    with opened_catalog(path) as catalog:
        lines = catalog.lines
        count = sum(isinstance(row, CatalogRow) for row in catalog.rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert (lines, count) == (100_000, 100_000)
    assert peak < 30_000_000  # The SKUs that were seen, to find those that repeat; never the rows.
