"""The queue of record: asking once, claiming once, and what becomes of work that fails."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from bridge import jobs
from bridge.db import Database, clock
from bridge.domain.retries import RetryPolicy
from bridge.models import Work
from bridge.services import due_work, work_decisions
from bridge.services.poison import MAX_DEATHS
from tests.support.due_work import accept, events, mark
from tests.support.servers import sqlalchemy_url

ORDER = {"order_id": "00000000-0000-0000-0000-000000000001"}
POLICY = RetryPolicy(delays=(60,), give_up_after=2)


def ask(db: Database, job: str = jobs.PUSH_ORDER) -> None:
    with db.transaction() as session:
        jobs.request(session, job, **ORDER)


def claim(db: Database, job: str = jobs.PUSH_ORDER) -> due_work.Claim | None:
    with db.transaction() as session:
        return due_work.claim(session, job, lease_seconds=120, now=clock(session), **ORDER)


def take(db: Database, keep_busy: int = 10) -> list[str]:
    with db.transaction() as session:
        return [w.job for w in due_work.take_due(session, keep_busy=keep_busy, now=clock(session))]


def rows(db: Database) -> list[Work]:
    with db.transaction() as session:
        return list(session.scalars(select(Work).order_by(Work.id)))


def later(db: Database, seconds: int) -> None:
    """Let `seconds` pass for all work, without waiting for them."""
    with db.transaction() as session:
        session.execute(
            text(
                "UPDATE work SET next_attempt_at = next_attempt_at - make_interval(secs => :s),"
                " leased_until = leased_until - make_interval(secs => :s),"
                " rung_at = rung_at - make_interval(secs => :s)"
            ),
            {"s": seconds},
        )


def test_asking_twice_before_it_ran_is_asking_once(db: Database):
    ask(db)
    ask(db)

    assert len(rows(db)) == 1


def test_work_is_claimed_by_one(db: Database):
    ask(db)

    assert claim(db) is not None
    assert claim(db) is None


def test_finished_work_is_gone(db: Database):
    ask(db)
    claimed = claim(db)
    assert claimed

    with db.transaction() as session:
        due_work.finish(session, claimed, now=clock(session))

    assert rows(db) == []


def test_asking_while_it_runs_makes_it_run_again_and_not_at_the_same_time(db: Database):
    ask(db)
    claimed = claim(db)
    assert claimed

    ask(db)
    second_while_running = claim(db)
    with db.transaction() as session:
        due_work.finish(session, claimed, now=clock(session))

    assert second_while_running is None
    assert claim(db) is not None


def test_the_work_of_a_dead_worker_is_due_when_its_lease_ends(db: Database):
    ask(db)
    claim(db)
    before = take(db)

    later(db, 121)

    assert before == []
    assert take(db) == [jobs.PUSH_ORDER]
    again = claim(db)
    assert again
    assert again.attempts == 2


def test_failed_work_is_tried_again_and_then_waits_for_staff(db: Database):
    ask(db)
    outcomes = []
    for _ in range(2):
        claimed = claim(db)
        assert claimed
        with db.transaction() as session:
            outcomes.append(
                due_work.fail(session, claimed, policy=POLICY, error="Shopify is down", now=clock(session))
            )
        later(db, 100)

    assert outcomes == [True, False]
    assert claim(db) is None
    (work,) = rows(db)
    assert work.given_up_at is not None
    assert work.last_error == "Shopify is down"


def test_waiting_is_not_counted_as_a_failure(db: Database):
    ask(db)
    for _ in range(5):
        claimed = claim(db)
        assert claimed
        with db.transaction() as session:
            due_work.wait(session, claimed, until=clock(session) - timedelta(seconds=1))

    again = claim(db)
    assert again
    assert again.attempts == 1


def test_asking_again_wakes_work_that_was_given_up(db: Database):
    ask(db)
    claimed = claim(db)
    assert claimed
    with db.transaction() as session:
        due_work.give_up(session, claimed, error="refused", now=clock(session))

    ask(db)

    again = claim(db)
    assert again
    assert again.attempts == 1


def test_a_ring_is_repeated_only_after_a_while(db: Database):
    ask(db)

    assert take(db) == [jobs.PUSH_ORDER]
    assert take(db) == []
    later(db, 31)
    assert take(db) == [jobs.PUSH_ORDER]


def test_no_more_is_rung_for_than_keeps_the_workers_busy(db: Database):
    for job in (jobs.PUSH_ORDER, jobs.READ_ORDER, jobs.CLOSE_ORDER):
        ask(db, job)

    assert len(take(db, keep_busy=2)) == 2
    assert take(db, keep_busy=2) == []
    claim(db, jobs.PUSH_ORDER)
    assert take(db, keep_busy=2) == [jobs.CLOSE_ORDER]


def test_work_for_later_is_not_due_and_rings_nobody(database_url: str):
    rings = []
    db = Database(sqlalchemy_url(database_url), ring=lambda: rings.append(1))
    with db.transaction() as session:
        jobs.request(session, jobs.READ_STOCK, at=clock(session) + timedelta(minutes=1), inventory_item_id=7)
    quiet = list(rings)
    ask(db)

    assert take(db) == [jobs.PUSH_ORDER]
    assert quiet == []
    assert rings == [1]
    db.dispose()


def test_a_transaction_that_fails_rings_nobody_and_asks_for_nothing(database_url: str):
    rings = []
    db = Database(sqlalchemy_url(database_url), ring=lambda: rings.append(1))

    def ask_and_fail():
        with db.transaction() as session:
            jobs.request(session, jobs.PUSH_ORDER, **ORDER)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask_and_fail()

    assert rings == []
    assert rows(db) == []
    db.dispose()


def test_a_lock_is_held_by_one_and_let_go(db: Database):
    with db.exclusive("order:1") as mine, db.exclusive("order:1") as theirs:
        held = (bool(mine), bool(theirs))
    with db.exclusive("order:1") as lock:
        again = bool(lock)

    assert held == (True, False)
    assert again


def test_a_lock_that_the_server_forgot_is_not_held_any_more(db: Database):
    with db.exclusive("order:1") as lock:
        assert lock.still_held()

        with db.transaction() as session:
            session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '% locks'"
                )
            )

        assert not lock.still_held()
    with db.exclusive("order:1") as again:
        assert again


def dies(db: Database) -> due_work.Claim | None:
    """Claim the work as a worker that ends without a word does, and let its lease end."""
    claimed = claim(db)
    later(db, 121)
    return claimed


def test_work_that_ends_every_worker_is_given_up_with_the_reason(db: Database):
    accept(db)
    ask(db)

    assert all(dies(db) for _ in range(MAX_DEATHS))
    assert claim(db) is None

    (work,) = rows(db)
    reason = "worker_lost: 5 attempts in a row ended with their worker"
    assert (work.given_up_at is not None, work.attempts, work.last_error) == (True, MAX_DEATHS, reason)
    assert events(db) == [("attention", "bridge", reason, "orders.push")]
    assert take(db) == []


def test_a_worker_that_comes_back_clears_the_suspicion(db: Database):
    ask(db)
    for _ in range(3):
        for _ in range(MAX_DEATHS - 1):
            assert dies(db)
        claimed = claim(db)
        assert claimed
        with db.transaction() as session:
            due_work.wait(session, claimed, until=clock(session) - timedelta(seconds=1))

    assert claim(db) is not None


def test_an_error_nobody_expected_is_no_death_and_still_comes_to_an_end(db: Database):
    ask(db)
    for _ in range(MAX_DEATHS + 1):
        assert claim(db)
        with db.transaction() as session:
            due_work.note_crash(session, jobs.PUSH_ORDER, error="KeyError: 'sku'", **ORDER)
        later(db, 121)
    (work,) = rows(db)
    assert (work.deaths, work.given_up_at) == (0, None)

    mark(db, work.id, "attempts = 200")

    assert claim(db) is None
    assert [w.last_error for w in rows(db)] == [
        "worker_lost: 200 attempts, the last one ended with KeyError: 'sku'"
    ]


@pytest.mark.parametrize("again", ["asked for", "retried"])
def test_work_that_was_buried_begins_anew_when_it_is_wanted_again(db: Database, again: str):
    accept(db)
    ask(db)
    for _ in range(MAX_DEATHS + 1):
        dies(db)

    if again == "asked for":
        ask(db)
    else:
        with db.transaction() as session:
            (work,) = session.scalars(select(Work))
            work_decisions.retry(session, work_id=work.id, by="staff", now=clock(session))

    claimed = claim(db)
    assert claimed is not None
    assert claimed.attempts == 1
