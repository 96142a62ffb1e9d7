"""Two things at once: decisions during a push, a lock that is lost, a lease that would run out."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from bridge.services.order_decisions import decide, request_cancel, request_confirm, request_reject
from bridge.services.order_turn import Timing
from bridge.services.push_order import push_order
from tests.flows.stage import Stage
from tests.support.waiting import await_until


def attempts_under_way(stage: Stage) -> int:
    with stage.db.transaction() as session:
        return session.scalar(text("SELECT count(*) FROM push_attempts WHERE outcome IS NULL"))


def test_an_order_rejected_while_its_draft_is_being_made_leaves_no_draft(stage):
    order_id = stage.order()
    stage.simulator.fault("slow", operation="draftOrderCreate", seconds=1, times=1)

    with ThreadPoolExecutor(1) as pool:
        push = pool.submit(stage.run)
        await_until(lambda: attempts_under_way(stage), because="the draft is being made")
        decide(stage.db, request_reject, order_id=order_id, by="staff", reason="too far")
        push.result()
    stage.later(5)

    assert stage.drafts() == []
    assert stage.read(order_id).status == "REJECTED"
    assert stage.stock(order_id) == ["released"]


def test_an_order_canceled_while_it_is_being_confirmed_ends_canceled_on_both_sides(stage):
    order_id = stage.pushed()
    stage.simulator.fault("slow", operation="draftOrderComplete", seconds=1, times=1)
    decide(stage.db, request_confirm, order_id=order_id, by="staff")

    with ThreadPoolExecutor(1) as pool:
        confirming = pool.submit(stage.run)
        await_until(lambda: stage.times_asked("draftOrderComplete"), because="the draft is being completed")
        decide(stage.db, request_cancel, order_id=order_id, by="staff", reason="changed their mind")
        confirming.result()
    stage.later(5)
    stage.later(5)

    order = stage.read(order_id)
    assert order.status == "CANCELED"
    assert [one["cancelledAt"] is not None for one in stage.orders()] == [True]
    assert [draft for draft in stage.drafts() if draft["status"] == "OPEN"] == []


def test_an_order_rejected_while_its_confirmation_looks_is_never_completed(stage):
    order_id = stage.pushed()
    stage.simulator.fault("slow", operation="FindOrders", seconds=1, times=1)
    looked_before = stage.times_asked("orders")
    decide(stage.db, request_confirm, order_id=order_id, by="staff")

    with ThreadPoolExecutor(1) as pool:
        confirming = pool.submit(stage.run)
        await_until(lambda: stage.times_asked("orders") > looked_before, because="the look before completing")
        decide(stage.db, request_reject, order_id=order_id, by="staff", reason="too far")
        confirming.result()
    stage.later(5)

    assert stage.times_asked("draftOrderComplete") == 0
    assert stage.read(order_id).status == "REJECTED"
    assert stage.drafts() == []


def test_nothing_is_sent_when_the_lease_would_run_out_during_the_call(stage):
    order_id = stage.order()

    push_order(
        stage.db,
        stage.shop,
        order_id=order_id,
        timing=Timing(lease_seconds=10, call_seconds=3, grace_seconds=30),
    )

    assert stage.drafts() == []
    assert stage.attempts(order_id) == ["unavailable"]
    stage.later()
    assert len(stage.drafts()) == 1


def test_nothing_is_sent_when_postgresql_has_forgotten_the_lock(stage):
    order_id = stage.order()
    stage.simulator.fault("refuse", operation="draftOrderCreate", times=1)
    stage.run()
    stage.simulator.fault("slow", operation="draftOrders", seconds=1, times=1)

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(stage.later)  # Nothing is found, and a second attempt would be made.
        await_until(lambda: end_lock_sessions(stage), because="the order's lock is held")
        looking.result()

    assert stage.drafts() == []
    assert stage.attempts(order_id) == ["resolved_absent", "unavailable"]
    stage.later()
    assert len(stage.drafts()) == 1


def test_a_worker_that_wakes_too_late_does_not_take_the_order_over(stage):
    order_id = stage.order()
    stage.simulator.fault("slow", operation="draftOrderCreate", seconds=1, times=1)

    with ThreadPoolExecutor(1) as pool:
        frozen = pool.submit(stage.run)
        await_until(lambda: stage.times_asked("draftOrderCreate"), because="the draft is being made")
        with stage.db.transaction() as session:  # The next attempt's draft was recorded meanwhile.
            session.execute(text("UPDATE orders SET draft_id = 4711, draft_name = '#D4711'"))
        frozen.result()

    assert stage.read(order_id).draft_id == 4711
    assert stage.drafts() == [], "the spare one is deleted"
    assert stage.attempts(order_id) == ["removed"]


def end_lock_sessions(stage: Stage) -> bool:
    """End the sessions that hold locks, as a restarted server does; whether there was one."""
    with stage.db.transaction() as session:
        ended = session.scalars(
            text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")
        )
        return any(ended)
