"""What the partner of these tests sells: the guide's SKU is the shop's coffee."""

from uuid import UUID

from sqlalchemy import func

from bridge.db import Database
from bridge.domain.shop import Shop
from bridge.models import InventoryLevel, Listing, Mark
from tests.flows.stage import COFFEE


def sell_coffee(db: Database, shop: Shop, *, partner_id: UUID, units: int) -> None:
    """Map the guide's SKU, and note how many units the shop has where it sells from."""
    coffee = shop.variants([COFFEE])[COFFEE]
    location_id = shop.profile().location_id
    with db.transaction() as session:
        session.add(Mark(name="location", value={"id": location_id}))
        session.add(
            Listing(
                partner_id=partner_id,
                sku="JDTQ1834",
                variant_id=COFFEE,
                product_id=coffee.product_id,
                inventory_item_id=coffee.inventory_item_id,
                title="Coffee",
            )
        )
        session.add(
            InventoryLevel(
                inventory_item_id=coffee.inventory_item_id,
                location_id=location_id,
                stocked=True,
                tracked=True,
                available=units,
                observed_at=func.now(),
                observed_by="read",
            )
        )
