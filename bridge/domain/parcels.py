"""Which parcels of an order a partner sees, and which one its tracking fields show."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

# A fulfillment that ends like this never reached, or never will reach, anybody.
_DEAD = frozenset({"cancelled", "canceled", "error", "failure"})


@dataclass(frozen=True, slots=True)
class Parcel:
    """One fulfillment as Shopify reports it. `units` is whole units by Shopify's line id."""

    fulfillment_id: int
    status: str
    shipment_status: str | None
    created_at: datetime
    delivered_at: datetime | None
    carrier: str | None
    tracking_numbers: Sequence[str]
    tracking_urls: Sequence[str]
    units: Mapping[int, int]
    is_closing: bool = False


def visible(parcels: Iterable[Parcel]) -> list[Parcel]:
    """Return the parcels that are on their way or arrived, oldest first.

    The fulfillment that the bridge itself makes for lines that are not ours ships nothing, and a canceled
    one ships nothing any more.
    """
    alive = [parcel for parcel in parcels if not parcel.is_closing and parcel.status.casefold() not in _DEAD]
    return sorted(alive, key=lambda parcel: (parcel.created_at, parcel.fulfillment_id))


def tracked(parcels: Sequence[Parcel], supplier_lines: Collection[int]) -> Parcel | None:
    """Return the parcel whose tracking stands for the order: the newest one with a unit of ours (decision 21).

    :param parcels: as `visible` returns them
    :param supplier_lines: Shopify's ids of the lines that we supply
    """
    for parcel in reversed(parcels):
        if any(parcel.units.get(line, 0) > 0 for line in supplier_lines):
            return parcel
    return None
