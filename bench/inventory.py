"""A catalog of 100,000 SKUs against the simulator: what importing and syncing it cost, and how soon a change counts.

Everything is real but the shop: the commands are processes, webhooks come over HTTP, a worker applies them.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import requests
from sqlalchemy import text

from bridge import migrations
from bridge.db import Database
from config import settings
from local import programs
from local.bridge_command import bridge
from local.environment import TOKEN, base_environment, bridge_settings
from local.ports import free_port
from local.postgres import Postgres
from local.process import Process
from local.programs import ROOT
from local.valkey import Valkey

ITEMS = 100_000
CHANGES = 10
_PARTNER = "bench"
_SECRET = "secret-of-the-bench"
_START_SECONDS = 300  # The simulator reads a hundred thousand articles first.
_COMMAND_SECONDS = 1800
_SAMPLE_SECONDS = 0.02
_AVAILABLE = text("SELECT available FROM inventory_levels WHERE inventory_item_id = :item")
_SET = """mutation ($input: InventorySetQuantitiesInput!, $key: String!) {
    inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { message } }
}"""


@dataclass(frozen=True)
class Ran:
    """One command: what it answered, how long it took, and the most memory it held."""

    answer: dict[str, Any]
    seconds: float
    peak_mb: float


def measure() -> Mapping[str, float]:
    """Import, sweep by pages, sweep in bulk, then change single levels and wait until each counts."""
    with tempfile.TemporaryDirectory() as name, _stack(Path(name)) as env:
        catalog = _catalog(Path(name) / "catalog.csv")
        imported = _run(env, "catalog", "import", _PARTNER, str(catalog))
        by_pages = _run(env, "inventory", "sync", "--no-bulk")
        in_bulk = _run(env, "inventory", "sync", "--bulk")
        for ran, method in ((by_pages, "nodes"), (in_bulk, "bulk")):
            found = ran.answer["items"], ran.answer["complete"], ran.answer["method"]
            assert found == (ITEMS, True, method), ran.answer
        waits = _webhook_seconds(env)
    return {
        "catalog_import_seconds": imported.seconds,
        "catalog_import_peak_mb": imported.peak_mb,
        "inventory_nodes_requests": by_pages.answer["requests"],
        "inventory_nodes_seconds": by_pages.seconds,
        "inventory_bulk_requests": in_bulk.answer["requests"],
        "inventory_bulk_seconds": in_bulk.seconds,
        "inventory_peak_mb": max(by_pages.peak_mb, in_bulk.peak_mb),
        "inventory_webhook_seconds": max(waits),
    }


def _run(env: Mapping[str, str], *arguments: str) -> Ran:
    print(f"  {' '.join(arguments)}", file=sys.stderr)
    began = time.perf_counter()
    peak = 0
    with subprocess.Popen(
        [sys.executable, "-m", "bridge", *arguments, "--json"],
        env=dict(env),
        cwd=ROOT,
        stdout=subprocess.PIPE,
    ) as command:
        process = psutil.Process(command.pid)
        while command.poll() is None:  # Its one line of JSON fits into the pipe.
            peak = max(peak, _resident(process))
            if time.perf_counter() - began > _COMMAND_SECONDS:
                command.kill()
            time.sleep(_SAMPLE_SECONDS)
        seconds = time.perf_counter() - began
        assert command.stdout is not None
        said = command.stdout.read()
    assert command.returncode == 0, said.decode()
    return Ran(json.loads(said), seconds, peak / 1024**2)


def _resident(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return 0


def _webhook_seconds(env: Mapping[str, str]) -> list[float]:
    """Return how long each change in the shop took to be what submits are decided on."""
    db = Database(settings.load(settings.DATABASE, source=env).database_url)
    with db.transaction() as session:
        items = session.scalars(
            text("SELECT inventory_item_id FROM listings ORDER BY sku LIMIT :changes"), {"changes": CHANGES}
        ).all()
        location = session.scalar(text("SELECT value ->> 'id' FROM marks WHERE name = 'location'"))
    waits = [_wait(db, env, item, str(location)) for item in items]
    db.dispose()
    return waits


def _wait(db: Database, env: Mapping[str, str], item: int, location: str) -> float:
    with db.transaction() as session:
        before = session.scalar(_AVAILABLE, {"item": item})
    began = time.perf_counter()
    answer = requests.post(
        f"{env['SHOPIFY_ADMIN_URL']}/admin/api/{env['SHOPIFY_API_VERSION']}/graphql.json",
        headers={"X-Shopify-Access-Token": f"{TOKEN}-staff"},
        json={
            "query": _SET,
            "variables": {"key": f"bench-{item}", "input": _one_less(item, location, before)},
        },
        timeout=30,
    ).json()
    assert answer["data"]["inventorySetQuantities"]["userErrors"] == [], answer
    available = before
    while available != before - 1:
        assert time.perf_counter() - began < 60, "the change never came"
        time.sleep(_SAMPLE_SECONDS)
        with db.transaction() as session:
            available = session.scalar(_AVAILABLE, {"item": item})
    return time.perf_counter() - began


def _one_less(item: int, location: str, before: int) -> dict[str, Any]:
    one = {
        "inventoryItemId": f"gid://shopify/InventoryItem/{item}",
        "locationId": f"gid://shopify/Location/{location}",
        "quantity": before - 1,
        "changeFromQuantity": None,
    }
    return {"name": "available", "reason": "correction", "quantities": [one]}


def _catalog(path: Path) -> Path:
    rows = (
        f"SKU-{number:06},{number},Article {number},{number % 100 + 1}\n" for number in range(1, ITEMS + 1)
    )
    with path.open("w") as file:
        file.write("sku,shopify_variant_id,title,available\n")
        file.writelines(rows)
    return path


@contextmanager
def _stack(folder: Path) -> Iterator[dict[str, str]]:
    """Start the shop, the servers, web and a worker; yield what a command needs to act on them."""
    folder.chmod(0o711)  # As root PostgreSQL runs as another account and has to pass.
    with ExitStack() as stack:
        postgres = Postgres(folder / "postgres", log=folder / "postgres.log")
        stack.callback(postgres.destroy)
        postgres.start()
        valkey = Valkey(folder / "valkey", log=folder / "valkey.log", durable=False)
        stack.callback(valkey.destroy)
        valkey.start()
        web_port, shop_port = free_port(), free_port()
        connection = postgres.connect()
        connection.cursor().execute("CREATE DATABASE bench")
        connection.close()
        env = base_environment() | bridge_settings(
            database_url=postgres.url_of("bench"),
            redis_url=valkey.url,
            shopify_url=f"http://127.0.0.1:{shop_port}",
            public_url=f"http://127.0.0.1:{web_port}",
            webhook_secret=_SECRET,
            pepper="pepper-of-the-bench",
            secret_key="sessions-of-the-bench",
            given={},
        )
        shop = programs.simulator(
            env,
            port=shop_port,
            secret=_SECRET,
            log=folder / "simulator.log",
            catalog=_catalog(folder / "shop.csv"),
            webhooks_to=f"{env['BRIDGE_PUBLIC_URL']}/webhooks/shopify",
        )
        _start(stack, shop, f"http://127.0.0.1:{shop_port}/__faults")
        migrations.upgrade(settings.load(settings.DATABASE, source=env).database_url)
        bridge(env, "partner", "create", _PARTNER, "--currency", "USD")
        web = programs.web(env, port=web_port, log=folder / "web.log")
        _start(stack, web, f"{env['BRIDGE_PUBLIC_URL']}/healthz")
        worker = programs.worker(env, log=folder / "worker.log")
        stack.callback(worker.stop)
        ready = programs.says(worker, " ready.")
        worker.start()
        worker.wait_until(ready, seconds=_START_SECONDS)
        yield env


def _start(stack: ExitStack, process: Process, url: str) -> None:
    stack.callback(process.stop)
    process.start()
    process.wait_until(programs.answers_at(url), seconds=_START_SECONDS)
