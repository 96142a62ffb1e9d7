"""Redis is a doorbell: without it carts are accepted, and when it is back every order goes on."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from bridge.db import Database
from bridge.models import Order, Work
from local.bridge_command import bridge
from local.valkey import Valkey
from tests.support import processes
from tests.support.partner_api import LiveApi, PartnerAccount, cart
from tests.support.waiting import await_until

_SKU = "JDTQ1834"
_VARIANT = 44219312570580
_PHONE = "+962790009988"


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    """A Valkey of this test's own, to be stopped."""
    made = Valkey(tmp_path / "valkey", log=tmp_path / "valkey.log", durable=False)
    made.start()
    yield made
    made.destroy()


@pytest.fixture
def env(database_url: str, valkey: Valkey, simulator: processes.Simulator, tmp_path: Path) -> dict[str, str]:
    """A bridge whose partner sells the shop's coffee."""
    env = processes.environment(
        database_url=database_url, redis_url=valkey.url, shopify_url=simulator.url, DISPATCH_SECONDS="1"
    )
    listed = tmp_path / "catalog.csv"
    listed.write_text(f"sku,shopify_variant_id\n{_SKU},{_VARIANT}\n")
    env["TEST_KEY"] = bridge(env, "partner", "create", "Zain", "--currency", "USD")["api_key"]
    bridge(env, "catalog", "import", "Zain", str(listed))
    return env


def pushed(db: Database) -> int:
    with db.transaction() as session:
        return session.scalar(select(func.count()).where(Order.draft_id.is_not(None))) or 0


def test_orders_taken_while_redis_was_away_reach_shopify_when_it_is_back(
    env, valkey, simulator, db, tmp_path, servers
):
    account = PartnerAccount(UUID(int=0), "Zain", env.pop("TEST_KEY"))
    with (
        processes.running_web(env, tmp_path),
        processes.running_worker(env, tmp_path),
        processes.running_beat(env, tmp_path),
    ):
        api = LiveApi(env["BRIDGE_PUBLIC_URL"], tmp_path / "web.log", env["DATABASE_URL"])
        valkey.stop()

        answers = [
            api.submit(account, cart(f"AWAY-{n}", customer={"name": "Rima", "phone": _PHONE})).status
            for n in range(10)
        ]
        before = pushed(db)
        valkey.restart()
        await_until(lambda: pushed(db) == 10, seconds=90, because="every order is in Shopify")

    assert answers == [200] * 10
    assert before == 0
    drafts = simulator.state()["draft_orders"]
    assert sorted(draft["po_number"] for draft in drafts) == sorted(f"AWAY-{n}" for n in range(10))
    with db.transaction() as session:
        assert session.scalars(select(Work.last_error).where(Work.last_error.is_not(None))).all() == []
    logs = [*tmp_path.glob("*.log"), *Path(servers.folder, "logs").iterdir()]
    written = "".join(log.read_text(errors="replace") for log in logs)
    assert "orders.push" in written
    for canary in (account.key, account.key.rpartition("_")[2], _PHONE, _PHONE[1:]):
        assert canary not in written
