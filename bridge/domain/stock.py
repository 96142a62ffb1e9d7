"""What can be sold of one item at one location, from what the shop said and what we have promised since."""

from dataclasses import dataclass
from enum import StrEnum

# What PostgreSQL's integer holds, with room for sums.
MAX_BUFFER = 1_000_000


@dataclass(frozen=True, slots=True)
class Stock:
    """One item at the location we sell from.

    :ivar stocked: False where the location does not carry the item: that is zero, not unknown
    :ivar tracked: False where the shop does not count the item: that is no limit
    :ivar available: whole units by the newest observation, may be negative; None where untracked
    :ivar reserved: units of our open reservations, which that observation cannot include yet
    :ivar buffer: units that stay in the shop whatever is asked for, at least 0
    :ivar is_stale: the observation is older than the shop's numbers should ever be
    """

    inventory_item_id: int
    stocked: bool
    tracked: bool
    available: int | None
    reserved: int
    buffer: int = 0
    is_stale: bool = False


class Availability(StrEnum):
    """What a cart with one unit of a listed SKU would meet."""

    IN_STOCK = "in_stock"
    OUT_OF_STOCK = "out_of_stock"
    UNKNOWN = "unknown"
    RETIRED = "retired"


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
    return max((stock.available or 0) - stock.reserved - stock.buffer, 0)


def availability(stock: Stock | None, *, is_retired: bool) -> Availability:
    """Return what a partner is told of one SKU.

    :param stock: None where the item was never observed, which is not zero (decision 57d)
    """
    if is_retired:
        return Availability.RETIRED
    if stock is None:
        return Availability.UNKNOWN
    return Availability.IN_STOCK if covers(stock, 1) else Availability.OUT_OF_STOCK
