"""What stands in the database and in the shop: looked at, never changed."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from bridge.models import InventoryLevel, Order, Reservation
from simulator.records import DraftOrder
from simulator.records import Order as ShopOrder
from tests.webhooks import stage


@dataclass
class Views(stage.Stage):
    """`items`: inventory items by SKU. `late`: drafts that Shopify has made, and shows to nobody yet."""

    items: dict[str, int] = field(default_factory=dict)
    late: list[DraftOrder] = field(default_factory=list)

    def rows(self) -> dict[UUID, Order]:
        """Every order as it stands."""
        with self.db.transaction() as session:
            return {order.id: order for order in session.scalars(select(Order))}

    # ------------------------------------------------------------ what is true in the shop

    def drafts_of(self, order_id: UUID) -> list[DraftOrder]:
        return [draft for draft in self._all("DraftOrder") if _names(draft, order_id)]

    def late_drafts_of(self, order_id: UUID) -> list[DraftOrder]:
        return [draft for draft in self.late if _names(draft, order_id)]

    def orders_of(self, order_id: UUID) -> list[ShopOrder]:
        return [order for order in self._all("Order") if _names(order, order_id)]

    def available(self, sku: str) -> int:
        """What the shop has for sale where we sell from."""
        with self.simulator.store.lock:
            item = self.simulator.store.get("InventoryItem", self.items[sku])
            return item.levels[self.simulator.store.default_location_id].quantities["available"]

    def _all(self, kind: str) -> list[Any]:
        with self.simulator.store.lock:
            return list(self.simulator.store.all(kind))

    # ------------------------------------------------------------ what the bridge would sell

    def for_sale(self, sku: str) -> int:
        with self.db.transaction() as session:
            level = session.scalars(
                select(InventoryLevel.available).where(InventoryLevel.inventory_item_id == self.items[sku])
            ).one()
            promised = session.scalar(
                select(func.coalesce(func.sum(Reservation.quantity), 0)).where(
                    Reservation.inventory_item_id == self.items[sku],
                    Reservation.state.in_(("held", "in_shopify")),
                )
            )
        return (level or 0) - (promised or 0)


def _names(record: DraftOrder | ShopOrder, order_id: UUID) -> bool:
    return f"bridge-{order_id.hex}" in record.tags
