"""Whatever goes well or wrong in web, worker and beat, nobody's key and no customer leaves the database.

Looked at: every log, every command that Redis was sent (Celery's messages and events, which Flower shows, are
among them), every report to Sentry, every answer and every output of the command line.
"""

import base64
import gzip
import json
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from bridge.db import Database
from local.bridge_command import BridgeCommandError, bridge
from tests.simulator.listening import Inbox
from tests.support import processes
from tests.support.partner_api import LiveApi, PartnerAccount, cart
from tests.support.servers import Servers, sqlalchemy_url
from tests.support.waiting import await_until

PHONE, NAME, STREET = "+962790007788", "Canary Qabbani", "Canary Street 7"
PERSONAL = (PHONE, PHONE[1:], NAME, "Qabbani", STREET)


class Ear:
    """Hears every command that a Redis server is sent, as MONITOR prints it."""

    def __init__(self, url: str) -> None:
        server = urlsplit(url)
        self._address = (server.hostname, server.port)
        self._begin = f"AUTH {server.password}\r\nMONITOR\r\n".encode()
        self._heard = bytearray()

    def __enter__(self) -> "Ear":
        self._socket = socket.create_connection(self._address)
        self._socket.sendall(self._begin)
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        while part := self._socket.recv(65536):
            self._heard += part

    def heard(self) -> str:
        """Every command; a message's own body comes in base64 and is added in plain."""
        bodies = re.findall(rb'\\"body\\": \\"([A-Za-z0-9+/=]+)', self._heard)
        return b"\n".join([self._heard, *map(base64.b64decode, bodies)]).decode(errors="replace")


@dataclass
class Bridge:
    env: dict[str, str]
    db: Database
    api: LiveApi
    account: PartnerAccount
    sentry: Inbox
    redis: Ear
    folder: Path

    def submit(self, number: str) -> Any:
        body = cart(
            number,
            customer={"name": NAME, "phone": PHONE},
            shipping={"street": STREET, "city": "Amman", "postal_code": "1", "country": "JO"},
        )
        return self.api.submit(self.account, body, f"key-of-{number}")

    def refuse(self, name: str, condition: str) -> None:
        """Have PostgreSQL refuse some rows of orders; its message quotes the whole row."""
        with self.db.transaction() as session:
            session.execute(text(f"ALTER TABLE orders ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID"))

    def count(self, question: str) -> int:
        with self.db.transaction() as session:
            return session.scalar(text(f"SELECT count(*) FROM {question}")) or 0  # noqa: S608 - our own words

    def log(self, process: str) -> str:
        return (self.folder / f"{process}.log").read_text(errors="replace")

    def reports(self) -> str:
        return "".join(
            (gzip.decompress(one.raw) if one.headers.get("content-encoding") == "gzip" else one.raw).decode()
            for one in self.sentry.letters
        )


@pytest.fixture
def live(servers: Servers, database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Bridge]:
    """A bridge with a partner, a shop that calls back, and somebody who listens at every way out."""
    env = processes.environment(
        database_url=database_url, redis_url=redis_url, shopify_url="", DISPATCH_SECONDS="1"
    )
    hook = f"{env['BRIDGE_PUBLIC_URL']}/webhooks/shopify"
    with Inbox() as sentry, processes.running_simulator(tmp_path, webhooks_to=hook) as simulator:
        env |= {
            "SHOPIFY_ADMIN_URL": simulator.url,
            "SENTRY_DSN": sentry.url.replace("http://", "http://public@").replace("/webhooks", "/1"),
        }
        made: Any = bridge(env, "partner", "create", "Zain", "--currency", "USD", "--auto-confirm")
        listed = tmp_path / "catalog.csv"
        listed.write_text("sku,shopify_variant_id\nJDTQ1834,44219312570580\n")
        bridge(env, "catalog", "import", "Zain", str(listed))
        db = Database(sqlalchemy_url(database_url))
        with (
            Ear(redis_url) as ear,
            processes.running_web(env, tmp_path),
            processes.running_worker(env, tmp_path),
            processes.running_beat(env, tmp_path),
        ):
            api = LiveApi(env["BRIDGE_PUBLIC_URL"], tmp_path / "web.log", database_url)
            yield Bridge(
                env,
                db,
                api,
                PartnerAccount(made["partner_id"], "Zain", made["api_key"]),
                sentry,
                ear,
                tmp_path,
            )
        db.dispose()


def test_no_key_and_no_customer_leaves_the_database(live, servers):
    accepted = live.submit("WELL")
    order_id = accepted.json["supplier_order_id"]
    await_until(
        lambda: live.count("webhook_events WHERE topic = 'orders/create' AND state = 'applied'"),
        seconds=90,
        because="Shopify's word of the order, which names the customer",
    )
    live.refuse("not_here", "partner_order_id <> 'WEB'")
    failed = live.submit("WEB")
    live.refuse("not_there", "partner_order_id <> 'WORKER' OR draft_id IS NULL")
    live.submit("WORKER")
    await_until(lambda: "CheckViolation" in live.log("worker"), seconds=90, because="the worker's failure")
    await_until(lambda: "CheckViolation" in live.reports(), seconds=90, because="the worker's report")
    await_until(lambda: "request.failed" in live.reports(), seconds=90, because="the web's report")
    told = json.dumps(bridge(live.env, "key", "list", "Zain"))
    nowhere = "postgresql://bridge:canary-password@127.0.0.1:1/nothing"
    with pytest.raises(BridgeCommandError) as unreachable:
        bridge({**live.env, "DATABASE_URL": nowhere}, "partner", "list")

    assert (accepted.status, failed.status) == (200, 500)
    servers_logs = "".join(log.read_text(errors="replace") for log in Path(servers.folder, "logs").iterdir())
    logs = live.log("web") + live.log("worker") + live.log("beat") + servers_logs
    messages, reports = live.redis.heard(), live.reports()
    ways_out = [logs, messages, reports, failed.body.decode(), told, str(unreachable.value)]
    assert order_id in messages  # What is looked at is really there: a task's argument,
    assert "orders.push" in messages
    assert "CheckViolation" in reports  # an unexpected error,
    assert "webhook.applied" in logs  # and the webhook that named the customer.
    key = live.account.key
    secrets = [live.env[name] for name in ("API_KEY_PEPPER", "SECRET_KEY", "SHOPIFY_ACCESS_TOKEN")]
    for canary in (*PERSONAL, key, key.rpartition("_")[2], *secrets, "canary-password"):
        assert [way[:200] for way in ways_out if canary in way] == [], canary
