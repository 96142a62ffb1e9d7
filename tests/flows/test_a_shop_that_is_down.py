"""Shopify is away for hours with a backlog behind it: nothing is lost, nothing is spent, and nobody storms it."""

from collections import Counter

import pytest
import redis
from sqlalchemy import select, text

from bridge.db import clock
from bridge.models import Order, PushAttempt, Work
from bridge.services import due_work
from bridge.services.order_decisions import decide, request_confirm
from bridge.shopify.circuit import FAILURES_TO_OPEN
from bridge.shopify.opening import open_breaker
from config import settings
from local import programs
from tests.flows.stage import Stage
from tests.support.waiting import await_until

ORDERS = 5
ROUNDS = 12


def start_again(stage: Stage) -> None:
    stage.simulator.process.start()
    stage.simulator.process.wait_until(programs.answers_at(f"{stage.simulator.url}/__state"), seconds=90)


@pytest.fixture
def stopped(stage: Stage):
    """The stage with a shop that can be stopped; it is there again for the next test."""
    yield stage
    if not stage.simulator.process.is_running():
        start_again(stage)


def hold_back(stage: Stage) -> None:
    """Let the shop count as being down for everybody."""
    breaker = open_breaker(settings.load(settings.REDIS, settings.SHOPIFY, source=stage.settings))
    while not breaker.state().is_open:
        breaker.failed(breaker.admit())


def pass_the_pause(stage: Stage) -> None:
    """Let the breaker's pause end, so that the next call is a probe."""
    with redis.Redis.from_url(stage.settings["REDIS_URL"]) as shared:
        for key in shared.keys("shopify:breaker:*"):
            shared.hincrbyfloat(key, "held_until", -60)


def waits_of(stage: Stage) -> list[float]:
    """In how many seconds each piece of work is due."""
    with stage.db.transaction() as session:
        now = clock(session)
        return [(due - now).total_seconds() for due in session.scalars(select(Work.next_attempt_at))]


def test_a_backlog_behind_a_shop_that_was_down_for_two_hours_drains_by_itself(stopped):
    stage = stopped
    order_ids = [stage.order() for _ in range(ORDERS)]
    stage.simulator.process.stop()

    longest = 0.0
    for _ in range(ROUNDS):  # Ten minutes each.
        stage.later(600)
        longest = max(longest, *waits_of(stage))
        pass_the_pause(stage)

    with stage.db.transaction() as session:
        spent = session.scalars(select(Work.attempts)).all()
        journaled = session.scalars(select(PushAttempt.outcome)).all()
    # Five to find out, and one probe after each pause: not an attempt of every order each time.
    assert sum(spent) == len(journaled) <= FAILURES_TO_OPEN + ROUNDS
    assert set(journaled) == {"unavailable"}
    assert longest <= 60

    start_again(stage)
    stage.simulator.fault(
        "throttle", operation="draftOrderCreate", probability=0.5, seed=1
    )  # It comes back with little to give.
    pass_the_pause(stage)
    for _ in range(ORDERS):
        stage.later(30)
        if stage.work("orders.push") is None:
            break
    assert [stage.read(order_id).attention for order_id in order_ids] == [None] * ORDERS
    names = Counter(stage.read(order_id).draft_name for order_id in order_ids)
    assert names == Counter(draft["name"] for draft in stage.drafts())
    assert len(names) == ORDERS


def test_a_look_that_was_put_off_still_happens_before_anything_is_made_again(stopped):
    stage = stopped
    order_id = stage.order()
    stage.simulator.fault("lost_reply", operation="draftOrderCreate", times=1)
    stage.run()
    [made] = stage.drafts()
    hold_back(stage)

    stage.later(300)  # Longer than a draft of unknown outcome is waited for.
    assert stage.attempts(order_id) == ["unknown"], "nothing was asked, so nothing is known"
    pass_the_pause(stage)
    stage.later()

    assert [draft["name"] for draft in stage.drafts()] == [made["name"]]
    assert stage.read(order_id).draft_name == made["name"]


def test_what_would_only_be_put_off_is_not_handed_to_workers(stopped):
    stage = stopped
    stage.order()
    with stage.db.transaction() as session:
        session.execute(
            text(
                "INSERT INTO work (job, key, ids, next_attempt_at) VALUES ('webhooks.apply', '1', '{}', now())"
            )
        )

    with stage.db.transaction() as session:
        now = clock(session)
        kept = due_work.take_due(session, keep_busy=10, now=now, without_shop=True)
        rest = due_work.take_due(session, keep_busy=10, now=now, without_shop=False)

    assert [each.job for each in kept] == ["webhooks.apply"]
    assert [each.job for each in rest] == ["orders.push"]


def test_a_confirmation_waits_for_the_shop_and_costs_no_attempt(stopped):
    stage = stopped
    order_id = stage.pushed()
    decide(stage.db, request_confirm, order_id=order_id, by="staff")
    hold_back(stage)

    assert stage.run() == []
    work = stage.work("orders.confirm")
    assert work is not None
    assert (work.attempts, work.leased_until) == (0, None)
    assert "left alone for a while" in (work.last_error or "")
    pass_the_pause(stage)
    stage.later()

    await_until(lambda: stage.read(order_id).status == "UNFULFILLED", because="the order is confirmed")
    with stage.db.transaction() as session:
        assert session.scalars(select(Order.attention)).all() == [None]
