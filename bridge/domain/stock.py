"""What can be sold of one item at one location, from what the shop said and what we have promised since."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stock:
    """One item at the location we sell from.

    :ivar stocked: False where the location does not carry the item: that is zero, not unknown
    :ivar tracked: False where the shop does not count the item: that is no limit
    :ivar available: whole units by the newest observation, may be negative; None where untracked
    :ivar reserved: units of our open reservations, which that observation cannot include yet
    :ivar is_stale: the observation is older than the shop's numbers should ever be
    """

    inventory_item_id: int
    stocked: bool
    tracked: bool
    available: int | None
    reserved: int
    is_stale: bool = False


def covers(stock: Stock, demand: int) -> bool:
    """Tell whether `demand` units, at least 1, can be promised now (decisions 57 and 57d)."""
    left = sellable(stock)
    return left is None or left >= demand


def sellable(stock: Stock) -> int | None:
    """Return the units that can be promised now, never below 0; None where there is no limit."""
    if not stock.stocked:
        return 0
    if not stock.tracked:
        return None
    return max((stock.available or 0) - stock.reserved, 0)
