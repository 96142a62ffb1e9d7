"""A world for one order's life: the partner's API, the bridge's work, the shop and its mail, and a clock that obeys.

Time passes by making everything older that anybody has written down (`tests.support.aging`), letters included.
"""

import random
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import redis
from flask import Flask
from sqlalchemy import select, text

from bridge import failpoints, jobs
from bridge.db import clock
from bridge.domain.errors import ShopError
from bridge.models import InventoryLevel, Listing, Mark, Work
from bridge.services.expire_waiting import expire_waiting
from bridge.services.read_product import read_product
from bridge.services.read_stock import read_stock
from bridge.services.reconcile import reconcile
from bridge.services.sync_inventory import sync_inventory
from tests.lifecycle.knowledge import Knowledge
from tests.lifecycle.mailroom import Mailroom
from tests.support import partner_api
from tests.support.aging import age, age_record, aged
from tests.support.partner_api import PartnerAccount
from tests.webhooks import stage

COFFEE, BOARD = "JDTQ1834", "JS-PROD-001"
_VARIANTS = {COFFEE: 44219312570580, BOARD: 44219312603348}
IN_STOCK = 10_000

_RECONCILE_SECONDS = 900
# The stock that was seen is too old to decide on after six hours; the schedule looks again well before.
_SYNC_SECONDS = 3600
_AT_MOST = 300
# As many steps as the longest part of a life that is not drawn.
_LONG = 6


