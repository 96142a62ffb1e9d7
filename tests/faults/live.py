"""A whole bridge of real processes whose broker, shop and network a test may break."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import count
from pathlib import Path

from sqlalchemy import func, select

from bridge.db import Database
from bridge.models import Order, PushAttempt, Work
from local.process import Process
from local.valkey import Valkey
from tests.support.partner_api import LiveAnswer, LiveApi, PartnerAccount, cart
from tests.support.processes import Simulator
from tests.support.proxy import Proxy
from tests.support.recovery import Record, measured
from tests.support.waiting import await_until

_THREADS = 6
_DRAINED_SECONDS = 120


@dataclass
class Live:
    """One partner sells the shop's coffee. `to_redis` and `to_shop` are the networks in between."""

    env: Mapping[str, str]
    db: Database
    api: LiveApi
    account: PartnerAccount
    folder: Path
    valkey: Valkey
    simulator: Simulator
    to_redis: Proxy
    to_shop: Proxy
    web: Process
    worker: Process
    beat: Process
    record: Record
    answers: dict[str, int | None] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    def submit(self, number: str, url: str | None = None) -> LiveAnswer | None:
        """Send a cart under its number, which is its key too; None where the connection died."""
        api = LiveApi(url, Path(), "") if url else self.api
        try:
            return api.submit(self.account, cart(number), number)
        except (OSError, HTTPException):
            return None

    def take(self, carts: int) -> Counter[int | None]:
        """Send so many carts, several at a time; how they were answered."""
        names = [f"LIVE-{next(self._numbers)}" for _ in range(carts)]
        with ThreadPoolExecutor(_THREADS) as pool:
            statuses = [answer and answer.status for answer in pool.map(self.submit, names)]
        self.answers.update(zip(names, statuses, strict=True))
        return Counter(statuses)

    @contextmanager
    def load(self, url: str | None = None) -> Iterator[Callable[[], int]]:
        """Send carts all the time, each sender until its connection dies; yields how many were answered 200."""
        done = threading.Event()

        def send() -> None:
            while not done.is_set():
                name = f"LIVE-{next(self._numbers)}"
                answer = self.submit(name, url)
                self.answers[name] = answer and answer.status
                if answer is None:
                    return

        def accepted() -> int:
            return sum(status == 200 for status in list(self.answers.values()))

        with ThreadPoolExecutor(_THREADS) as pool:
            running = [pool.submit(send) for _ in range(_THREADS)]
            try:
                yield accepted
            finally:
                done.set()
            for each in running:
                each.result()

    def pushed(self) -> int:
        """How many orders have their draft."""
        with self.db.transaction() as session:
            return session.scalar(select(func.count()).where(Order.draft_id.is_not(None))) or 0

    def taken(self) -> int:
        """How many orders there are."""
        with self.db.transaction() as session:
            return session.scalar(select(func.count()).select_from(Order)) or 0

    def drain(self) -> None:
        """Wait until nothing is left to do for any order, and check that each has one draft and no more."""

        def left() -> int:
            if not self.worker.is_running():
                # A worker that loses its broker with a message in hand may end itself: kombu, which closes its
                # connection then, asks the one that it has closed. Whoever supervises it starts it again.
                self.worker.start()
            with self.db.transaction() as session:
                return session.scalar(select(func.count()).where(Work.job.like("orders.%"))) or 0

        with measured(self.record):
            await_until(lambda: left() == 0, seconds=_DRAINED_SECONDS, because="every order is in Shopify")
        drafts = Counter(draft["po_number"] for draft in self.simulator.state()["draft_orders"])
        with self.db.transaction() as session:
            numbers = session.scalars(select(Order.partner_order_id)).all()
            waiting = session.scalars(select(Order.attention).where(Order.attention.is_not(None))).all()
        assert drafts == Counter(numbers), "one draft for each order, and none beside"
        assert waiting == []
        lost = [name for name, status in self.answers.items() if status == 200 and name not in drafts]
        assert lost == []

    def outcomes(self) -> Counter[str | None]:
        """How the attempts at drafts ended."""
        with self.db.transaction() as session:
            return Counter(session.scalars(select(PushAttempt.outcome)))
