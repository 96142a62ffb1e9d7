"""One running shop: the store and what stands around it."""

import gc
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from simulator.bucket import Buckets
from simulator.bulk.runner import BulkRunner
from simulator.catalog import DEFAULT, Article, open_shop, read_csv
from simulator.faults import Faults
from simulator.persistence import Keeper
from simulator.state import Settings, Store
from simulator.webhooks.deliveries import Deliveries

TICK_SECONDS = 0.1


@contextmanager
def without_collector() -> Iterator[None]:
    """Make many objects that stay: walking over them meanwhile, and ever after, would cost seconds."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


class Simulation:
    """Store, buckets, faults and counters of one process; what a request needs to be answered."""

    def __init__(
        self,
        *,
        shop: str = "jafarshop.myshopify.com",
        secret: str = "shopify-simulator-secret",  # noqa: S107 - nobody's real one
        catalog: Path | None = None,
        data: Path | None = None,
        webhooks_to: str | None = None,
    ) -> None:
        self.shop = shop
        self.secret = secret
        self.catalog = catalog
        self.faults = Faults()
        self.buckets = Buckets()
        self.requests: Counter[str] = Counter()  # by root field, and "total"
        self.throttled: Counter[str] = Counter()  # the same, of those that were refused for their cost
        self.store = Store(Settings(shop=shop))
        self.deliveries = Deliveries(self.store, self.faults, secret=secret, always_to=webhooks_to)
        self.bulk = BulkRunner(self.store, self.faults)
        self.keeper = Keeper(self.store, data / "shop.pickle") if data else None
        self._stop = threading.Event()
        self._clock = threading.Thread(target=self._tick, name="clock", daemon=True)
        with without_collector():
            if self.keeper is None or not self.keeper.load():
                open_shop(self.store, self.articles())

    def articles(self) -> Iterable[Article]:
        return read_csv(self.catalog) if self.catalog else DEFAULT

    def start(self) -> None:
        if self.keeper:
            self.keeper.start()
        self._clock.start()
        self.deliveries.start()
        self.bulk.start()

    def stop(self) -> None:
        """End the threads and write what is not on disk yet."""
        self._stop.set()
        self._clock.join()
        self.bulk.stop()
        self.deliveries.stop()
        if self.keeper:
            self.keeper.stop()

    def reset(self) -> None:
        """A new shop with the same catalog; ids go on where they were."""
        with self.store.lock:
            self.store.clear()
            self.store.settings = Settings(shop=self.shop)
            open_shop(self.store, self.articles())
        self.faults.clear()
        self.buckets.clear()
        self.requests.clear()
        self.throttled.clear()
        self.store.on_change()

    def count(self, operations: Iterable[str], *, throttled: bool = False) -> None:
        """Count a request under each root field it names."""
        counter = self.throttled if throttled else self.requests
        with self.store.lock:
            counter.update(["total", *operations])

    def _tick(self) -> None:
        """Let time pass for a shop that nobody asks anything: holds lapse, jobs end."""
        while not self._stop.wait(TICK_SECONDS):
            if self.store.due:
                with self.store.action():
                    pass
