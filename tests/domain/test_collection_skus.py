"""Which SKUs of a collection can be listed."""

from decimal import Decimal

import pytest

from bridge.domain.catalog_rows import BadRow, with_candidates
from bridge.domain.collection_skus import choose
from bridge.domain.shop_values import Variant


def variant(variant_id: int, sku: str | None, title: str = "Lamp") -> Variant:
    return Variant(variant_id, 7, variant_id + 100, sku, title, Decimal("1.00"), tracked=True)


def test_a_sku_that_one_variant_has_is_listed_without_the_blanks_around_it():
    choice = choose([variant(2, " B "), variant(1, "A"), variant(1, "A")])

    assert {sku: one.variant_id for sku, one in choice.listed.items()} == {"A": 1, "B": 2}
    assert choice.unlisted == []


def test_a_sku_that_several_variants_have_is_refused_with_the_candidates():
    choice = choose([variant(1, "A", "Left lamp"), variant(2, "A ", "Right lamp"), variant(3, "a")])

    assert list(choice.listed) == ["a"]
    [refused] = choice.unlisted
    assert (refused.sku, [one.variant_id for one in refused.variants]) == ("A", [1, 2])
    assert refused.reason == "its SKU matches 2 variants: 1 (Left lamp), 2 (Right lamp)"


@pytest.mark.parametrize(
    ("because", "sku", "reason"),
    [
        ("none", None, "5 (Lamp) has no SKU"),
        ("blank", "  ", "5 (Lamp) has no SKU"),
        ("longer than a cart may send", "x" * 256, "5 (Lamp) its SKU is longer than 255 characters"),
    ],
)
def test_a_variant_that_no_cart_could_name_is_reported(because, sku, reason):
    choice = choose([variant(5, sku)])

    assert choice.listed == {}
    assert [(one.sku, one.reason) for one in choice.unlisted] == [(None, reason)]


@pytest.mark.parametrize(
    ("because", "found", "reason"),
    [
        ("nothing is there", [], "has no variant id"),
        ("another case is another SKU", [variant(1, "lamp-1")], "has no variant id"),
        ("one is there", [variant(1, "LAMP-1 ")], "has no variant id; the shop has it as 1 (Lamp)"),
        (
            "several are there",
            [variant(1, "LAMP-1", "Left"), variant(2, "LAMP-1", "Right")],
            "has no variant id, and its SKU matches 2 variants; the shop has it as 1 (Left), 2 (Right)",
        ),
    ],
)
def test_a_row_without_a_variant_is_refused_with_what_the_shop_has_under_its_sku(because, found, reason):
    row = with_candidates(BadRow(3, "LAMP-1", "has no variant id", lacks_variant=True), found)

    assert (row.line, row.sku, row.reason) == (3, "LAMP-1", reason)
    assert len(row.candidates) == reason.count("(")