@dataclass
class World(Mailroom):
    """`moved`: seconds that have passed by will. `were_late`: orders that had drafts which showed late."""

    app: Flask = field(default_factory=lambda: Flask(__name__))
    accounts: dict[str, PartnerAccount] = field(default_factory=dict)
    were_late: set[UUID] = field(default_factory=set)
    steps: int = 0
    began_at: float = 0.0
    added: int = 0  # seconds that `tick` has added to those outside
    moved: int = 0
    synced_at: int = 0
    knowledge: Knowledge = field(default_factory=Knowledge)

    def begin(self) -> None:
        """Forget everything; then there are two partners that sell coffee and boards, and one confirms by itself."""
        failpoints.arm("")
        self.simulator.simulation.reset()
        self.sent()
        self.mail, self.late, self.late_mail, self.were_late = [], [], [], set()
        self.moved = self.synced_at = self.added = 0
        self.knowledge = Knowledge()
        self.steps = _LONG  # The beginning of a life takes longer than a step.
        self.began_at = time.monotonic()
        with redis.Redis.from_url(self.settings["REDIS_URL"]) as budget:
            budget.flushdb()
        partner_api.empty(self.db)
        self.app.extensions["bridge"].doorkeeper.forget()
        self.accounts = {
            name: partner_api.make_partner(self.db, name=name, auto_confirm=name == "Umniah")
            for name in ("Zain", "Umniah")
        }
        variants = self.shop.variants(list(_VARIANTS.values()))
        location = self.shop.profile().location_id
        with self.db.transaction() as session:
            session.add(Mark(name="location", value={"id": location}))
            for sku, variant_id in _VARIANTS.items():
                variant = variants[variant_id]
                self.items[sku] = variant.inventory_item_id
                session.add(
                    InventoryLevel(
                        inventory_item_id=variant.inventory_item_id,
                        location_id=location,
                        stocked=True,
                        tracked=True,
                        available=IN_STOCK,
                        observed_at=clock(session),
                        observed_by="read",
                    )
                )
                for account in self.accounts.values():
                    session.add(
                        Listing(
                            partner_id=account.id,
                            sku=sku,
                            variant_id=variant_id,
                            product_id=variant.product_id,
                            inventory_item_id=variant.inventory_item_id,
                            title=variant.title,
                        )
                    )
        # A bridge that has just begun does not know how far back to look.
        reconcile(self.db, self.shop, every_seconds=_RECONCILE_SECONDS)

    # ------------------------------------------------------------ partners

    def submit(self, partner: str, body: Mapping[str, object], key: str | None) -> Any:
        return partner_api.submit(self.app.test_client(), self.accounts[partner], body, key)

    def shown(self, partner: str, order_id: UUID) -> dict[str, Any]:
        """The order as its partner reads it."""
        answer = self.app.test_client().get(f"/v1/orders/{order_id}", headers=self.accounts[partner].headers)
        assert answer.status_code == 200
        return answer.json

    # ------------------------------------------------------------ work

    def work(self, pieces: int = _AT_MOST, chance: random.Random | None = None) -> None:
        """Do pieces of work that are due, the oldest or by chance. What goes wrong is the work's own affair."""
        for _ in range(pieces):
            due = self._due()
            if not due:
                return
            piece = chance.choice(due) if chance else due[0]
            self.do(piece)
        assert pieces < _AT_MOST, f"the work does not come to an end: {[(p.job, p.last_error) for p in due]}"

    def due(self) -> Sequence[Work]:
        return self._due()

    def do(self, piece: Work) -> None:
        """Do one piece of work, as far as it gets."""
        with suppress(ShopError, failpoints.FailpointError):
            self._do(piece.job, piece.ids)
        self.knowledge.look(self.db, piece.job, moved=self.moved)

    def do_while_shopify_fails(self, piece: Work, fault: str, *, times: int, **where: str) -> None:
        self.simulator.fault(fault, times=times, **where)
        self.do(piece)
        self.simulator.simulation.faults.clear()

    def do_until(self, piece: Work, place: str) -> None:
        """Do one piece of work in a worker that dies at this place, if it comes by."""
        failpoints.arm(f"{place}:raise")
        self.do(piece)
        failpoints.arm("")

    def do_and_see_no_draft(self, piece: Work) -> None:
        """Do one piece of work; a draft that it makes is neither answered nor shown for now (decision 31)."""
        before = {draft.id for draft in self._all("DraftOrder")}
        self.collect()
        self.do_while_shopify_fails(piece, "lost_reply", times=1, operation="draftOrderCreate")
        made = [draft for draft in self._all("DraftOrder") if draft.id not in before]
        with self.simulator.store.lock:
            for draft in made:
                self.simulator.store.drop(draft)
        if made:
            self.late += made
            self.were_late.add(UUID(piece.ids["order_id"]))
            known = len(self.mail)
            self.collect()
            self.late_mail += self.mail[known:]
            del self.mail[known:]

    def expire(self, *, within_hours: int) -> datetime:
        """Cancel what has waited too long; the time at which that was decided."""
        with self.db.transaction() as session:
            now = clock(session)
            expire_waiting(session, within_hours=within_hours, now=now)
        return now

    def _do(self, job: str, ids: Mapping[str, str]) -> None:
        if job == jobs.READ_STOCK:
            item = int(ids["inventory_item_id"])
            read_stock(self.db, self.shop, inventory_item_id=item, lease_seconds=stage.LEASE)
        elif job == jobs.READ_PRODUCT:
            product = int(ids["product_id"])
            read_product(self.db, self.shop, product_id=product, lease_seconds=stage.LEASE)
        else:
            super()._do(job, ids)

    def _due(self) -> Sequence[Work]:
        return self.pieces(text("given_up_at IS NULL AND next_attempt_at <= now()"))

    def piece(self, job: str) -> Work:
        """The one piece of due work of this kind."""
        [piece] = [each for each in self.due() if each.job == job]
        return piece

    def pieces(self, which: Any = text("true")) -> Sequence[Work]:
        with self.db.transaction() as session:
            return session.scalars(select(Work).where(which).order_by(Work.id)).all()

    # ------------------------------------------------------------ time

    def second(self, at: datetime) -> int:
        """A time of the shop as a second of this world."""
        return int(at.timestamp()) + self.moved

    def now(self) -> int:
        return int(time.time()) + self.moved

    def pass_time(self, seconds: int) -> None:
        self.collect()
        self.moved += seconds
        by = timedelta(seconds=seconds)
        age(self.db, self.simulator.store, by)
        for draft in self.late:
            age_record(draft, by)
        self.mail, self.late_mail = (
            [replace(letter, raw=aged(letter.raw.decode(), by).encode()) for letter in letters]
            for letters in (self.mail, self.late_mail)
        )
        if self.moved - self.synced_at >= _SYNC_SECONDS:
            sync_inventory(self.db, self.shop, configured_location=None)
            self.synced_at = self.moved

    def tick(self) -> None:
        """Go on to the next step: two of them take four seconds here, more than outside even on a busy machine.

        What is due, and so what is drawn, would depend on how busy it is.
        """
        self.steps += 1
        ahead = 2 * self.steps - int(time.monotonic() - self.began_at) - self.added
        if self.steps % 2 == 0 and ahead > 0:
            self.added += ahead
            self.pass_time(ahead)

    # ------------------------------------------------------------ rest

    def rest(self, *, deliver: bool = True) -> None:
        """Let everything end that goes on by itself: no faults, no crashes, and as much time as it takes.

        The comparison with the shop runs twice, since what it cannot tell at once it tells then; the stock is
        looked at as on schedule.

        :param deliver: False: no letter ever arrives any more
        """
        self.show_late_drafts()
        self.steps += _LONG
        for _ in range(2):
            self._come_to_rest(deliver=deliver)
            self.pass_time(_RECONCILE_SECONDS)
            reconcile(self.db, self.shop, every_seconds=_RECONCILE_SECONDS)
        sync_inventory(self.db, self.shop, configured_location=None)
        self._come_to_rest(deliver=deliver)

    def _come_to_rest(self, *, deliver: bool) -> None:
        for _ in range(_AT_MOST):
            self.collect()
            letters, self.mail = self.mail, []
            if deliver:
                self.hand_over(letters)
            self.work()
            if deliver:
                self.collect()
            seconds = self._seconds_to_wait()
            if not seconds and not (deliver and self.mail):
                return
            if seconds:
                self.pass_time(seconds)
        raise AssertionError(f"it does not come to rest: {[(p.job, p.last_error) for p in self.pieces()]}")

    def _seconds_to_wait(self) -> int:
        """How long until some work is due; all that is due within a minute at once. 0: there is none."""
        with self.db.transaction() as session:
            waits = session.scalars(
                text(
                    "SELECT ceil(extract(epoch FROM next_attempt_at - now())) FROM work"
                    " WHERE given_up_at IS NULL ORDER BY next_attempt_at"
                )
            ).all()
        soon = [seconds for seconds in waits if seconds <= 60]
        return max(1, int(soon[-1] if soon else waits[0])) if waits else 0
