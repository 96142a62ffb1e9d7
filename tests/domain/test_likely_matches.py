"""What a SKU that nobody mapped may stand for."""

import pytest

from bridge.domain.likely_matches import Offer, Wanted, likely_matches

TRAY = Offer(1, "JS-TRAY-01", "Last Copper Tray")


def of(wanted: Wanted, *offers: Offer) -> list[tuple[int, str]]:
    [matches] = likely_matches([wanted], offers)
    return [(match.offer.variant_id, match.why) for match in matches]


@pytest.mark.parametrize(
    ("because", "sku", "title", "why"),
    [
        ("it is the very SKU", "JS-TRAY-01", "Anything", "the same SKU"),
        ("case differs", "js-tray-01", "", "the same SKU but for case, blanks or punctuation"),
        ("punctuation differs", "JS TRAY/01", "", "the same SKU but for case, blanks or punctuation"),
        ("the title is the same", "X", "copper TRAY, last", "the same words in the title"),
        (
            "most of the title is the same",
            "X",
            "Copper tray (large)",
            "2 words of the title in common: copper, tray",
        ),
    ],
)
def test_a_match_says_what_is_alike(because, sku, title, why):
    assert of(Wanted(sku, title), TRAY) == [(1, why)]


@pytest.mark.parametrize(
    ("because", "wanted"),
    [
        ("nothing is alike", Wanted("X", "Olive board")),
        ("one word is not enough", Wanted("X", "Tray")),
        ("two words of many are not enough", Wanted("X", "Copper tray of solid oak with handles")),
        ("a SKU without a letter is no SKU", Wanted("--", "")),
    ],
)
def test_what_is_not_alike_is_no_match(because, wanted):
    assert of(wanted, TRAY, Offer(2, "??", "")) == []


def test_the_likeliest_three_come_first_and_a_variant_once():
    wanted = Wanted("js-tray-01", "Copper tray large round")
    offers = [
        Offer(9, "A", "Copper tray large"),
        Offer(8, "B", "Copper tray large round red"),
        Offer(7, "C", "Round large copper tray"),
        TRAY,
        Offer(1, "OTHER", "Copper tray large round"),
    ]

    assert [variant for variant, _ in of(wanted, *offers)] == [1, 7, 8]


def test_each_that_is_wanted_has_its_own_matches():
    found = likely_matches([Wanted("JSTRAY01", ""), Wanted("Y", "Olive board")], [TRAY])

    assert [[match.offer for match in matches] for matches in found] == [[TRAY], []]
