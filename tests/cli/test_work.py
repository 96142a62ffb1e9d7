"""What operators see of due work from a terminal, and what they can do about it."""

import pytest

from bridge import jobs
from bridge.db import Database
from tests.cli.running import bridge, succeed
from tests.support.due_work import accept, ask, mark


@pytest.fixture
def env(database_url: str, redis_url: str) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "REDIS_URL": redis_url}


@pytest.fixture
def stuck(db: Database) -> int:
    """The push of an order, given up."""
    order = accept(db)
    work_id = ask(db, jobs.PUSH_ORDER, order_id=order)
    mark(db, work_id, "given_up_at = now(), attempts = 3, last_error = 'shop_refused: no such variant'")
    ask(db, jobs.READ_STOCK, inventory_item_id=7)
    return work_id


def test_the_list_says_what_is_stuck_and_why(env, stuck):
    shown = bridge("work", "list", env=env).out
    answer = succeed("work", "list", "--failed", env=env)

    assert "shop_refused: no such variant" in shown
    assert shown.endswith("work: 1 given_up, 1 due\n")
    (work,) = answer["work"]
    assert (work["id"], work["job"], work["state"], work["attempts"]) == (stuck, "orders.push", "given_up", 3)
    assert answer["counts"]["due"] == 1


def test_stuck_work_is_retried_and_dismissed(env, stuck):
    retried = succeed("work", "retry", stuck, env=env)
    dismissed = bridge("work", "dismiss", stuck, "--reason", "made by hand", env=env)

    assert (retried["id"], retried["job"]) == (stuck, "orders.push")
    assert (dismissed.code, dismissed.out) == (0, f"Work {stuck} (orders.push) is dismissed.\n")
    assert [work["job"] for work in succeed("work", "list", env=env)["work"]] == ["inventory.read"]


def test_work_that_is_not_there_is_refused(env):
    answer = bridge("work", "retry", 99, env=env)

    assert (answer.code, answer.out) == (1, "")
    assert answer.err == "error: there is no work 99; it may have been done meanwhile\n"
