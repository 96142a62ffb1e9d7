"""What tests of the sync by pages share: the sync itself, what it wrote, and a shop that is overtaken."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from bridge.db import Database
from bridge.domain import shop_values
from bridge.domain.shop import Shop
from bridge.models import InventoryLevel, Listing
from bridge.services.stock_location import known_location
from bridge.services.sync_inventory import sync_inventory
from bridge.services.sync_runs import Sweep


@dataclass
class Overtaken:
    """The real shop; between its answer about levels and our storing it, something happens."""

    shop: Shop
    meanwhile: Callable[[], None]

    def profile(self) -> shop_values.ShopProfile:
        return self.shop.profile()

    def spent(self) -> shop_values.Spent:
        return self.shop.spent()

    def inventory_levels(
        self, items: Sequence[int], location_id: int
    ) -> Mapping[int, shop_values.InventoryLevel]:
        answer = self.shop.inventory_levels(items, location_id)
        self.meanwhile()
        return answer


def sync(db: Database, shop: Shop | Overtaken, **options) -> Sweep:
    sweep = sync_inventory(
        db,
        shop,  # type: ignore[arg-type]  # the part of a shop that a sync uses
        **{"configured_location": None, "pause": lambda _seconds: None, **options},
    )
    assert sweep is not None
    return sweep


def available(db: Database, listing: Listing) -> int | None:
    with db.transaction() as session:
        return session.scalars(
            select(InventoryLevel.available).where(
                InventoryLevel.inventory_item_id == listing.inventory_item_id,
                InventoryLevel.location_id == known_location(session),
            )
        ).one()


def location_of(db: Database) -> int:
    with db.transaction() as session:
        location = known_location(session)
    assert location is not None
    return location
