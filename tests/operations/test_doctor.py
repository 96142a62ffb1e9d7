"""`python -m bridge doctor`: one line per check, all of them, exit 1 when one fails."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bridge.cli.doctor import check_breaker
from bridge.models import Counter
from bridge.services.defects import Defect
from bridge.services.heartbeat import note_heartbeat
from bridge.services.subscriptions import address_of, repair
from bridge.shopify.circuit import CircuitState
from tests.cli.running import bridge
from tests.shopify.store import shop_at
from tests.support.partner_api import make_partner

CHECKS = [
    "settings",
    "database",
    "migrations",
    "postgresql",
    "locks",
    "redis",
    "breaker",
    "workers",
    "beat",
    "backlog",
    "shopify",
    "scopes",
    "api version",
    "location",
    "webhooks",
    "clock",
]


@pytest.fixture
def healthy(environment, db, worker, simulator):
    """Everything that runs when the bridge runs; beat has just rung."""
    make_partner(db, currency="JOD")
    note_heartbeat(db)
    repair(db, shop_at(simulator.url), address=address_of(environment["BRIDGE_PUBLIC_URL"]))
    return environment


def test_a_bridge_that_is_well_passes_every_check(healthy, simulator):
    before = simulator.state()

    answer = bridge("doctor", "--json", env=healthy)

    assert answer.code == 0, answer.out
    found = {check["name"]: check["state"] for check in answer.json["checks"]}
    assert list(found) == [*CHECKS, "currency JOD"]
    assert {name for name, state in found.items() if state != "ok"} == {
        "postgresql"
    }  # fsync is off in tests.
    after = simulator.state()
    assert {k: v for k, v in after.items() if k != "requests"} == {
        k: v for k, v in before.items() if k != "requests"
    }


def test_when_nothing_is_there_every_check_is_still_a_line_with_its_reason(environment):
    nothing = "127.0.0.1:9"
    env = environment | {
        "DATABASE_URL": f"postgresql://bridge:pa55word@{nothing}/bridge",
        "REDIS_URL": f"redis://:pa55word@{nothing}/0",
        "SHOPIFY_ADMIN_URL": f"http://{nothing}",
    }

    answer = bridge("doctor", env=env)

    assert answer.code == 1
    lines = {
        name: line
        for name in [*CHECKS, "currencies"]
        for line in answer.out.splitlines()
        if f" {name} " in line
    }
    assert list(lines) == [*CHECKS, "currencies"]
    said = {name: line.split("  ")[0] for name, line in lines.items()}
    assert {name for name, state in said.items() if state == "failed"} == {"database", "redis", "shopify"}
    assert {name for name, state in said.items() if state == "ok"} == {"settings"}
    assert "needs database" in lines["locks"]
    assert "needs shopify" in lines["scopes"]
    assert "pa55word" not in answer.out + answer.err
    assert "16 of 17 checks failed" in answer.err


@pytest.mark.parametrize(
    ("because", "state", "says"),
    [
        ("a few failures change nothing", CircuitState(4, None, 0), ("ok", "Shopify is called")),
        (
            "nobody calls it",
            CircuitState(7, 90.0, 30.0),
            ("warning", "left alone since 2026-11-22 11:58:30 UTC, until 12:00:30; orders wait"),
        ),
        (
            "somebody asks",
            CircuitState(7, 90.0, 0),
            ("warning", "left alone since 2026-11-22 11:58:30 UTC, but for one call at a time; orders wait"),
        ),
        ("Redis has just gone", None, ("warning", "Redis did not say")),
    ],
)
def test_whether_shopify_is_left_alone_is_said_since_when_and_until_when(because, state, says):
    [found] = check_breaker(state, now=datetime(2026, 11, 22, 12, tzinfo=UTC))

    assert found.state == says[0]
    assert says[1] in found.said


def test_settings_that_are_missing_are_one_failed_check_among_the_others(environment):
    env = {name: value for name, value in environment.items() if name not in ("DATABASE_URL", "SECRET_KEY")}

    answer = bridge("doctor", "--json", env=env)

    assert answer.code == 1
    found = {check["name"]: (check["state"], check["said"]) for check in answer.json["checks"]}
    assert found["settings"] == ("failed", "DATABASE_URL: missing; SECRET_KEY: missing")
    assert found["locks"] == ("not checked", "needs database")
    assert found["shopify"][0] == "ok"


def test_a_throttled_answer_is_counted_wherever_it_was_met(environment, db, simulator):
    simulator.fault("throttle", times=1)

    assert bridge("webhooks", "check", env=environment).code == 1

    with db.transaction() as session:
        assert session.scalar(select(Counter.value).where(Counter.name == Defect.SHOPIFY_THROTTLED)) == 1
