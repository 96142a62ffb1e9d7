"""Which lines of a cart the supplier ships, and why it does not ship the others."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bridge.domain import stock
from bridge.domain.carts import CartItem
from bridge.domain.errors import StockUnknown
from bridge.domain.stock import Stock


class CustomReason(StrEnum):
    """Why a line is not ours: the partner keeps shipping it."""

    UNMAPPED = "unmapped"
    RETIRED = "retired"
    OUT_OF_STOCK = "out_of_stock"


@dataclass(frozen=True, slots=True)
class Listing:
    """One mapped SKU of the partner. Two SKUs may be one inventory item."""

    sku: str
    variant_id: int
    inventory_item_id: int
    is_retired: bool = False


@dataclass(frozen=True, slots=True)
class MatchedItem:
    """A cart line and what became of it: `listing` when it is ours, else `custom_reason`.

    :ivar available: units of a mapped item that could be promised when this was decided, to all lines of
        the cart together; None for no limit, and where the line is not mapped
    """

    item: CartItem
    listing: Listing | None
    custom_reason: CustomReason | None
    available: int | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Every line in the partner's order, and the units to reserve per inventory item."""

    items: tuple[MatchedItem, ...]
    reserve: Mapping[int, int]
    is_stale: bool

    @property
    def has_supplier_items(self) -> bool:
        return bool(self.reserve)

    @property
    def custom_items(self) -> tuple[CartItem, ...]:
        return tuple(matched.item for matched in self.items if matched.listing is None)


def match(items: Sequence[CartItem], listings: Mapping[str, Listing], stocks: Mapping[int, Stock]) -> Match:
    """Mark which cart lines the supplier ships.

    A line is supplied when its SKU is mapped and its item can be promised. Demand is summed per
    inventory item over the whole cart, under whichever SKUs it was asked for, and an item is promised
    for all of its lines or for none (decision 4).

    :param items: lines in the order the partner sent them
    :param listings: this partner's mapped SKUs, by SKU
    :param stocks: what can be sold of their items at our location, by inventory item id
    :raises StockUnknown: an item was never observed there; ignorance is not zero (decision 57d)
    """
    wanted: dict[int, int] = defaultdict(int)
    unknown: dict[int, str] = {}
    for item in items:
        listing = listings.get(item.sku)
        if listing is not None and not listing.is_retired:
            wanted[listing.inventory_item_id] += item.quantity
            if listing.inventory_item_id not in stocks:
                unknown[listing.inventory_item_id] = item.sku
    if unknown:
        skus = ", ".join(unknown.values())
        raise StockUnknown(f"Stock not read from the shop yet: {skus}.", sorted(unknown))
    reserve = {
        item_id: units for item_id, units in sorted(wanted.items()) if stock.covers(stocks[item_id], units)
    }
    return Match(
        items=tuple(_matched(item, listings.get(item.sku), stocks, reserve) for item in items),
        reserve=reserve,
        is_stale=any(stocks[item_id].is_stale for item_id in wanted),
    )


def _matched(
    item: CartItem, listing: Listing | None, stocks: Mapping[int, Stock], reserve: Mapping[int, int]
) -> MatchedItem:
    if listing is None:
        return MatchedItem(item, None, CustomReason.UNMAPPED)
    if listing.is_retired:
        return MatchedItem(item, None, CustomReason.RETIRED)
    available = stock.sellable(stocks[listing.inventory_item_id])
    if listing.inventory_item_id not in reserve:
        return MatchedItem(item, None, CustomReason.OUT_OF_STOCK, available)
    return MatchedItem(item, listing, None, available)
