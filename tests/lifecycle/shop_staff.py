"""What staff and carriers do in the shop, without telling the bridge."""

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from tests.lifecycle import floor
from tests.lifecycle.laws import Laws
from tests.lifecycle.model import Parcel


class ShopStaff(Laws):
    """Drafts completed, edited, deleted, copied; orders shipped, refunded, edited, canceled, filed away, deleted."""

    @precondition(lambda self: self._drafts_to_complete())
    @rule(data=st.data())
    def staff_complete_the_draft(self, data) -> None:
        _, draft = self._draw(data, self._drafts_to_complete())
        floor.complete_draft(self.world, draft.id)

    @precondition(lambda self: self._recorded_drafts())
    @rule(data=st.data())
    def staff_edit_the_draft(self, data) -> None:
        life, draft = self._draw(data, self._recorded_drafts())
        position = data.draw(st.sampled_from(sorted(life.cart.ours)))
        floor.take_one_more(self.world, draft.id, position)
        before = life.draft_edited or life.cart.ours
        life.draft_edited = {**before, position: before[position] + 1}

    @precondition(lambda self: self._recorded_drafts())
    @rule(data=st.data())
    def staff_delete_the_draft(self, data) -> None:
        life, draft = self._draw(data, self._recorded_drafts())
        floor.delete_draft(self.world, draft.id)
        life.draft_deleted = True

    @precondition(lambda self: self._drafts_to_copy())
    @rule(data=st.data())
    def staff_duplicate_a_draft(self, data) -> None:
        life, draft = self._draw(data, self._drafts_to_copy())
        life.copies.add(floor.duplicate_draft(self.world, draft.id))

    @precondition(lambda self: self._open_copies())
    @rule(data=st.data())
    def staff_complete_a_copy(self, data) -> None:
        life, draft = self._draw(data, self._open_copies())
        floor.complete_draft(self.world, draft.id)
        life.copied_orders.add(draft.order.id)

    # ------------------------------------------------------------ staff in the shop: orders

    @precondition(lambda self: self._parts_to_ship())
    @rule(data=st.data())
    def staff_ship(self, data) -> None:
        life, order, position = self._draw(data, self._parts_to_ship())
        units = data.draw(st.integers(1, life.sale.waiting(position)))
        parcel = floor.ship(self.world, order, position, units)
        life.sale.parcels.append(Parcel(parcel, {position: units}))
        life.note_sent()

    @precondition(lambda self: self._parcels())
    @rule(data=st.data(), status=st.sampled_from(("IN_TRANSIT", "DELIVERED", "DELIVERED")))
    def the_carrier_reports(self, data, status) -> None:
        _, parcel = self._draw(data, self._parcels())
        self.world.scan(parcel.gid, status)
        if status == "DELIVERED" and parcel.delivered_at is None:
            parcel.delivered_at = self.world.now()

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
        floor.edit(self.world, order, position, life.sale.due(position) - units)
        life.sale.not_due[position] += units
        life.sale.given_back[position] += units

    @precondition(lambda self: self._orders_to_cancel())
    @rule(data=st.data())
    def staff_cancel_in_the_shop(self, data) -> None:
        life, order = self._draw(data, self._orders_to_cancel())
        floor.cancel(self.world, order)
        life.sale.canceled_by_staff = True
        life.sale.note_cancellation(self.world.second(order.cancelled_at))

    @precondition(lambda self: self._living_orders())
    @rule(data=st.data())
    def staff_file_the_order_away(self, data) -> None:
        """When nothing is under way: closing lines of the partner's own would come after it otherwise."""
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
