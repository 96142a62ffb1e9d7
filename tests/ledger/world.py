"""One shop, one partner, some orders, and news on their way: what the state machine acts on and looks at."""

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy import DateTime, select, update

from bridge import jobs
from bridge.db import Database, clock
from bridge.domain.shop_values import InventoryLevel as ShopLevel
from bridge.models import InventoryLevel, Mark, Order, PushAttempt, Reservation, Work
from bridge.services.close_order import close_order
from bridge.services.confirm_order import confirm_order
from bridge.services.hold_stock import hold_stock
from bridge.services.order_turn import Timing
from bridge.services.push_order import push_order
from bridge.services.read_stock import read_stock
from tests.ledger.model_shop import ModelShop, Snapshot
from tests.support.partner_api import empty
from tests.support.selling import LOCATION, add_level, add_listing, add_partner

LAMP, CHAIR = 700, 800
SKUS = {"LAMP": LAMP, "LAMP-GIFT": LAMP, "CHAIR": CHAIR}
THERE = {LAMP: 6, CHAIR: 3}
TIMING = Timing(lease_seconds=60, call_seconds=3, grace_seconds=30, hold_hours=2)
SERVICES = {
    jobs.PUSH_ORDER: push_order,
    jobs.CONFIRM_ORDER: confirm_order,
    jobs.CLOSE_ORDER: close_order,
    jobs.HOLD_STOCK: hold_stock,
}
# Everything that a moment is kept in: moved into the past, time has passed.
TIMES = (InventoryLevel, Reservation, Work, PushAttempt)


class World(RuleBasedStateMachine):
    """`promised` is what is owed to customers; `held` is the snapshot behind the number that the bridge holds."""

    db: Database

    def __init__(self) -> None:
        super().__init__()
        empty(self.db)
        self.shop = ModelShop(THERE)
        self.promised: dict[UUID, Counter[int]] = {}  # the orders that live, and their units by item
        self.reads: list[tuple[int, datetime, Snapshot]] = []
        self.held: dict[int, Snapshot] = {item: self.shop.history[item][0] for item in THERE}
        with self.db.transaction() as session:
            partner = add_partner(session)
            self.partner_id = partner.id
            session.merge(Mark(name="location", value={"id": LOCATION}))
            for sku, item in SKUS.items():
                add_listing(session, partner, sku, item)
            for item, units in THERE.items():
                begin = self.held[item]
                add_level(session, item, units, seen_at=begin.at, changed_at=begin.changed_at)
        for item in THERE:  # What was true in the beginning may arrive at any time.
            self.begin_read(item, 0)

    def work(self) -> None:
        """Do what is due until nothing is; reads of stock are of up to nine seconds ago."""
        for _ in range(30):
            with self.db.transaction() as session:
                is_due = Work.given_up_at.is_(None), Work.next_attempt_at <= clock(session)
                due = session.scalars(select(Work).where(*is_due)).all()
            for one in due:
                if one.job in SERVICES:
                    SERVICES[one.job](self.db, self.shop, order_id=UUID(one.ids["order_id"]), timing=TIMING)
                elif one.job == jobs.READ_STOCK:
                    self._read_now(int(one.ids["inventory_item_id"]))
                else:  # Reading the order would tell the bridge more; the ledger must do without.
                    with self.db.transaction() as session:
                        session.delete(session.get_one(Work, one.id))
            if not due:
                return
        raise AssertionError("the work does not come to an end")

    def let_pass(self, by: timedelta) -> None:
        """Have time pass: every moment that is kept anywhere moves into the past."""
        with self.db.transaction() as session:
            for table in TIMES:
                moments = [c for c in table.__table__.columns if isinstance(c.type, DateTime)]
                session.execute(update(table).values({c.name: c - by for c in moments}))
        self.reads = [(item, began - by, _earlier(seen, by)) for item, began, seen in self.reads]
        self.held = {item: _earlier(seen, by) for item, seen in self.held.items()}
        self.shop.let_pass(by)

    def begin_read(self, item: int, lag: int) -> None:
        """Begin a read whose answer is of `lag` seconds ago, and arrives when it arrives."""
        with self.db.transaction() as session:
            began = clock(session)
        self.reads.append((item, began, self.shop.seen(item, began - timedelta(seconds=lag))))

    def free(self, item: int, seen: Snapshot) -> int:
        """Return what may be promised of a snapshot: what is in it, without the promises it does not exclude."""
        still_in_it = sum(
            units[item] for order_id, units in self.promised.items() if order_id not in seen.out
        )
        return max(seen.available - still_in_it, 0)

    def order(self, which: int) -> Order:
        order_id = list(self.promised)[which % len(self.promised)]
        with self.db.transaction() as session:
            return session.get_one(Order, order_id)

    def status(self, order_id: UUID) -> str:
        with self.db.transaction() as session:
            return session.get_one(Order, order_id).status

    def _read_now(self, item: int) -> None:
        with self.db.transaction() as session:
            began = clock(session)
        read_stock(self.db, self.shop, inventory_item_id=item, lease_seconds=60)
        with self.db.transaction() as session:
            level = session.get_one(InventoryLevel, (item, LOCATION))
            if level.observed_by == "read" and level.observed_at >= began:
                self.held[item] = self.shop.answered[item]

    def note_held(self, session, item: int, seen_at: datetime, seen: Snapshot) -> None:
        """Note whether the bridge has kept what just arrived."""
        level = session.get_one(InventoryLevel, (item, LOCATION), populate_existing=True)
        if level.observed_at == seen_at:
            self.held[item] = seen


def level_of(item: int, seen: Snapshot) -> ShopLevel:
    """Return a snapshot as the shop answers it."""
    return ShopLevel(item, LOCATION, True, True, seen.available, seen.changed_at)


def _earlier(seen: Snapshot, by: timedelta) -> Snapshot:
    return seen._replace(at=seen.at - by, changed_at=seen.changed_at - by)
