"""Which variants a SKU that nobody mapped may stand for: for a person to look at, never to ship by.

Two signs count, and each match says which: the same SKU but for case, blanks and punctuation, and titles that
share most of their words.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_MOST = 3
# Of all the words in either title, so many must be in both, and at least two of them.
_SHARED = 0.5
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for, in the partner's words."""

    sku: str
    title: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A variant of the shop under a SKU that the shop or a partner has for it."""

    variant_id: int
    sku: str
    title: str


@dataclass(frozen=True, slots=True)
class Match:
    """`likeness` from above 0 to 1; `why` in words."""

    offer: Offer
    likeness: float
    why: str


def likely_matches(wanted: Sequence[Wanted], offers: Iterable[Offer]) -> list[Sequence[Match]]:
    """Return up to three matches for each that is wanted, the likeliest first.

    :param offers: looked at once, one by one, so there may be a hundred thousand of them
    """
    by_sku: dict[str, list[int]] = defaultdict(list)
    by_word: dict[str, list[int]] = defaultdict(list)
    words = [words_of(one.title) for one in wanted]
    for index, one in enumerate(wanted):
        by_sku[_plain(one.sku)].append(index)
        for word in words[index]:
            by_word[word].append(index)
    by_sku.pop("", None)
    best: list[dict[int, Match]] = [{} for _ in wanted]
    for offer in offers:
        theirs = words_of(offer.title)
        shared = Counter(index for word in theirs for index in by_word.get(word, ()))
        found = [(index, _by_title(offer, count, words[index], theirs)) for index, count in shared.items()]
        found += [(index, _by_sku(offer, wanted[index])) for index in by_sku.get(_plain(offer.sku), ())]
        for index, match in found:
            if match is not None:
                _keep(best[index], match)
    return [sorted(found.values(), key=_order)[:_MOST] for found in best]


def words_of(title: str) -> frozenset[str]:
    """Return the words of a title, in lower case."""
    return frozenset(_WORD.findall(title.casefold()))


def _plain(sku: str) -> str:
    return "".join(_WORD.findall(sku.casefold()))


def _by_sku(offer: Offer, wanted: Wanted) -> Match:
    same = offer.sku.strip() == wanted.sku
    return Match(offer, 1.0, "the same SKU" if same else "the same SKU but for case, blanks or punctuation")


def _by_title(offer: Offer, shared: int, ours: frozenset[str], theirs: frozenset[str]) -> Match | None:
    likeness = shared / len(ours | theirs)
    if ours == theirs:
        return Match(offer, 0.99, "the same words in the title")
    if shared < 2 or likeness < _SHARED:
        return None
    return Match(
        offer, likeness, f"{shared} words of the title in common: {', '.join(sorted(ours & theirs))}"
    )


def _keep(best: dict[int, Match], match: Match) -> None:
    """Keep the likelier match of a variant."""
    before = best.get(match.offer.variant_id)
    if before is None or _order(match) < _order(before):
        best[match.offer.variant_id] = match


def _order(match: Match) -> tuple[float, int, str]:
    return -match.likeness, match.offer.variant_id, match.offer.sku
