"""How a drawn life begins: with what most orders have behind them, or in the middle of what is worst."""

from bridge import jobs
from tests.lifecycle import floor
from tests.lifecycle.carts import NUMBERS
from tests.lifecycle.elements import Elements
from tests.lifecycle.model import Cart, Life
from tests.lifecycle.partners import Partners
from tests.lifecycle.sending import Sending

# Before it is an order of the shop.
YOUNG = (
    "submitted",
    "drafted",
    "confirmed",
    "confirmed and canceled",
    "its worker died before the draft",
    "its worker died after the draft",
    "the answer about its draft is lost",
    "its draft is late",
)
# Once it is one.
OLD = (
    "an order",
    "an order that its worker did not write down",
    "an order whose answer is lost",
    "an order that its spare draft became",
    "partly shipped",
    "shipped",
    "delivered",
    "to be canceled",
)


class Beginnings(Partners, Elements, Sending):
    """Each is a few steps that could have been drawn."""

    def _begin(self, cart: Cart, begun: str) -> None:
        self._submit(NUMBERS[0], cart, None)
        [life] = self.lives
        if begun in OLD:
            self._grow_old(life, begun)
        elif begun == "its worker died before the draft":
            self.world.do_until(self.world.piece(jobs.PUSH_ORDER), "push.claimed")
        elif begun == "its worker died after the draft":
            self.world.do_until(self.world.piece(jobs.PUSH_ORDER), "push.sent")
        elif begun == "the answer about its draft is lost":
            self.world.do_while_shopify_fails(self.world.piece(jobs.PUSH_ORDER), "lost_reply", times=1)
        elif begun == "its draft is late":
            self.world.do_and_see_no_draft(self.world.piece(jobs.PUSH_ORDER))
        elif begun != "submitted":
            self.world.work()
        if begun in ("confirmed", "confirmed and canceled"):
            self._confirm(life, accept=False)
        if begun == "confirmed and canceled":
            self._cancel(life)

    def _grow_old(self, life: Life, begun: str) -> None:
        if begun == "an order that its spare draft became":
            self._complete_a_spare(life)
            return
        self.world.work()
        self._confirm(life, accept=False)
        if begun == "an order that its worker did not write down":
            self.world.do_until(self.world.piece(jobs.CONFIRM_ORDER), "confirm.sent")
            return
        if begun == "an order whose answer is lost":
            self.world.do_while_shopify_fails(
                self.world.piece(jobs.CONFIRM_ORDER), "lost_reply", times=1, operation="draftOrderComplete"
            )
            return
        self.world.work()
        self.what_the_shop_made_of_it_is_allowed()
        assert life.sale is not None
        [order] = self.world.orders_of(life.id)
        if begun in ("partly shipped", "shipped", "delivered"):
            for position, units in life.sale.ordered.items():
                parcel = self._ship(life, order, position, 1 if begun == "partly shipped" else units)
                if begun == "delivered":
                    self._scan(parcel, "DELIVERED")
                if begun == "partly shipped":
                    break
        elif begun == "to be canceled":
            self._cancel(life)

    def _complete_a_spare(self, life: Life) -> None:
        """Its first draft shows only after a second was made, and is the one that staff complete (decision 47).

        The bridge hears of that at once: before it does, it may complete its own draft as well.
        """
        self.world.do_and_see_no_draft(self.world.piece(jobs.PUSH_ORDER))
        [spare] = self.world.late_drafts_of(life.id)
        for _ in range(5):
            self.world.pass_time(61)
            self.world.work()
        assert self.world.read(life.id).draft_id not in (None, spare.id)
        self.world.show_late_drafts()
        floor.complete_draft(self.world, spare.id)
        life.completed_by_staff = True
        self.world.collect()
        letters, self.world.mail = self.world.mail, []
        self.world.hand_over(letters)
        self.world.work()
        self.what_the_shop_made_of_it_is_allowed()
        assert life.sale is not None
        assert self.world.read(life.id).shopify_order_id == life.sale.number, "the first completed draft wins"
