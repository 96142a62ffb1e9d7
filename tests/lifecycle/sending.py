"""How parcels go out and arrive."""

from simulator.records import Order as ShopOrder
from tests.lifecycle import floor
from tests.lifecycle.laws import Laws
from tests.lifecycle.model import Life, Parcel


class Sending(Laws):
    """What staff and carriers do, and the model notes."""

    def _ship(self, life: Life, order: ShopOrder, position: int, units: int) -> Parcel:
        parcel = Parcel(floor.ship(self.world, order, position, units), {position: units})
        life.sale.parcels.append(parcel)
        life.note_sent()
        return parcel

    def _scan(self, parcel: Parcel, status: str) -> None:
        self.world.scan(parcel.gid, status)
        if status == "DELIVERED" and parcel.delivered_at is None:
            parcel.delivered_at = self.world.now()
