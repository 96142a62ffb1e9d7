"""One measurement of the database at a time, and not for long; and how it reads as metrics."""

import math
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate

import structlog
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from bridge.db import Database, clock
from bridge.services.defects import Defect
from bridge.services.measure import Measurement, measure
from bridge.services.work_queries import UNKNOWN
from bridge.shopify.circuit import CircuitState

log = structlog.get_logger(__name__)

# Prometheus itself waits for ten.
_PATIENCE_SECONDS = 4.0


class Measuring:
    """Asks PostgreSQL from a thread of its own, since a server that hangs keeps whoever asks it.

    Scrapes that come while one is being answered share its answer.
    """

    def __init__(self, db: Database, *, stale_after_seconds: int) -> None:
        self._db = db
        self._stale_after_seconds = stale_after_seconds
        self._lock = threading.Lock()
        self._running: Future[Measurement] | None = None

    def now(self) -> Measurement | None:
        """Return what PostgreSQL says; None when it does not in time."""
        with self._lock:
            if self._running is None or self._running.done():
                self._running = Future()
                threading.Thread(
                    target=self._run, args=(self._running,), name="measuring", daemon=True
                ).start()
            running = self._running
        try:
            return running.result(_PATIENCE_SECONDS)
        except (SQLAlchemyError, TooLate) as error:
            log.warning("metrics.without_database", error=type(error).__name__)
            return None

    def close(self) -> None:
        """Close the connection."""
        self._db.dispose()

    def _run(self, answer: "Future[Measurement]") -> None:
        try:
            with self._db.transaction() as session:
                answer.set_result(
                    measure(session, stale_after_seconds=self._stale_after_seconds, now=clock(session))
                )
        except Exception as error:  # noqa: BLE001  whoever waits raises it
            if not answer.done():
                answer.set_exception(error)


class Readings(Collector):
    """A measurement as metrics. An age that never was is +Inf, so that an alert on it fires.

    :param circuit: what Redis says of Shopify's circuit; None when it does not, then there is no such metric
    """

    def __init__(self, measured: Measurement | None, circuit: CircuitState | None) -> None:
        self._measured = measured
        self._circuit = circuit

    def collect(self) -> Iterator[Metric]:
        measured = self._measured
        yield _gauge(
            "bridge_database_up",
            "1 when PostgreSQL answered this scrape in time.",
            0 if measured is None else 1,
        )
        if self._circuit is not None:
            yield _gauge(
                "bridge_shopify_circuit",
                "0: Shopify is called. 1: one call at a time asks whether it is back. 2: nobody calls it.",
                self._circuit.standing,
            )
        if measured is not None:
            yield from _of_work(measured)
            yield from _of_promises(measured)
            yield from _of_defects(measured)


def _of_work(measured: Measurement) -> Iterator[Metric]:
    counts = GaugeMetricFamily("bridge_work", "Work by name and how it stands.", labels=("job", "state"))
    oldest = GaugeMetricFamily(
        "bridge_work_oldest_due_seconds", "How long the oldest due work has been due.", labels=("job",)
    )
    ages: dict[str, float] = {}
    for group in measured.work:
        counts.add_metric((group.job, group.state), group.count)
        ages[group.job] = max(ages.get(group.job, 0.0), group.oldest_due_seconds or 0.0)
    for job, seconds in ages.items():
        oldest.add_metric((job,), seconds)
    yield counts
    yield oldest
    yield _gauge(
        "bridge_orders_outcome_unknown",
        "Orders of which nobody knows whether Shopify has made a draft; it is being looked for.",
        sum(group.count for group in measured.work if group.state == UNKNOWN),
    )
    webhooks = GaugeMetricFamily(
        "bridge_webhooks_waiting", "Webhooks received, parked or failed.", labels=("state",)
    )
    waiting = GaugeMetricFamily(
        "bridge_webhooks_waiting_oldest_seconds", "Age of the oldest of them.", labels=("state",)
    )
    for one in measured.webhooks:
        webhooks.add_metric((one.state,), one.count)
        waiting.add_metric((one.state,), one.oldest_seconds)
    yield webhooks
    yield waiting


def _of_promises(measured: Measurement) -> Iterator[Metric]:
    neglect = measured.neglect
    attention = GaugeMetricFamily(
        "bridge_orders_attention",
        "Orders that wait for staff, by the word that says why.",
        labels=("reason",),
    )
    for reason, count in measured.attention.items():
        attention.add_metric((reason,), count)
    yield attention
    for name, meaning, value in (
        ("heartbeat_age", "Since a worker last did what beat rang for.", measured.heartbeat_age),
        ("inventory_sync_age", "Since the last whole inventory sync.", measured.inventory_sync_age),
        ("reconcile_age", "Since the last whole comparison with the shop began.", measured.reconcile_age),
    ):
        yield _gauge(f"bridge_{name}_seconds", meaning, math.inf if value is None else value)
    for name, meaning, count in (
        ("drift_repaired_last", "What the last comparison with the shop repaired.", measured.repaired_last),
        ("drift_unknown_in_shop", "What names an order that we do not have.", measured.unknown_in_shop),
        ("stock_stale_listings", "Listings whose stock was last seen too long ago.", neglect.stale_stock),
        (
            "stock_unknown_listings",
            "Listings whose stock was never seen; carts get 503.",
            neglect.unknown_stock,
        ),
        ("stock_stuck_reservations", "Units that nobody can buy.", neglect.stuck_reservations),
    ):
        yield _gauge(f"bridge_{name}", meaning, count)


def _of_defects(measured: Measurement) -> Iterator[Metric]:
    throttled, second = Defect.SHOPIFY_THROTTLED, Defect.SECOND_ORDER
    yield CounterMetricFamily(
        "bridge_shopify_throttled",
        "Answers of Shopify that said THROTTLED.",
        value=measured.defects.get((throttled, ""), 0),
    )
    yield CounterMetricFamily(
        "bridge_second_orders",
        "Carts of which a second draft of ours became an order.",
        value=measured.defects.get((second, ""), 0),
    )
    drift = CounterMetricFamily(
        "bridge_drift", "What reconciliation had to repair, by its kind.", labels=("kind",)
    )
    for kind in ("behind", "unlinked", "lost_work"):
        drift.add_metric((kind,), measured.defects.get((Defect.DRIFT, kind), 0))
    yield drift


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)
