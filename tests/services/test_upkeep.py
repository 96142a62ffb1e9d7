"""Turns, cleaning and looking over: what keeps a bridge that runs for years in order."""

import threading
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, text

from bridge import jobs
from bridge.db import Database, clock
from bridge.models import Decision, IdempotencyKey, SyncRun, WebhookEvent, Work
from bridge.services.clean_up import clean_up
from bridge.services.look_over import look_over
from bridge.services.reserve_stock import commit
from bridge.services.schedule import come_again, take_turn
from bridge.services.stock_location import remember_location
from tests.support.selling import LOCATION, add_level, add_listing, add_order, add_partner


def turn(db: Database, name: str = "job", seconds: float = 600) -> bool:
    with db.transaction() as session:
        return take_turn(session, name, seconds, clock(session))


def test_a_turn_is_taken_once_per_period(db: Database):
    assert turn(db)
    assert not turn(db)
    assert turn(db, name="another job")

    with db.transaction() as session:
        session.execute(text("UPDATE marks SET at = at - interval '541 seconds' WHERE name = 'turn:job'"))

    assert turn(db)
    assert not turn(db)


def test_a_turn_that_came_to_nothing_comes_again_in_a_minute(db: Database):
    assert turn(db)
    with db.transaction() as session:
        come_again(session, "job", 600, clock(session))

    assert not turn(db)
    with db.transaction() as session:
        session.execute(text("UPDATE marks SET at = at - interval '55 seconds' WHERE name = 'turn:job'"))
    assert turn(db)
    assert not turn(db)


def test_of_seven_beats_at_once_one_has_the_turn(db: Database):
    taken: list[bool] = []
    threads = [threading.Thread(target=lambda: taken.append(turn(db))) for _ in range(7)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == [False] * 6 + [True]


def test_a_turn_that_died_with_its_transaction_was_not_taken(db: Database):
    class Died(Exception):
        pass

    try:
        with db.transaction() as session:
            assert take_turn(session, "job", 600, clock(session))
            raise Died
    except Died:
        pass

    assert turn(db)


def add_webhook(session, webhook_id: str, state: str, days: float) -> None:
    session.add(
        WebhookEvent(
            webhook_id=webhook_id,
            topic="orders/updated",
            shop_domain="test.myshopify.com",
            body=b"{}",
            state=state,
            received_at=clock(session) - timedelta(days=days),
        )
    )


def test_only_what_is_old_enough_is_removed(db: Database):
    with db.transaction() as session:
        partner = add_partner(session)
        now = clock(session)
        for key, seconds in (("ended", -1), ("live", 60)):
            session.add(
                IdempotencyKey(
                    partner_id=partner.id,
                    key=key,
                    fingerprint=b"",
                    expires_at=now + timedelta(seconds=seconds),
                )
            )
        for state, days in (("foreign", 7), ("applied", 30), ("failed", 400), ("parked", 400)):
            add_webhook(session, f"old {state}", state, days + 0.1)
            add_webhook(session, f"new {state}", state, days - 0.1)
        session.add(SyncRun(kind="inventory", finished_at=now - timedelta(days=31)))
        session.add(SyncRun(kind="inventory", finished_at=now))
        for number, days in enumerate((90.1, 89.9)):
            session.add(
                Decision(
                    id=UUID(int=number),
                    partner_id=partner.id,
                    partner_order_id=f"{days} days old",
                    made_order=False,
                    currency="USD",
                    lines=[],
                    created_at=now - timedelta(days=days),
                )
            )

    removed = clean_up(db)

    assert removed == {
        "idempotency_keys": 1,
        "foreign_webhooks": 1,
        "applied_webhooks": 1,
        "decisions": 1,
        "sync_runs": 1,
    }
    with db.transaction() as session:
        assert session.scalars(select(IdempotencyKey.key)).all() == ["live"]
        left = set(session.scalars(select(WebhookEvent.webhook_id)))
        assert session.scalars(select(Decision.partner_order_id)).all() == ["89.9 days old"]
    assert left == {
        "new foreign", "new applied", "old failed", "new failed", "old parked", "new parked",
    }  # fmt: skip


def test_more_than_one_batch_is_removed_and_a_second_cleaner_does_no_harm(db: Database):
    with db.transaction() as session:
        partner = add_partner(session)
        session.execute(
            text(
                "INSERT INTO idempotency_keys (partner_id, key, fingerprint, expires_at)"
                " SELECT :partner, n::text, '', now() - interval '1 day' FROM generate_series(1, 2500) n"
            ),
            {"partner": partner.id},
        )
    threads = [threading.Thread(target=clean_up, args=(db,)) for _ in range(2)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(IdempotencyKey)) == 0


def test_nothing_is_neglected_in_a_bridge_that_works(db: Database):
    with db.transaction() as session:
        remember_location(session, LOCATION, now=clock(session))
        add_listing(session, add_partner(session), "A", 1)
        add_level(session, 1, 5, seen_at=clock(session))
        jobs.request(session, jobs.PUSH_ORDER, order_id=UUID(int=1))

    neglect = look_over(db, stale_after_seconds=3600)

    assert set(_counts(neglect).values()) == {0}


def test_what_is_neglected_is_counted(db: Database):
    with db.transaction() as session:
        now = clock(session)
        remember_location(session, LOCATION, now=now)
        partner = add_partner(session)
        add_listing(session, partner, "never seen", 1)
        add_listing(session, partner, "seen long ago", 2)
        add_listing(session, partner, "retired", 3, retired_at=now)
        add_level(session, 2, 5, seen_at=now - timedelta(hours=2))
        late = now - timedelta(minutes=6)
        jobs.request(session, jobs.PUSH_ORDER, order_id=UUID(int=1), at=late)
        jobs.request(session, jobs.PUSH_ORDER, order_id=UUID(int=2), at=late)
        session.flush()
        session.query(Work).filter(Work.ids["order_id"].astext == str(UUID(int=2))).update(
            {"given_up_at": now}
        )
        add_webhook(session, "parked", "parked", 1)

    neglect = look_over(db, stale_after_seconds=3600)

    assert _counts(neglect) == {
        "unclaimed_work": 1,
        "given_up_work": 1,
        "unknown_stock": 1,
        "stale_stock": 1,
        "parked_webhooks": 1,
        "waiting_orders": 0,
        "stuck_reservations": 0,
    }


def test_units_that_nobody_can_buy_are_counted(db: Database):
    with db.transaction() as session:
        partner = add_partner(session)
        long_ago = clock(session) - timedelta(minutes=11)
        held_by_the_living = add_order(session, partner, {1: 1})
        held_by_the_dead = add_order(session, partner, {1: 1}, status="CANCELED")
        committed = add_order(session, partner, {1: 1}, status="UNFULFILLED")
        committed_just_now = add_order(session, partner, {1: 1}, status="UNFULFILLED")
        for order in (held_by_the_living, held_by_the_dead, committed):
            order.updated_at = long_ago
        commit(session, committed, long_ago)
        commit(session, committed_just_now, clock(session))

    assert look_over(db, stale_after_seconds=3600).stuck_reservations == 2


def _counts(neglect) -> dict[str, int]:
    return {name: getattr(neglect, name) for name in neglect.__dataclass_fields__}
