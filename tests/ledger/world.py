"""One shop, one partner, some orders, and news on their way: what the state machine acts on and looks at."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, select, update
from sqlalchemy.orm import Session

from bridge import jobs
from bridge.db import Database, clock
from bridge.domain.shop_values import InventoryLevel as ShopLevel
from bridge.models import InventoryLevel, ItemBuffer, Mark, Order, PushAttempt, Reservation, Work
from bridge.services.close_order import close_order
from bridge.services.confirm_order import confirm_order
from bridge.services.hold_stock import hold_stock
from bridge.services.observe_stock import observe_webhook_level, store_read
from bridge.services.order_turn import Timing
from bridge.services.push_order import push_order
from bridge.services.read_stock import read_stock
from tests.ledger.model_shop import ModelShop, Snapshot, earlier
from tests.support.partner_api import empty
from tests.support.selling import LOCATION, add_level, add_listing, add_partner, stock_of

LAMP, CHAIR = 700, 800
SKUS = {"LAMP": LAMP, "LAMP-GIFT": LAMP, "CHAIR": CHAIR}
SKU_OF = {LAMP: "LAMP", CHAIR: "CHAIR"}
THERE = {LAMP: 8, CHAIR: 4}
# Units that no cart may have: of lamps as said for them, of chairs as for all that the partner sells.
BUFFERS = {LAMP: 2, CHAIR: 1}
TIMING = Timing(lease_seconds=60, call_seconds=3, grace_seconds=30)
SERVICES = {
    jobs.PUSH_ORDER: push_order,
    jobs.CONFIRM_ORDER: confirm_order,
    jobs.CLOSE_ORDER: close_order,
    jobs.HOLD_STOCK: hold_stock,
}
# Everything that a moment is kept in: moved into the past, time has passed.
TIMES = (InventoryLevel, Reservation, Work, PushAttempt)

Seen = Mapping[int, Snapshot]


class World:
    """`promised` is what is owed to customers, by order and item; `held`, the snapshots behind the bridge's numbers.

    `settling` are units of orders that ended after the shop had taken them: the bridge may go on subtracting
    them until a read shows what became of them, and no longer.
    """

    def __init__(self, db: Database, *, hold_hours: int) -> None:
        self.db, self.timing = db, replace(TIMING, hold_hours=hold_hours)
        empty(db)
        self.shop = ModelShop(THERE)
        self.promised: dict[UUID, Counter[int]] = {}
        self.settling: dict[UUID, Counter[int]] = {}
        self.reads: list[tuple[datetime, Seen]] = []
        self.held: dict[int, Snapshot] = {item: self.shop.history[item][0] for item in THERE}
        with self.db.transaction() as session:
            partner = add_partner(session)
            partner.stock_buffer = BUFFERS[CHAIR]
            session.add(ItemBuffer(inventory_item_id=LAMP, units=BUFFERS[LAMP]))
            self.partner_id = partner.id
            session.merge(Mark(name="location", value={"id": LOCATION}))
            for sku, item in SKUS.items():
                add_listing(session, partner, sku, item)
            for item, units in THERE.items():
                begin = self.held[item]
                add_level(session, item, units, seen_at=begin.at, changed_at=begin.changed_at)

    def work(self) -> None:
        """Do what is due until nothing is; reads of stock are as late as the shop's replica is."""
        for _ in range(30):
            with self.db.transaction() as session:
                is_due = Work.given_up_at.is_(None), Work.next_attempt_at <= clock(session)
                due = session.scalars(select(Work).where(*is_due)).all()
            for one in due:
                if one.job in SERVICES:
                    SERVICES[one.job](
                        self.db, self.shop, order_id=UUID(one.ids["order_id"]), timing=self.timing
                    )
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
        self.reads = [(began - by, _all_earlier(seen, by)) for began, seen in self.reads]
        self.held = _all_earlier(self.held, by)
        self.shop.let_pass(by)

    def begin_read(self, session: Session, lag: int) -> tuple[datetime, Seen]:
        """Return when a sweep over everything begins now, and what it is told: what was true `lag` seconds ago."""
        began = clock(session)
        return began, {item: self.shop.seen(item, began - timedelta(seconds=lag)) for item in THERE}

    def take_read(self, session: Session, began: datetime, seen: Seen) -> Seen:
        """Give the bridge the answer of a sweep; return what of it was kept."""
        levels = {
            item: ShopLevel(item, LOCATION, True, True, one.available, one.changed_at)
            for item, one in seen.items()
        }
        store_read(session, asked=sorted(levels), location_id=LOCATION, levels=levels, began=began)
        return {item: one for item, one in seen.items() if self.observed_at(session, item) == began}

    def take_letter(self, session: Session, item: int, seen: Snapshot) -> Seen:
        """Give the bridge a webhook about one item; return it where it was kept."""
        at = clock(session)
        observe_webhook_level(
            session,
            inventory_item_id=item,
            location_id=LOCATION,
            available=seen.available,
            updated_at=seen.changed_at,
            now=at,
        )
        return {item: seen} if self.observed_at(session, item) == at else {}

    def observed_at(self, session: Session, item: int) -> datetime:
        return session.get_one(InventoryLevel, (item, LOCATION), populate_existing=True).observed_at

    # ------------------------------------------------------------ what is subtracted, and what should be

    def subtracted(self, session: Session, item: int) -> int:
        """Return the promised units that the bridge takes off the number it holds."""
        return stock_of(session, item).reserved

    def left(self, session: Session, item: int) -> int:
        """Return what a cart may have: the formula of the ADR, worked out without the bridge's own terms."""
        at = clock(session)
        promises = session.execute(
            select(
                Reservation.quantity, Reservation.state, Reservation.hold_seen_at, Reservation.hold_until
            ).where(Reservation.inventory_item_id == item)
        )
        counting = sum(
            units
            for units, state, seen_at, until in promises
            if state in ("held", "in_shopify") and (seen_at is None or at >= until - timedelta(minutes=10))
        )
        return max(self.held[item].available - counting - BUFFERS[item], 0)

    def got(self, session: Session, order_id: UUID | None) -> Counter[int]:
        """Return the units of each item that an order was promised; of no order, none."""
        promises = session.execute(
            select(Reservation.inventory_item_id, Reservation.quantity).where(
                Reservation.order_id == order_id
            )
        )
        return Counter(dict(map(tuple, promises)))

    def still_in(self, seen: Snapshot, item: int) -> int:
        """Return the promised units that a number does not exclude by itself."""
        return sum(units[item] for order_id, units in self.promised.items() if order_id not in seen.out)

    def owed(self, item: int) -> int:
        """Return the units that anything could be subtracted for."""
        return sum(units[item] for each in (self.promised, self.settling) for units in each.values())

    def order(self, which: int) -> Order | None:
        """Return one of the orders that live, if there is any; 0 is the newest."""
        if not self.promised:
            return None
        order_id = list(self.promised)[-1 - which % len(self.promised)]
        with self.db.transaction() as session:
            return session.get_one(Order, order_id)

    def _read_now(self, item: int) -> None:
        with self.db.transaction() as session:
            began = clock(session)
        read_stock(self.db, self.shop, inventory_item_id=item, lease_seconds=60)
        with self.db.transaction() as session:
            level = session.get_one(InventoryLevel, (item, LOCATION))
            if level.observed_by == "read" and level.observed_at >= began:
                self.held[item] = self.shop.answered[item]


def _all_earlier(seen: Seen, by: timedelta) -> dict[int, Snapshot]:
    return {item: earlier(one, by) for item, one in seen.items()}
