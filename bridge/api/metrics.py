"""`GET /metrics` for Prometheus: what this machine's web processes counted, and what PostgreSQL says of the queue.

No label holds what a caller chose: a path that no route knows is `unmatched`, a method that is none is `other`.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog
from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector

from bridge.api.measuring import Measuring, Readings
from bridge.db import Database
from bridge.shopify.lookout import Lookout

# When a counter began, a second series for each, is of no use to anybody here.
disable_created_metrics()

log = structlog.get_logger(__name__)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

blueprint = Blueprint("metrics", __name__)


class Metrics:
    """What the web processes count.

    :param db: of the scrapes alone: requests that have taken every connection must not look like a database
        that is away
    :param lookout: knows whether Shopify is left alone
    :param folder: where the processes of this machine share their counts (config/gunicorn.py); empty: this
        process alone
    """

    def __init__(self, db: Database, lookout: Lookout, *, folder: str, stale_after_seconds: int) -> None:
        _make(folder)  # gunicorn ends when a worker cannot begin.
        self._own = CollectorRegistry()
        self._folder = folder
        self._lookout = lookout
        self._measuring = Measuring(db, stale_after_seconds=stale_after_seconds)
        self._requests = Counter(
            "bridge_http_requests", "Answered requests.", ("method", "route", "status"), registry=self._own
        )
        self._seconds = Histogram(
            "bridge_http_request_seconds",
            "From a request's arrival in the app to its answer.",
            ("method", "route"),
            buckets=_SECONDS,
            registry=self._own,
        )
        self._refused = Counter(
            "bridge_webhooks_refused",
            "Calls at Shopify's door that were not Shopify's, or not of our shop.",
            ("reason",),
            registry=self._own,
        )
        self._rings_failed = Counter(
            "bridge_rings_failed",
            "Rings for the workers that Redis did not take; beat rings too.",
            registry=self._own,
        )

    def observe(self, response: Response) -> Response:
        """Count one answered request."""
        method = request.method if request.method in _METHODS else "other"
        route = request.url_rule.rule if request.url_rule else "unmatched"
        with self._harmless():
            self._requests.labels(method, route, str(response.status_code)).inc()
            self._seconds.labels(method, route).observe(time.monotonic() - g.began)
        return response

    def webhook_refused(self, reason: str) -> None:
        """Count a call at Shopify's door; `reason` is one of a few words of ours."""
        with self._harmless():
            self._refused.labels(reason).inc()

    def ring_failed(self) -> None:
        """Count a ring that did not reach Redis."""
        with self._harmless():
            self._rings_failed.inc()

    @contextmanager
    def _harmless(self) -> Iterator[None]:
        """Count, or do not: whoever cleans /tmp may have taken the folder away, and no answer is lost for that."""
        try:
            yield
        except OSError:
            log.warning("metrics.folder_gone")
            with suppress(OSError):
                _make(self._folder)

    def render(self) -> bytes:
        """Return all of it as Prometheus reads it; bounded in time, whatever PostgreSQL and Redis do."""
        counted = self._own
        if self._folder and Path(self._folder).is_dir():  # Whoever cleans /tmp may have taken it away.
            counted = CollectorRegistry()
            MultiProcessCollector(counted, path=self._folder)
        measured = CollectorRegistry()
        measured.register(Readings(self._measuring.now(), self._lookout.state()))
        return generate_latest(counted) + generate_latest(measured)

    def close(self) -> None:
        """Close the connections of the scrapes."""
        self._measuring.close()
        self._lookout.close()


def _make(folder: str) -> None:
    if folder:
        Path(folder).mkdir(mode=0o700, exist_ok=True)


def register(app: Flask, metrics: Metrics) -> None:
    """Count this app's requests, and show the counts."""
    app.after_request(metrics.observe)
    app.register_blueprint(blueprint)


def metrics_of_app() -> Metrics:
    """Return the process's metrics."""
    metrics = current_app.extensions["bridge"].metrics
    assert isinstance(metrics, Metrics)
    return metrics


@blueprint.get("/metrics")
def scrape() -> Response:
    """Answer 200 with what is known, also without a database: then `bridge_database_up` is 0."""
    return Response(metrics_of_app().render(), content_type=CONTENT_TYPE_LATEST)
