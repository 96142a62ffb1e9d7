"""A stage on which one real process is broken at a chosen place and healthy ones take over.

The web process that is well and all armed workers share one broker; the worker that takes over has another,
so that it does nothing until a test rings for it. Time passes by moving the rows' times into the past.
"""

import re
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import redis
from celery import Celery
from sqlalchemy import func, select, text, update

from bridge.models import Order, Partner, WebhookEvent, Work
from local import programs
from local.ports import free_port
from local.process import Process
from tests.faults.coffee import sell_coffee
from tests.simulator.listening import Letter
from tests.support import partner_api, processes
from tests.support.recovery import Record, measured
from tests.support.waiting import await_until
from tests.webhooks import stage

_RING_AGAIN_SECONDS = 0.3
# Longer than the lease and all that an unknown outcome is waited for.
_LONG = 200


@dataclass
class Stage(stage.Stage):
    """The shop's webhooks wait in the inbox until a test hands them to a web process over HTTP."""

    folder: Path = Path()
    web: str = ""
    # How to reach armed workers, and how the one that is well.
    doorbell: Celery = field(default_factory=Celery)
    rescuer: Celery = field(default_factory=Celery)
    rescuing: Process = field(init=False)
    account: partner_api.PartnerAccount | None = None
    record: Record = field(default=lambda _name, _value: None)

    # ------------------------------------------------------------ the beginning of a case

    def begin(self) -> None:
        """Forget everything; then there is one partner that sells coffee and whose orders confirm themselves."""
        self.sent()
        partner_api.empty(self.db)
        assert self.simulator.post("/__reset").status_code == 200
        self.sent()
        with redis.Redis.from_url(self.settings["REDIS_URL"]) as broker:
            broker.flushdb()
        pepper = self.settings["API_KEY_PEPPER"]
        self.account = partner_api.make_partner(self.db, pepper=pepper, auto_confirm=True)
        sell_coffee(self.db, self.shop, partner_id=self.account.id, units=20)

    def ask_staff_first(self) -> None:
        """From now on orders wait until somebody confirms them."""
        with self.db.transaction() as session:
            session.execute(update(Partner).values(auto_confirm=False))

    # ------------------------------------------------------------ what dies

    @contextmanager
    def armed_worker(self, place: str, mode: str) -> Iterator[Process]:
        """Run a worker that breaks at `place`; what is left of it at the end is killed."""
        env = {**self.settings, "BRIDGE_FAILPOINT": f"{place}:{mode}"}
        with processes.running_worker(env, self.folder, name="armed") as worker:
            worker.stop_signal = signal.SIGKILL  # A frozen one would not hear anything else.
            yield worker

    @contextmanager
    def armed_web(self, place: str) -> Iterator[str]:
        """Run a web process that dies at `place`; its URL."""
        url = f"http://127.0.0.1:{free_port()}"
        env = {**self.settings, "BRIDGE_PUBLIC_URL": url, "BRIDGE_FAILPOINT": f"{place}:crash"}
        with processes.running_web(env, self.folder) as web:
            web.stop_signal = signal.SIGKILL
            yield url

    def pool_of(self, worker: Process) -> list[psutil.Process]:
        return psutil.Process(worker.pid).children()

    def dies_of(self, worker: Process, act: Callable[[], Any]) -> Any:
        """Do `act`, and wait until one of the worker's pool has died of its failpoint; then all of it is killed."""
        pool = self.pool_of(worker)
        hit = programs.says(worker, "failpoint.hit")
        result = act()
        await_until(hit, because="the failpoint")
        await_until(lambda: not all(each.is_running() for each in pool), because="the death of a process")
        worker.stop()
        return result

    def freezes_of(self, worker: Process, act: Callable[[], Any]) -> Any:
        """Do `act`, and wait until one of the worker's pool is stopped."""
        hit = programs.says(worker, "failpoint.hit")
        result = act()
        await_until(hit, because="the failpoint")
        await_until(lambda: self._frozen(worker), because="a frozen process")
        return result

    def thaw(self, worker: Process) -> None:
        for each in self._frozen(worker):
            each.resume()

    def _frozen(self, worker: Process) -> list[psutil.Process]:
        return [each for each in self.pool_of(worker) if each.status() == psutil.STATUS_STOPPED]

    # ------------------------------------------------------------ what partners and the shop send

    def submit(self, url: str, number: str) -> partner_api.LiveAnswer | None:
        """Send a cart under a number, which is its key too; None where the connection died."""
        api = partner_api.LiveApi(url, Path(), "")
        assert self.account is not None
        try:
            return api.submit(self.account, partner_api.cart(number), number)
        except (OSError, HTTPException):
            return None

    def hand_over(self, url: str, letter: Letter) -> int | None:
        """Post a webhook as the shop does; the status, None where the connection died."""
        headers = {name: letter.headers[name] for name in letter.headers if name.startswith("x-shopify-")}
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{url}/webhooks/shopify", data=letter.raw, method="POST", headers=headers
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return int(answer.status)
        except (OSError, HTTPException):
            return None

    # ------------------------------------------------------------ what takes over

    def ring(self, doorbell: Celery) -> None:
        """Have workers look what is due."""
        doorbell.send_task("work.dispatch", queue="dispatch", expires=30)

    def others_look(self, job: str) -> None:
        """Have the healthy worker try what the frozen one is at, and wait until it has tried."""
        log = self.rescuing.log
        before = log.stat().st_size
        tried = re.compile(rf"Task {re.escape(job)}\[[^]]*\] (succeeded|raised)".encode())
        self.ring(self.rescuer)
        await_until(lambda: tried.search(log.read_bytes(), before), because="the other worker")

    def leases_end(self) -> None:
        """Let so much time pass that no lease, patience or ring of a dead process counts any more."""
        self._move(
            work="next_attempt_at leased_until rung_at",
            push_attempts="started_at gives_up_at finished_at",
        )

    def rescue(self, *, seconds: float = 90) -> None:
        """Ring and let time pass until nothing is left to do; then hand over webhooks, and so on to the end."""
        rung = [0.0]

        def is_done() -> bool:
            if time.monotonic() - rung[0] < _RING_AGAIN_SECONDS:
                return False
            if self._left() == 0:  # The shop's word comes late, so that nobody is helped by it.
                letters = self.sent()
                if not letters:
                    return True
                assert {self.hand_over(self.web, letter) for letter in letters} == {200}
            self._waits_end()
            self.ring(self.rescuer)
            rung[0] = time.monotonic()
            return False

        try:
            with measured(self.record):
                await_until(is_done, seconds=seconds)
        except AssertionError as late:
            raise AssertionError(f"work is left: {self.left()}") from late

    def left(self) -> list[tuple[str, int, str | None]]:
        """What there is to do, with attempts and the last error."""
        with self.db.transaction() as session:
            return [(w.job, w.attempts, w.last_error) for w in session.scalars(select(Work))]

    def _left(self) -> int:
        with self.db.transaction() as session:
            return session.scalar(select(func.count()).select_from(Work)) or 0

    def _waits_end(self) -> None:
        """Let the patience of what nobody works on end: nothing here is to be waited for."""
        with self.db.transaction() as session:
            session.execute(
                text(
                    "UPDATE work SET next_attempt_at = now(), rung_at = NULL"
                    " WHERE (leased_until IS NULL OR leased_until <= now()) AND given_up_at IS NULL"
                )
            )
        # A transaction of its own: a worker locks reservations before it touches its work.
        with self.db.transaction() as session:
            session.execute(text("UPDATE reservations SET committed_at = committed_at - interval '1 minute'"))

    def _move(self, **tables: str) -> None:
        with self.db.transaction() as session:
            for table, columns in tables.items():
                moved = ", ".join(f"{c} = {c} - interval '{_LONG} s'" for c in columns.split())
                session.execute(text(f"UPDATE {table} SET {moved}"))  # noqa: S608

    # ------------------------------------------------------------ what is true in the end

    def only_order(self) -> Order:
        """The one order there is."""
        with self.db.transaction() as session:
            return session.scalars(select(Order)).one()

    def is_kept(self, webhook_id: str) -> WebhookEvent:
        with self.db.transaction() as session:
            return session.get_one(WebhookEvent, webhook_id)

    def confirmed_order(self, number: str) -> UUID:
        """An order that healthy processes have confirmed."""
        answer = self.submit(self.web, number)
        assert answer is not None
        assert answer.status == 200
        self.rescue()
        order = self.only_order()
        assert order.status == "UNFULFILLED"
        return order.id
