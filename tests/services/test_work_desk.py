"""How due work stands, and what staff can do about work that is stuck."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bridge import jobs
from bridge.db import RING, Database, clock
from bridge.domain.errors import InvalidRequest, NotFound
from bridge.models import Work
from bridge.services import work_decisions, work_queries
from bridge.services.work_queries import WorkList
from tests.support.due_work import accept, ask, events, mark

STAFF = "cli:amal"


@pytest.fixture
def order(db: Database) -> str:
    return accept(db)


def listed(db: Database, **how: Any) -> WorkList:
    with db.transaction() as session:
        return work_queries.list_work(session, now=clock(session), **how)


def decide(db: Database, decision: Any, work_id: int, **how: Any) -> Work:
    with db.transaction() as session:
        return decision(session, work_id=work_id, by=STAFF, now=clock(session), **how)


def test_work_is_listed_by_how_it_stands_the_worst_first(db, order):
    waiting = ask(db, jobs.READ_ORDER, order_id=order)
    scheduled = ask(db, jobs.READ_STOCK, inventory_item_id=7)
    retrying = ask(db, jobs.APPLY_WEBHOOK, webhook_id=5)
    working = ask(db, jobs.CLOSE_LINES, order_id=order)
    unknown = ask(db, jobs.PUSH_ORDER, order_id=order)
    given_up = ask(db, jobs.CLOSE_ORDER, order_id=order)
    mark(db, scheduled, "next_attempt_at = now() + interval '1 hour'")
    mark(
        db, retrying, "last_error = 'no order yet', attempts = 2, next_attempt_at = now() + interval '1 hour'"
    )
    mark(db, working, "leased_until = now() + interval '1 hour', next_attempt_at = now() + interval '1 hour'")
    mark(db, given_up, "given_up_at = now(), last_error = 'shop_refused: no'")
    with db.transaction() as session:
        session.execute(
            text(
                "INSERT INTO push_attempts (order_id, number, gives_up_at, outcome)"
                " VALUES (:order, 1, now(), 'unknown')"
            ),
            {"order": order},
        )

    everything, failed = listed(db), listed(db, failed=True)

    assert [(one.work.id, one.state) for one in everything.listed] == [
        (given_up, "given_up"),
        (unknown, "unknown"),
        (retrying, "retrying"),
        (working, "working"),
        (waiting, "due"),
        (scheduled, "scheduled"),
    ]
    assert [one.work.id for one in failed.listed] == [given_up, unknown, retrying]
    assert everything.counts == failed.counts == dict.fromkeys(work_queries.STATES, 1)


def test_an_attempt_that_died_without_a_word_is_of_unknown_outcome(db, order):
    ask(db, jobs.PUSH_ORDER, order_id=order)
    with db.transaction() as session:
        session.execute(
            text(
                "INSERT INTO push_attempts (order_id, number, gives_up_at)"
                " VALUES (:order, 1, now() - interval '1 second')"
            ),
            {"order": order},
        )

    assert [one.state for one in listed(db).listed] == ["unknown"]


def test_a_short_page_still_counts_everything(db):
    for number in range(3):
        ask(db, jobs.APPLY_WEBHOOK, webhook_id=number)
    ask(db, jobs.READ_STOCK, inventory_item_id=7)

    page = listed(db, limit=2)
    webhooks = listed(db, job=jobs.APPLY_WEBHOOK)

    assert (len(page.listed), page.counts["due"]) == (2, 4)
    assert {one.work.job for one in webhooks.listed} == {jobs.APPLY_WEBHOOK}
    assert webhooks.counts["due"] == 3


def test_a_retry_makes_given_up_work_due_again_and_rings(db, order):
    stuck = ask(db, jobs.PUSH_ORDER, order_id=order)
    mark(db, stuck, "given_up_at = now(), attempts = 160, next_attempt_at = now() + interval '1 hour'")

    def retry(session: Session, *, now: datetime, **how: Any) -> Work:
        work = work_decisions.retry(session, now=now, **how)
        assert session.info[RING]
        return work

    decide(db, retry, stuck)

    (again,) = listed(db).listed
    assert (again.state, again.work.attempts) == ("due", 0)
    assert events(db) == [("work_retried", STAFF, None, jobs.PUSH_ORDER)]


def test_a_dismissal_leaves_its_reason_on_the_order(db, order):
    stuck = ask(db, jobs.PUSH_ORDER, order_id=order)
    mark(db, stuck, "given_up_at = now()")

    decide(db, work_decisions.dismiss, stuck, reason=" made by hand as #1001 ")

    assert listed(db).listed == []
    assert events(db) == [("work_dismissed", STAFF, "made by hand as #1001", jobs.PUSH_ORDER)]
    with db.transaction() as session:
        attention = session.execute(text("SELECT attention FROM orders")).scalar_one()
    assert attention == "dismissed: orders.push: made by hand as #1001"


def test_work_of_no_order_can_be_dismissed_too(db):
    parked = ask(db, jobs.APPLY_WEBHOOK, webhook_id=5)

    decide(db, work_decisions.dismiss, parked, reason="of another shop")

    assert listed(db).listed == []


@pytest.mark.parametrize(
    ("decision", "how"), [(work_decisions.retry, {}), (work_decisions.dismiss, {"reason": "enough"})]
)
def test_work_that_somebody_is_at_is_left_alone(db, order, decision, how):
    held = ask(db, jobs.PUSH_ORDER, order_id=order)
    mark(db, held, "leased_until = now() + interval '1 hour'")

    with pytest.raises(InvalidRequest, match="right now"):
        decide(db, decision, held, **how)

    assert events(db) == []
    assert [one.state for one in listed(db).listed] == ["working"]


@pytest.mark.parametrize(
    ("decision", "how"), [(work_decisions.retry, {}), (work_decisions.dismiss, {"reason": "enough"})]
)
def test_work_that_was_done_meanwhile_is_not_there(db, decision, how):
    with pytest.raises(NotFound, match="there is no work 99"):
        decide(db, decision, 99, **how)


@pytest.mark.parametrize("reason", ["", " ", "x" * 1001])
def test_a_dismissal_needs_a_reason(db, order, reason):
    stuck = ask(db, jobs.PUSH_ORDER, order_id=order)

    with pytest.raises(InvalidRequest, match="reason"):
        decide(db, work_decisions.dismiss, stuck, reason=reason)

    assert len(listed(db).listed) == 1


@pytest.mark.parametrize("limit", [0, 501])
def test_a_page_has_an_end(db, limit):
    with pytest.raises(InvalidRequest, match="limit"):
        listed(db, limit=limit)
