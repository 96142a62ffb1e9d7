"""Which SKU of a collection stands for which variant, and which variants cannot be listed.

A SKU that several variants have stands for none of them: guessing would ship the wrong thing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bridge.domain.catalog_rows import in_words, sku_problem
from bridge.domain.shop_values import Variant


@dataclass(frozen=True, slots=True)
class Unlisted:
    """Variants that are not listed, with one sentence why. `sku` is None where there is none."""

    sku: str | None
    variants: tuple[Variant, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Choice:
    """`listed`: SKU -> its variant, in order of SKU."""

    listed: Mapping[str, Variant]
    unlisted: Sequence[Unlisted]


def choose(variants: Iterable[Variant]) -> Choice:
    """Pick the variant of every SKU that has exactly one.

    :param variants: of a whole collection; one that comes twice is one
    """
    by_sku: dict[str, dict[int, Variant]] = defaultdict(dict)
    for variant in variants:
        by_sku[(variant.sku or "").strip()][variant.variant_id] = variant
    listed: dict[str, Variant] = {}
    unlisted: list[Unlisted] = []
    for sku, found in sorted(by_sku.items()):
        candidates = tuple(found.values())
        if problem := sku_problem(sku):
            unlisted += [Unlisted(None, (one,), f"{in_words([one])} {problem}") for one in candidates]
        elif len(candidates) > 1:
            reason = f"its SKU matches {len(candidates)} variants: {in_words(candidates)}"
            unlisted.append(Unlisted(sku, candidates, reason))
        else:
            listed[sku] = candidates[0]
    return Choice(listed, unlisted)
