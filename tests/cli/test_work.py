"""What operators see of due work, and what they can do about it."""

import pytest
from sqlalchemy import text

from bridge import jobs
from bridge.db import Database
from tests.cli.running import bridge, succeed

ORDER = "00000000-0000-0000-0000-000000000001"
PARTNER = "00000000-0000-0000-0000-00000000000a"


@pytest.fixture
def env(database_url: str, redis_url: str) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "REDIS_URL": redis_url}


@pytest.fixture
def order(db: Database) -> str:
    """An accepted order that nothing has happened to."""
    with db.transaction() as session:
        session.execute(
            text("INSERT INTO partners (id, name, currency) VALUES (:id, 'Zain', 'USD')"), {"id": PARTNER}
        )
        session.execute(
            text(
                "INSERT INTO orders (id, partner_id, partner_order_id, cart_digest, status, currency, subtotal,"
                " tax, shipping, total, customer_name, shipping_street, shipping_city, shipping_postal_code,"
                " shipping_country, shipping_country_code, location_id) VALUES (:id, :partner, 'Z-1', '',"
                " 'INCOMPLETE_CAUTION', 'USD', 1, 0, 0, 1, 'Layla', 'a', 'b', 'c', 'JO', 'JO', 1)"
            ),
            {"id": ORDER, "partner": PARTNER},
        )
    return ORDER


def ask(db: Database, job: str, **ids: object) -> int:
    with db.transaction() as session:
        jobs.request(session, job, **ids)
        return session.execute(text("SELECT max(id) FROM work")).scalar_one()


def mark(db: Database, work_id: int, assignments: str) -> None:
    with db.transaction() as session:
        session.execute(text(f"UPDATE work SET {assignments} WHERE id = :id"), {"id": work_id})  # noqa: S608


def events(db: Database) -> list[tuple]:
    with db.transaction() as session:
        return [
            tuple(row)
            for row in session.execute(
                text("SELECT kind, reason, detail->>'job' FROM order_events ORDER BY id")
            )
        ]


def test_an_empty_list_says_so(env):
    assert succeed("work", "list", env=env)["work"] == []
    assert bridge("work", "list", env=env).out == "work: none\n"


def test_work_is_listed_by_how_it_stands_the_worst_first(db, env, order):
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

    listed = succeed("work", "list", env=env)
    failed = succeed("work", "list", "--failed", env=env)

    assert [(work["id"], work["state"]) for work in listed["work"]] == [
        (given_up, "given_up"),
        (unknown, "unknown"),
        (retrying, "retrying"),
        (working, "working"),
        (waiting, "due"),
        (scheduled, "scheduled"),
    ]
    assert [work["id"] for work in failed["work"]] == [given_up, unknown, retrying]
    assert set(listed["counts"].values()) == {1}
    assert listed["work"][0]["last_error"] == "shop_refused: no"
    assert "shop_refused: no" in bridge("work", "list", env=env).out


def test_a_short_page_still_counts_everything(db, env):
    for number in range(3):
        ask(db, jobs.APPLY_WEBHOOK, webhook_id=number)

    listed = succeed("work", "list", "--limit", 2, env=env)

    assert len(listed["work"]) == 2
    assert listed["counts"]["due"] == 3


def test_a_retry_makes_given_up_work_due_again(db, env, order):
    stuck = ask(db, jobs.PUSH_ORDER, order_id=order)
    mark(db, stuck, "given_up_at = now(), attempts = 160, next_attempt_at = now() + interval '1 hour'")

    answer = succeed("work", "retry", stuck, env=env)

    assert (answer["id"], answer["job"]) == (stuck, jobs.PUSH_ORDER)
    again = succeed("work", "list", env=env)["work"][0]
    assert (again["state"], again["attempts"]) == ("due", 0)
    assert events(db) == [("work_retried", None, jobs.PUSH_ORDER)]


def test_a_dismissal_leaves_its_reason_on_the_order(db, env, order):
    stuck = ask(db, jobs.PUSH_ORDER, order_id=order)
    mark(db, stuck, "given_up_at = now()")

    succeed("work", "dismiss", stuck, "--reason", "made by hand as #1001", env=env)

    assert succeed("work", "list", env=env)["work"] == []
    assert events(db) == [("work_dismissed", "made by hand as #1001", jobs.PUSH_ORDER)]
    with db.transaction() as session:
        attention = session.execute(text("SELECT attention FROM orders")).scalar_one()
    assert attention == "dismissed: orders.push: made by hand as #1001"


def test_work_of_no_order_can_be_dismissed_too(db, env):
    parked = ask(db, jobs.APPLY_WEBHOOK, webhook_id=5)

    succeed("work", "dismiss", parked, "--reason", "of another shop", env=env)

    assert succeed("work", "list", env=env)["work"] == []


@pytest.mark.parametrize("command", [["retry"], ["dismiss", "--reason", "enough"]])
def test_work_that_somebody_is_at_is_left_alone(db, env, order, command):
    held = ask(db, jobs.PUSH_ORDER, order_id=order)
    mark(db, held, "leased_until = now() + interval '1 hour'")

    answer = bridge("work", command[0], held, *command[1:], env=env)

    assert answer.code == 1
    assert "right now" in answer.err
    assert events(db) == []
    assert len(succeed("work", "list", env=env)["work"]) == 1


@pytest.mark.parametrize(
    ("because", "command", "words"),
    [
        ("it was done meanwhile", ["retry", "99"], "there is no work 99"),
        ("it was done meanwhile", ["dismiss", "99", "--reason", "x"], "there is no work 99"),
        ("a reason is needed", ["dismiss", "99"], "--reason"),
        ("a blank reason is none", ["dismiss", "99", "--reason", " "], "a reason of 1 to 1000"),
        ("an id is a number", ["retry", "all"], "is not a valid integer"),
        ("a page has an end", ["list", "--limit", "501"], "501"),
    ],
)
def test_a_command_that_makes_no_sense_is_refused(env, because, command, words):
    answer = bridge("work", *command, env=env)

    assert answer.code == 1
    assert words in answer.err
