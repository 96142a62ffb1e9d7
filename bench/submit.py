"""`POST /v1/carts/submit` beside its floor: throughput, CPU of web and PostgreSQL together, tail latency."""

import statistics
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy import text

from bench.load import Load, submit_for
from bridge import migrations
from bridge.db import Database
from bridge.services.api_keys import create_key
from bridge.services.partners import create_partner
from config import settings
from local import programs
from local.environment import base_environment, bridge_settings
from local.ports import free_port
from local.postgres import Postgres
from local.process import Process
from local.valkey import Valkey

ROUNDS = 5
SECONDS = 3.0
SKUS = 2_000
_PEPPER = "pepper-of-the-bench"


@dataclass(frozen=True)
class Side:
    """One of the two that are compared."""

    process: Process
    port: int
    api_key: str


@dataclass(frozen=True)
class Round:
    load: Load
    cpu_us_per_request: float


def measure() -> Mapping[str, float]:
    """Run both sides in turn and return medians of the per-round ratios."""
    with tempfile.TemporaryDirectory() as name, _sides(Path(name)) as (bridge, floor, postgres):
        skus = _skus()
        for side in (bridge, floor):  # Connections, caches and plans are made before anything counts.
            submit_for(1, port=side.port, api_key=side.api_key, skus=skus, seed=999)
        rounds: dict[str, list[Round]] = {"bridge": [], "floor": []}
        for number in range(ROUNDS):
            pair = [("bridge", bridge), ("floor", floor)]
            for label, side in pair if number % 2 else reversed(pair):
                rounds[label].append(_round(side, postgres, skus, seed=number))
    return _figures(rounds["bridge"], rounds["floor"])


def _figures(bridge: list[Round], floor: list[Round]) -> dict[str, float]:
    def ratio(of) -> float:
        return statistics.median(of(b) / of(f) for b, f in zip(bridge, floor, strict=True))

    def middle(rounds: list[Round], of) -> float:
        return statistics.median(map(of, rounds))

    return {
        "submit_per_second": middle(bridge, lambda r: r.load.per_second),
        "submit_floor_per_second": middle(floor, lambda r: r.load.per_second),
        "submit_throughput_ratio": ratio(lambda r: r.load.per_second),
        "submit_cpu_us": middle(bridge, lambda r: r.cpu_us_per_request),
        "submit_cpu_ratio": ratio(lambda r: r.cpu_us_per_request),
        "submit_p50_ms": middle(bridge, lambda r: r.load.percentile(50)),
        "submit_p99_ms": middle(bridge, lambda r: r.load.percentile(99)),
        "submit_p99_ratio": ratio(lambda r: r.load.percentile(99)),
        "submit_failures": sum(r.load.failures for r in bridge),
    }


def _round(side: Side, postgres: Postgres, skus: list[str], *, seed: int) -> Round:
    assert postgres.process is not None
    before = _cpu_seconds(side.process.pid) + _cpu_seconds(postgres.process.pid)
    load = submit_for(SECONDS, port=side.port, api_key=side.api_key, skus=skus, seed=seed)
    spent = _cpu_seconds(side.process.pid) + _cpu_seconds(postgres.process.pid) - before
    return Round(load, spent * 1e6 / len(load.milliseconds))


def _cpu_seconds(pid: int) -> float:
    parent = psutil.Process(pid)
    return sum(sum(p.cpu_times()[:2]) for p in (parent, *parent.children(recursive=True)))


@contextmanager
def _sides(folder: Path) -> Iterator[tuple[Side, Side, Postgres]]:
    folder.chmod(0o711)  # As root PostgreSQL runs as another account and has to pass.
    postgres = Postgres(folder / "postgres", log=folder / "postgres.log")
    valkey = Valkey(folder / "valkey", log=folder / "valkey.log", durable=False)
    started: list[Process] = []
    try:
        postgres.start()
        valkey.start()
        sides = []
        for name, app in (("bridge", "wsgi:app"), ("floor", "bench.floor:app")):
            side = _side(name, app, folder, postgres, valkey)
            started.append(side.process)
            sides.append(side)
        yield sides[0], sides[1], postgres
    finally:
        for process in started:
            process.stop()
        valkey.destroy()
        postgres.destroy()


def _side(name: str, app: str, folder: Path, postgres: Postgres, valkey: Valkey) -> Side:
    connection = postgres.connect()
    connection.cursor().execute(f"CREATE DATABASE bench_{name}")
    connection.close()
    port = free_port()
    env = base_environment() | bridge_settings(
        database_url=postgres.url_of(f"bench_{name}"),
        redis_url=valkey.url,
        shopify_url="http://127.0.0.1:9",
        public_url=f"http://127.0.0.1:{port}",
        webhook_secret="secret-of-the-bench",
        pepper=_PEPPER,
        secret_key="sessions-of-the-bench",
        given={},
    )
    env |= {"RATE_PER_SECOND": "1000000", "RATE_BURST": "1000000", "LOG_LEVEL": "WARNING"}
    process = programs.web(env, port=port, log=folder / f"{name}.log", app=app)
    api_key = _fill(settings.load(source=env).database_url)
    process.start()
    process.wait_until(programs.answers_at(f"http://127.0.0.1:{port}/healthz"), seconds=30)
    return Side(process, port, api_key)


def _skus() -> list[str]:
    return [f"SKU-{number:05}" for number in range(SKUS)]


def _fill(url: str) -> str:
    """Make a partner that sells `SKUS` items with stock without end, and return its key."""
    migrations.upgrade(url)
    db = Database(url)
    with db.transaction() as session:
        partner = create_partner(session, name="bench", currency="USD")
        key = create_key(session, partner_id=partner.id, pepper=_PEPPER)
        session.execute(text("INSERT INTO marks (name, value) VALUES ('location', '{\"id\": 1}')"))
        for number, sku in enumerate(_skus(), start=1):
            session.execute(_LEVEL, {"item": number})
            session.execute(_LISTING, {"partner": partner.id, "sku": sku, "item": number})
    db.dispose()
    return key.key


_LEVEL = text(
    "INSERT INTO inventory_levels (inventory_item_id, location_id, stocked, tracked, available,"
    " observed_at, observed_by) VALUES (:item, 1, true, true, 1000000000, now(), 'bench')"
)
_LISTING = text(
    "INSERT INTO listings (partner_id, sku, variant_id, product_id, inventory_item_id, title)"
    " VALUES (:partner, :sku, :item, :item, :item, 'A product')"
)
