"""What customers, staff, the shop and the line between them do, and what must be true after each of it (ADR 0013)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.db import clock
from bridge.domain.references import token_of
from bridge.models import Order, Reservation
from bridge.services import reserve_stock
from bridge.services.order_decisions import request_cancel, request_confirm, request_reject
from bridge.services.record_shop_order import record_shop_order
from tests.ledger.model_shop import ModelDraft, now
from tests.ledger.world import SKU_OF, SKUS, THERE, Seen, World
from tests.support.buying import buy, buy_in
from tests.support.selling import LOCATION

DECISIONS = {"INCOMPLETE_CAUTION": request_reject, "UNFULFILLED": request_cancel}


class Ledger(World):
    """Steps to choose from: each is possible at any time, and does nothing where there is nothing to do it to."""

    def begin(self, stages: Iterable[str], lag: int) -> None:
        """Begin with news on their way and orders that have come far, so that few steps lead to rare places.

        :param lag: of how many seconds ago the shop's answers are
        """
        self.shop.lag = lag
        self.read_begins()
        for item in THERE:
            self.shop.move(item, 1)
        self.time_passes(2, working=False)
        for stage in stages:
            self.submit({"LAMP": 1, "CHAIR": 1}, working=stage != "submitted")
            for step in STAGES[stage]:
                step(self)

    # ------------------------------------------------------------ customers and staff, through the bridge

    def submit(self, cart: Mapping[str, int], working: bool) -> None:
        """A line is promised if and only if what is asked for of its item is there to sell."""
        wanted: Counter[int] = Counter()
        for sku, units in cart.items():
            wanted[SKUS[sku]] += units
        with self.db.transaction() as session:
            left = {item: self.left(session, item) for item in wanted}
        order_id = buy(self.db, self.partner_id, f"PO-{now().timestamp()}", cart)
        with self.db.transaction() as session:
            got = self.got(session, order_id)
        if order_id is not None:
            self.shop.owners[token_of(order_id)] = order_id
            self.promised[order_id] = got
        for item, units in wanted.items():
            assert got[item] <= left[item], "more was promised than there is to sell"
            assert got[item] == units or left[item] < units, "what there is to sell was not sold"
        if working:
            self.work()

    def confirm(self, which: int = 0) -> None:
        """That the units are there is asked by the model, when the bridge completes the draft."""
        order = self.order(which)
        if order is None or order.status != "INCOMPLETE_CAUTION" or order.intent is not None:
            return
        with self.db.transaction() as session:
            request_confirm(session, order_id=order.id, by="staff", now=clock(session))
        self.work()
        draft = self.shop.of(order.id)
        if (
            draft is not None and draft.placed.order_id is None and draft.hold
        ):  # It may be too new to be relied on.
            self.time_passes(11, working=True)
        if draft is not None and draft.placed.order_id is None:
            there = self.shop.inventory_levels([*draft.units], LOCATION)
            assert any(there[item].available < n for item, n in draft.units.items()), "nothing was short"

    def reject_or_cancel(self, which: int, restocked: bool) -> None:
        order = self.order(which)
        if order is None or order.status not in DECISIONS:
            return
        self.shop.restocks = restocked
        with self.db.transaction() as session:
            DECISIONS[order.status](
                session, order_id=order.id, by="staff", reason="because", now=clock(session)
            )
        self.work()
        with self.db.transaction() as session:
            assert session.get_one(Order, order.id).status in ("REJECTED", "CANCELED")
        draft = self.shop.of(order.id)
        if draft is None:  # It never was the shop's: what it was promised is free at once.
            del self.promised[order.id]
        elif not draft.taken:
            self.settling[order.id] = self.promised.pop(order.id)
        # Else its units are not on the shelf again: gone like a promise kept.

    # ------------------------------------------------------------ the shop, by itself

    def storefront_sells_out(self, item: int) -> None:
        """Nobody tells the storefront what the bridge has promised."""
        self.shop.move(item, -max(self.shop.available(item), 0))

    def goods_arrive(self, item: int) -> None:
        self.shop.move(item, 2)

    def staff_complete_the_draft(self, which: int = 0) -> None:
        """The bridge does not hear of it yet: `hear_of_order` tells, or confirming finds out."""
        if (draft := self._draft(which)) is not None:
            self.shop.order_of(draft)

    def hear_of_order(self, which: int) -> None:
        if (draft := self._draft(which)) is not None:
            self._hear_of(draft)

    def staff_refund_and_restock(self, which: int) -> None:
        """The order's units are back on the shelf, and it is nobody's promise any more."""
        draft = self._draft(which)
        if draft is not None and draft.taken:
            self.settling[draft.owner] = self.promised.pop(draft.owner)
            self.shop.restock(draft)

    def staff_take_the_hold_off(self, which: int = 0) -> None:
        """The bridge hears of it at once; a number that arrives before is the one gap (see the ADR)."""
        draft = self._draft(which)
        if draft is not None and draft.hold:
            self.shop.end_hold(draft)
            with self.db.transaction() as session:
                order = session.scalars(select(Order).where(Order.id == draft.owner).with_for_update()).one()
                reserve_stock.doubt_hold(session, order)

    # ------------------------------------------------------------ time, and news that is late, lost, doubled, unordered

    def time_passes(self, seconds: int, working: bool) -> None:
        self.let_pass(timedelta(seconds=seconds))
        if working:
            self.work()

    def webhook_arrives(self, which: int, again: bool) -> None:
        letters = self.shop.letters
        if letters:
            letter = letters[which % len(letters)] if again else letters.pop(which % len(letters))
            with self.db.transaction() as session:
                self.held |= self.take_letter(session, *letter)

    def read_begins(self) -> None:
        with self.db.transaction() as session:
            self.reads.append(self.begin_read(session, self.shop.lag))

    def read_arrives(self, which: int, again: bool) -> None:
        if self.reads:
            read = self.reads[which % len(self.reads)] if again else self.reads.pop(which % len(self.reads))
            with self.db.transaction() as session:
                self.held |= self.take_read(session, *read)

    def everything_is_read(self) -> None:
        self.read_begins()
        self.read_arrives(-1, again=False)

    # ------------------------------------------------------------ what must be true

    def check(self) -> None:
        """Look that each promise is subtracted at least once, and nothing for nobody, whatever news came just now."""
        with self.db.transaction() as session:
            for item, seen in self.held.items():
                assert self.subtracted(session, item) >= self.still_in(seen, item), "promised and sold again"
                assert self.subtracted(session, item) <= self.owed(item), "subtracted for nobody"
            for take in self._possible_news(session):
                might_be = session.begin_nested()
                for item, seen in take().items():
                    assert self.subtracted(session, item) >= self.still_in(seen, item), "would be sold again"
                might_be.rollback()
            self._check_what_carts_get(session)
            session.rollback()

    def _check_what_carts_get(self, session: Session) -> None:
        """Look that a cart gets the last unit of what there is, and nothing of an item of which it wants one more."""
        left = {item: self.left(session, item) for item in THERE}
        for scarce in THERE:
            wanted = {item: units + (item == scarce) for item, units in left.items()}
            might_be = session.begin_nested()
            cart = {SKU_OF[item]: units for item, units in wanted.items() if units}
            got = self.got(session, buy_in(session, self.partner_id, "what if", cart))
            assert got == +Counter(left | {scarce: 0}), "more is sold than there is, or less"
            might_be.rollback()

    def _possible_news(self, session: Session) -> Iterator[Callable[[], Seen]]:
        """Yield how what is on its way could arrive: the oldest, the newest, and reads that begin now."""
        for read in (*self.reads[:1], *(self.begin_read(session, lag) for lag in (0, 9))):
            yield partial(self.take_read, session, *read)
        for letter in (*self.shop.letters[:1], *self.shop.letters[1:][-1:]):
            yield partial(self.take_letter, session, *letter)

    def come_to_rest(self) -> None:
        """Let everything be decided and come to rest; then every living promise is subtracted exactly once.

        What the shop took is known by reads that the bridge asked for itself; one more shows what nobody told.
        """
        self.shop.lag = 0
        for draft in self.shop.drafts.values():
            self._hear_of(draft)
        for seconds in (400, 7400, 12):
            self.time_passes(seconds, working=True)
        for which in range(len(self.promised)):
            self.confirm(which)
        for _ in range(2):
            self.time_passes(12, working=True)
        with self.db.transaction() as session:
            waiting = session.scalars(select(Reservation).where(Reservation.state == "in_shopify")).all()
            assert not waiting, "no read was asked for, or none that began late enough"
        self.everything_is_read()
        with self.db.transaction() as session:
            for item, seen in self.held.items():
                assert seen.available == self.shop.available(item)
                assert self.subtracted(session, item) == self.still_in(seen, item), "not exactly once"

    def _draft(self, which: int) -> ModelDraft | None:
        order = self.order(which)
        return None if order is None else self.shop.of(order.id)

    def _hear_of(self, draft: ModelDraft) -> None:
        if draft.placed.order_id is None:
            return
        with self.db.transaction() as session:
            order = session.scalars(select(Order).where(Order.id == draft.owner).with_for_update()).one()
            record_shop_order(
                session, order, shop_order_id=draft.placed.order_id, name="", actor="shopify", now=clock(session)
            )  # fmt: skip


def _seconds_later(ledger: Ledger) -> None:
    ledger.time_passes(12, working=True)


def _workers_are_away(ledger: Ledger) -> None:
    ledger.time_passes(12, working=False)


def _hours_later(ledger: Ledger) -> None:
    ledger.time_passes(5700, working=False)


def _sell_out(ledger: Ledger) -> None:
    for item in THERE:
        ledger.storefront_sells_out(item)


def _reject_or_cancel(ledger: Ledger) -> None:
    ledger.reject_or_cancel(0, restocked=False)


# How the newest order gets from its draft to where a story begins.
STAGES: dict[str, Sequence[Callable[[Ledger], None]]] = {
    "submitted": (),
    "with a draft": (),
    "with its units gone": (_sell_out,),
    "completed by staff": (Ledger.staff_complete_the_draft,),
    "ordered": (Ledger.confirm,),
    "ordered before the workers went away": (Ledger.confirm, _workers_are_away),
    "handed over": (Ledger.confirm, _seconds_later),
    "rejected": (_reject_or_cancel,),
    "canceled": (Ledger.confirm, _reject_or_cancel),
    "held": (_seconds_later,),
    "let go by staff": (_seconds_later, Ledger.staff_take_the_hold_off),
    "no longer held": (_seconds_later, _hours_later),
    "known to be no longer held": (_seconds_later, _hours_later, Ledger.everything_is_read),
    "held anew": (_seconds_later, _hours_later, Ledger.everything_is_read, Ledger.work),
}
