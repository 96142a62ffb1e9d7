"""Staff see what differs between the draft that was sent and what the shop holds."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bridge.domain.draft_differences import differences, is_ours
from bridge.domain.draft_order import draft_of
from tests.domain.drafts import line, placed, sale

SENT = draft_of(
    sale([line("0"), line("1", variant_id=None, title="Theirs", quantity=1, price="10")]), attempt=1
)
SAME = placed(SENT)
FIRST, *REST = SAME.lines


def test_what_the_shop_holds_unchanged_has_no_differences():
    assert not differences(SENT, SAME)
    assert differences(SENT, SAME).reasons == ()


def test_lines_may_stand_in_another_order():
    assert not differences(SENT, replace(SAME, lines=SAME.lines[::-1]))


@pytest.mark.parametrize(
    ("because", "lines", "sentence"),
    [
        ("fewer units", [replace(FIRST, quantity=1), *REST], "Product Name: 2 became 1"),
        (
            "another variant",
            [replace(FIRST, variant_id=12, title="Red"), *REST],
            "Product Name was replaced by Red",
        ),
        ("a line is gone", REST, "2 x Product Name was removed"),
        (
            "staff added a line",
            [FIRST, *REST, replace(FIRST, position=None, title="Gift", quantity=1)],
            "1 x Gift was added",
        ),
        (
            "a copied line",
            [FIRST, FIRST, *REST],
            "Product Name is there more than once; Product Name is there more than once",
        ),
    ],
)
def test_a_changed_line_is_told(because, lines, sentence):
    found = differences(SENT, replace(SAME, lines=tuple(lines)))

    assert str(found) == sentence
    assert found.reasons == ("lines_differ",)


@pytest.mark.parametrize(
    ("because", "change", "sentence"),
    [
        ("a cent", {"total": Decimal("69.77")}, "the total is 69.77, not 69.78 USD"),
        ("the same number of another currency", {"currency": "EUR"}, "the currency is EUR, not USD"),
    ],
)
def test_a_changed_amount_is_told(because, change, sentence):
    found = differences(SENT, replace(SAME, **change))

    assert str(found) == sentence
    assert found.reasons == ("amounts_differ",)


def test_trailing_zeros_are_no_difference():
    assert not differences(SENT, replace(SAME, total=Decimal("69.7800")))


@pytest.mark.parametrize(
    ("because", "found", "expected"),
    [
        ("what we made", SAME, True),
        ("of another attempt", replace(SAME, attributes={**SENT.attributes, "bridge_attempt": "2"}), False),
        ("of another order", replace(SAME, attributes={**SENT.attributes, "bridge_order": "x"}), False),
        ("names nothing", replace(SAME, attributes={}), False),
        ("a copy that lost its shipping", replace(SAME, total=Decimal("64.78")), False),
    ],
)
def test_only_what_our_attempt_made_is_ours(because, found, expected):
    assert is_ours(SENT, found) is expected
