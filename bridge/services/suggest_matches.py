"""What the shop may have for the SKUs that a partner's customers did not get: from every listing and its search."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from bridge.db import Database
from bridge.domain.errors import ShopError
from bridge.domain.likely_matches import Match, Offer, Wanted, likely_matches, words_of
from bridge.domain.shop import Shop
from bridge.domain.shop_values import Variant
from bridge.models import Listing
from bridge.services.lost_business import LostLine
from bridge.services.patience import patiently

# One search each, so only for those that are worth most.
_TITLES_SEARCHED = 20
_ROWS = 5000


@dataclass(slots=True)
class Suggestions:
    """One list per line, empty for what is mapped. `shop_problem`: why the shop was not asked, or not for all."""

    matches: list[Sequence[Match]] = field(default_factory=list)
    shop_problem: str | None = None


def suggest_matches(db: Database, shop: Shop | None, lines: Sequence[LostLine]) -> Suggestions:
    """Suggest variants for the lines that stand for none; a line that was only out of stock needs no suggestion.

    :param shop: None to look at listings alone
    """
    unmapped = [index for index, line in enumerate(lines) if line.reason in ("unmapped", "retired")]
    wanted = [Wanted(lines[index].sku, lines[index].title) for index in unmapped]
    done = Suggestions(matches=[() for _ in lines])
    found: list[Variant] = []
    if shop is not None and wanted:
        done.shop_problem = _search(shop, wanted, found)
    offers = [Offer(one.variant_id, one.sku or "", one.title) for one in found]
    for index, matches in zip(unmapped, likely_matches(wanted, _all(db, offers)), strict=True):
        done.matches[index] = matches
    return done


def _search(shop: Shop, wanted: Sequence[Wanted], found: list[Variant]) -> str | None:
    """Add what the shop finds; return why that is not everything."""
    try:
        found += patiently(lambda: shop.find_variants([one.sku for one in wanted]))
        for one in wanted[:_TITLES_SEARCHED]:
            if words := sorted(words_of(one.title)):
                found += patiently(lambda: shop.find_titles(words))
    except ShopError as error:
        return error.message
    return None


def _all(db: Database, offers: Sequence[Offer]) -> Iterator[Offer]:
    """Yield what the shop found and then what any partner lists, without holding all of that."""
    yield from offers
    with db.transaction() as session:
        listed = session.execute(
            select(Listing.variant_id, Listing.sku, Listing.title).where(Listing.retired_at.is_(None)),
            execution_options={"yield_per": _ROWS},
        )
        for row in listed:
            yield Offer(row.variant_id, row.sku, row.title)
