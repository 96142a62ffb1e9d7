"""What staff and carriers do to orders in the shop, without telling the bridge."""

from collections.abc import Iterator
from contextlib import contextmanager

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from simulator.records import Order as ShopOrder
from tests.lifecycle import floor
from tests.lifecycle.model import Life
from tests.lifecycle.sending import Sending


class OrderStaff(Sending):
    """Orders shipped, refunded, edited, canceled, filed away, deleted."""

    @precondition(lambda self: self._parts_to_ship())
    @rule(data=st.data())
    def staff_ship(self, data) -> None:
        life, order, position = self._draw(data, self._parts_to_ship())
        self._ship(life, order, position, data.draw(st.integers(1, life.sale.waiting(position))))

    @precondition(lambda self: self._parcels())
    @rule(data=st.data(), status=st.sampled_from(("IN_TRANSIT", "DELIVERED", "DELIVERED")))
    def the_carrier_reports(self, data, status) -> None:
        _, parcel = self._draw(data, self._parcels())
        self._scan(parcel, status)

    @precondition(lambda self: self._parcels_to_take_back())
    @rule(data=st.data())
    def staff_take_a_parcel_back(self, data) -> None:
        _, parcel = self._draw(data, self._parcels_to_take_back())
        self.world.unship(parcel.gid)
        parcel.void = True

    @precondition(lambda self: self._parts_to_refund())
    @rule(data=st.data())
    def staff_refund(self, data) -> None:
        life, order, position, waiting, sent = self._draw(data, self._parts_to_refund())
        kinds = ("CANCEL", "NO_RESTOCK") if waiting else ("RETURN", "NO_RESTOCK")
        kind = data.draw(st.sampled_from(kinds))
        units = data.draw(st.integers(1, waiting or sent))
        with self._perhaps_closing(life, order):
            floor.refund(self.world, order, position, units, kind)
        (life.sale.not_due if waiting else life.sale.returned)[position] += units
        if kind != "NO_RESTOCK":
            life.sale.given_back[position] += units
        life.sale.refunded_at = self.world.now()

    @precondition(lambda self: self._parts_to_edit())
    @rule(data=st.data())
    def staff_take_units_off_the_order(self, data) -> None:
        life, order, position = self._draw(data, self._parts_to_edit())
        units = data.draw(st.integers(1, life.sale.waiting(position)))
        with self._perhaps_closing(life, order):
            floor.edit(self.world, order, position, life.sale.due(position) - units)
        life.sale.not_due[position] += units
        life.sale.given_back[position] += units

    @contextmanager
    def _perhaps_closing(self, life: Life, order: ShopOrder) -> Iterator[None]:
        """Taking away what was left to send has the shop file the order away by itself, in a second of its own."""
        self.world.pass_time(2)
        was_open = order.closed_at is None
        yield
        if was_open and order.closed_at is not None:
            life.sale.closed_at = self.world.second(order.closed_at)

    @precondition(lambda self: self._orders_to_cancel())
    @rule(data=st.data())
    def staff_cancel_in_the_shop(self, data) -> None:
        life, order = self._draw(data, self._orders_to_cancel())
        floor.cancel(self.world, order)
        life.sale.canceled_by_staff = True
        life.sale.note_cancellation(self.world.second(order.cancelled_at))

    @precondition(lambda self: self.left["filings"] and self._living_orders())
    @rule(data=st.data())
    def staff_file_the_order_away(self, data) -> None:
        """When nothing is under way: closing lines of the partner's own would come after it otherwise."""
        self.left["filings"] -= 1
        self._compare(deliver=True)
        orders = [(life, order) for life, order in self._living_orders() if life.sale.closed_at is None]
        if orders:
            life, order = self._draw(data, orders)
            self.world.pass_time(2)
            floor.reopen(self.world, order)  # The shop may have closed it by itself.
            floor.close(self.world, order)
            life.sale.closed_at = self.world.second(order.closed_at)

    @precondition(lambda self: self._filed_orders())
    @rule(data=st.data())
    def staff_open_it_again(self, data) -> None:
        life, order = self._draw(data, self._filed_orders())
        floor.reopen(self.world, order)
        life.sale.closed_at = None

    @precondition(lambda self: self._orders_to_delete())
    @rule(data=st.data())
    def staff_delete_the_order(self, data) -> None:
        self._compare(deliver=True)
        orders = self._orders_to_delete()
        if orders:
            life, order = self._draw(data, orders)
            floor.delete(self.world, order)
            life.sale.deleted = True
            for position in life.sale.ordered:
                life.sale.given_back[position] += life.sale.waiting(position)
