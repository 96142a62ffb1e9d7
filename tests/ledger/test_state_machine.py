"""Whatever comes in whichever order: never more sold than there is, never a unit leaked (ADR 0013).

The bridge's own services run on a real database beside a plain model of the shop. After every step, each promise that
lives is subtracted at least once: by the number the bridge holds, or by the bridge. In the end, exactly once.
"""

from collections import Counter
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from bridge.db import Database, clock
from bridge.domain.references import token_of
from bridge.models import InventoryLevel, Order, Reservation
from bridge.services import reserve_stock
from bridge.services.observe_stock import observe_webhook_level, store_read
from bridge.services.order_decisions import request_cancel, request_confirm, request_reject
from bridge.services.record_shop_order import record_shop_order
from tests.ledger.model_shop import now
from tests.ledger.world import THERE, World, level_of
from tests.support.buying import buy
from tests.support.selling import LOCATION, sellable

choice = st.integers(min_value=0, max_value=99)
items = st.sampled_from(sorted(THERE))


class Ledger(World):
    """What customers, staff, the shop and the line between them do, in any order."""

    @initialize(stages=st.lists(st.sampled_from(["waiting", "held", "ordered", "handed over"]), max_size=3))
    def begin_with_orders(self, stages: list[str]) -> None:
        """Some orders that have come some way, so that few steps lead to the rare places."""
        for stage in stages:
            self.submit(1, 0, 1, pushed=True)
            if not self.promised:
                return
            newest = len(self.promised) - 1
            if stage == "held":
                self.time_passes(12, working=True)
            if stage in ("ordered", "handed over"):
                self.confirm(newest)
            if stage == "handed over":
                self.time_passes(12, working=True)

    # ------------------------------------------------------------ customers and staff, through the bridge

    @rule(lamps=st.integers(0, 2), gifts=st.integers(0, 2), chairs=st.integers(0, 2), pushed=st.booleans())
    def submit(self, lamps: int, gifts: int, chairs: int, pushed: bool) -> None:
        units = {sku: n for sku, n in (("LAMP", lamps), ("CHAIR", chairs), ("LAMP-GIFT", gifts)) if n}
        order_id = buy(self.db, self.partner_id, f"PO-{now().timestamp()}", units) if units else None
        if order_id is not None:
            self.shop.owners[token_of(order_id)] = order_id
            with self.db.transaction() as session:
                rows = session.scalars(select(Reservation).where(Reservation.order_id == order_id))
                self.promised[order_id] = Counter({row.inventory_item_id: row.quantity for row in rows})
        if pushed:
            self.work()

    @precondition(lambda self: self.promised)
    @rule(which=choice)
    def confirm(self, which: int) -> None:
        order = self.order(which)
        draft = self.shop.of(order.id)
        if order.status != "INCOMPLETE_CAUTION" or order.intent is not None:
            return
        there = {item: self.shop.available(item) for item in THERE}
        with self.db.transaction() as session:
            request_confirm(session, order_id=order.id, by="staff", now=clock(session))
        was_completed = draft is not None and draft.placed.order_id is not None
        held = dict(draft.hold) if draft is not None else {}
        self.work()
        draft = self.shop.of(order.id)
        if draft is not None and draft.placed.order_id is not None and not was_completed:
            short = [item for item, n in draft.units.items() if there[item] + held.get(item, 0) < n]
            assert not short, "completed without the units being there"

    @precondition(lambda self: self.promised)
    @rule(which=choice, restocked=st.booleans())
    def reject_or_cancel(self, which: int, restocked: bool) -> None:
        order = self.order(which)
        request = {"INCOMPLETE_CAUTION": request_reject, "UNFULFILLED": request_cancel}.get(order.status)
        if request is None:
            return
        self.shop.restocks = restocked
        with self.db.transaction() as session:
            request(session, order_id=order.id, by="staff", reason="because", now=clock(session))
        self.work()
        assert self.status(order.id) in ("REJECTED", "CANCELED")
        draft = self.shop.of(order.id)
        if (
            draft is None or not draft.taken
        ):  # Else its units are not on the shelf again: gone like a promise kept.
            del self.promised[order.id]

    @rule()
    def workers_work(self) -> None:
        self.work()

    # ------------------------------------------------------------ the shop, by itself

    @rule(item=items, units=st.integers(1, 3))
    def storefront_sells(self, item: int, units: int) -> None:
        self.shop.move(item, -min(units, max(self.shop.available(item), 0)))

    @rule(item=items, units=st.integers(1, 3))
    def goods_arrive(self, item: int, units: int) -> None:
        self.shop.move(item, units)

    @precondition(lambda self: self.promised)
    @rule(which=choice)
    def staff_complete_the_draft(self, which: int) -> None:
        """The bridge does not hear of it yet: `hear_of_order` tells, or confirming finds out."""
        draft = self.shop.of(self.order(which).id)
        if draft is not None:
            self.shop.complete_draft(draft.placed.draft_id, payment_pending=True)

    @precondition(lambda self: self.promised)
    @rule(which=choice)
    def hear_of_order(self, which: int) -> None:
        draft = self.shop.of(self.order(which).id)
        if draft is None or draft.placed.order_id is None:
            return
        with self.db.transaction() as session:
            order = session.scalars(select(Order).where(Order.id == draft.owner).with_for_update()).one()
            record_shop_order(
                session, order, shop_order_id=draft.placed.order_id, name="", actor="shopify", now=clock(session)
            )  # fmt: skip

    @precondition(lambda self: self.promised)
    @rule(which=choice)
    def staff_refund_and_restock(self, which: int) -> None:
        """The order's units are back on the shelf, and it is nobody's promise any more."""
        draft = self.shop.of(self.order(which).id)
        if draft is not None and draft.taken:
            del self.promised[draft.owner]
            self.shop.restock(draft)

    @precondition(lambda self: self.promised)
    @rule(which=choice)
    def staff_take_the_hold_off(self, which: int) -> None:
        """The bridge hears of it at once; a number that arrives before is the one gap (see the ADR)."""
        draft = self.shop.of(self.order(which).id)
        if draft is not None and draft.hold:
            self.shop.end_hold(draft)
            with self.db.transaction() as session:
                order = session.scalars(select(Order).where(Order.id == draft.owner).with_for_update()).one()
                reserve_stock.doubt_hold(session, order)

    # ------------------------------------------------------------ time, and news that is late, lost, doubled, unordered

    @rule(seconds=st.sampled_from([4, 12, 400, 6900, 7400]), working=st.booleans())
    def time_passes(self, seconds: int, working: bool) -> None:
        self.let_pass(timedelta(seconds=seconds))
        if working:
            self.work()

    @precondition(lambda self: self.shop.letters)
    @rule(which=choice, again=st.booleans())
    def webhook_arrives(self, which: int, again: bool) -> None:
        letters = self.shop.letters
        index = which % len(letters)
        item, seen = letters[index] if again else letters.pop(index)
        with self.db.transaction() as session:
            at = clock(session)
            observe_webhook_level(
                session,
                inventory_item_id=item,
                location_id=LOCATION,
                available=seen.available,
                updated_at=seen.changed_at,
                now=at,
            )
            self.note_held(session, item, at, seen)

    @rule(item=items, lag=st.integers(0, 9))
    def read_begins(self, item: int, lag: int) -> None:
        self.begin_read(item, lag)

    @rule(item=items, lag=st.integers(0, 9))
    def read_begins_and_arrives(self, item: int, lag: int) -> None:
        self.read_begins(item, lag)
        self.read_arrives(len(self.reads) - 1, again=False)

    @precondition(lambda self: self.reads)
    @rule(which=choice, again=st.booleans())
    def read_arrives(self, which: int, again: bool) -> None:
        index = which % len(self.reads)
        item, began, seen = self.reads[index] if again else self.reads.pop(index)
        with self.db.transaction() as session:
            store_read(
                session, asked=[item], location_id=LOCATION, levels={item: level_of(item, seen)}, began=began
            )
            self.note_held(session, item, began, seen)

    @rule(lag=st.integers(0, 9))
    def the_shop_answers_from_a_replica(self, lag: int) -> None:
        self.shop.lag = lag

    # ------------------------------------------------------------ what must be true

    @invariant()
    def every_living_promise_is_subtracted_at_least_once(self) -> None:
        """By the number that is held, and by any that a read might bring just now."""
        with self.db.transaction() as session:
            for item, seen in self.held.items():
                assert sellable(session, item) <= self.free(item, seen)
        for lag in (0, 9):
            with self.db.transaction() as session:
                began = clock(session)
                at = began - timedelta(seconds=lag)
                might_be = {item: self.shop.seen(item, at) for item in THERE}
                levels = {item: level_of(item, seen) for item, seen in might_be.items()}
                store_read(session, asked=sorted(levels), location_id=LOCATION, levels=levels, began=began)
                for item, seen in might_be.items():
                    stored = session.get_one(InventoryLevel, (item, LOCATION), populate_existing=True)
                    if stored.observed_at == began:
                        assert sellable(session, item) <= self.free(item, seen)
                session.rollback()

    def teardown(self) -> None:
        """Let everything come to rest, then every living promise is subtracted exactly once."""
        self.shop.lag = 0
        for _ in range(3):
            self.time_passes(400, working=True)
        for order_id in list(self.promised):
            if (draft := self.shop.of(order_id)) is not None and draft.placed.order_id is not None:
                self.hear_of_order(list(self.promised).index(order_id))
        for _ in range(2):
            self.time_passes(12, working=True)
        for item in THERE:
            self.read_begins_and_arrives(item, 0)
            with self.db.transaction() as session:
                assert self.held[item].available == self.shop.available(item)
                assert sellable(session, item) == self.free(item, self.held[item])


def test_nothing_is_sold_twice_and_nothing_leaks_whatever_comes_in_whichever_order(db: Database):
    class OnThisDatabase(Ledger):
        pass

    OnThisDatabase.db = db
    run_state_machine_as_test(
        OnThisDatabase,
        settings=settings(
            max_examples=40,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
