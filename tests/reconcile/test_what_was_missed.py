"""Whatever the bridge did not hear of, a look at the shop brings it back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update

from bridge import jobs
from bridge.db import clock
from bridge.domain.errors import ShopUnavailable
from bridge.models import Counter, Mark, SyncRun, Work
from bridge.services.compare_shop import Drift, compare_orders
from bridge.services.lost_work import ask_about_some
from bridge.services.order_decisions import decide, request_reject
from bridge.services.reconcile import MARK, UNKNOWN_MARK, reconcile, reconcile_on_schedule
from tests.cli.running import succeed
from tests.support.aging import age
from tests.webhooks.stage import Stage

DUPLICATE = (
    "mutation ($id: ID!) { draftOrderDuplicate(id: $id) { draftOrder { id } userErrors { message } } }"
)


@pytest.fixture
def deaf(stage: Stage) -> Stage:
    """A stage that no webhook reaches."""
    stage.simulator.fault("webhook_drop")
    return stage


def look(stage: Stage):
    """Reconcile, and do what follows from it."""
    found = reconcile(stage.db, stage.shop, every_seconds=900)
    assert found is not None
    assert stage.run() == []
    return found


def time_passes(stage: Stage, minutes: int) -> None:
    """Make our own orders' times older."""
    with stage.db.transaction() as session:
        session.execute(
            text(
                "UPDATE orders SET created_at = created_at - make_interval(mins => :m), updated_at = updated_at"
                " - make_interval(mins => :m), confirm_requested_at = confirm_requested_at"
                " - make_interval(mins => :m), intent_at = intent_at - make_interval(mins => :m)"
            ),
            {"m": minutes},
        )


def runs(stage: Stage) -> list[SyncRun]:
    with stage.db.transaction() as session:
        return list(session.scalars(select(SyncRun).where(SyncRun.kind == "reconcile").order_by(SyncRun.id)))


def mark(stage: Stage):
    with stage.db.transaction() as session:
        found = session.get(Mark, MARK)
        return found and found.at


def complete_as_staff(stage: Stage, draft: str) -> str:
    """Complete a draft in Shopify's admin; the order's gid."""
    made = stage.staff(
        "mutation ($id: ID!) { draftOrderComplete(id: $id) { draftOrder { order { id } }"
        " userErrors { message } } }",
        id=draft,
    )
    return made["draftOrder"]["order"]["id"]


def test_without_any_webhook_every_order_comes_to_the_right_state(deaf: Stage):
    completed, shipped, canceled, gone, waiting = (deaf.pushed() for _ in range(5))
    for order in (shipped, canceled):
        deaf.decide_to_confirm(order)
    deaf.run()
    complete_as_staff(deaf, deaf.draft_gid(completed))
    parcel = deaf.ship(shipped)
    deaf.scan(parcel, "DELIVERED")
    deaf.cancel(canceled)
    deaf.staff(
        "mutation ($id: ID!) { draftOrderDelete(input: {id: $id}) { deletedId userErrors { message } } }",
        id=deaf.draft_gid(gone),
    )

    look(deaf)
    deaf.later(301)

    statuses = [deaf.read(order).status for order in (completed, shipped, canceled, gone, waiting)]
    assert statuses == ["UNFULFILLED", "COMPLETE", "CANCELED", "CANCELED", "INCOMPLETE_CAUTION"]
    assert len(deaf.drafts()) == 4
    assert len(deaf.orders()) == 3


def test_what_no_webhook_told_is_drift_once_it_should_have_come(deaf: Stage):
    order = deaf.pushed()
    deaf.decide_to_confirm(order)
    deaf.run()
    deaf.ship(order)
    with deaf.db.transaction() as session:
        session.execute(text("UPDATE shopify_orders SET shopify_updated_at = now() - interval '2 hours'"))
        session.execute(
            text("UPDATE shopify_fulfillments SET shopify_updated_at = now() - interval '2 hours'")
        )
    [seen] = [named for page in deaf.shop.changed_orders(since=_an_hour_ago(deaf)) for named in page]

    drifts = []
    for minutes in (0, 2):
        drift = Drift()
        with deaf.db.transaction() as session:
            compare_orders(session, [seen], drift, now=clock(session) + timedelta(minutes=minutes))
        drifts.append(drift.behind)
    deaf.run()

    assert drifts == [0, 1]
    assert deaf.read(order).status == "FULFILLED"
    assert look(deaf).behind == 0


def _an_hour_ago(stage: Stage):
    with stage.db.transaction() as session:
        return clock(session) - timedelta(hours=1)


def test_lost_rows_of_work_are_asked_for_again_and_given_up_ones_are_not(deaf: Stage):
    pushed, rejected = deaf.pushed(), deaf.pushed()
    unpushed, stuck = deaf.order(), deaf.order()
    deaf.decide_to_confirm(pushed)
    decide(deaf.db, request_reject, order_id=rejected, by="staff", reason="no")
    with deaf.db.transaction() as session:
        session.execute(delete(Work).where(Work.ids["order_id"].astext != str(stuck)))
        session.execute(update(Work).values(given_up_at=clock(session)))
    found = reconcile(deaf.db, deaf.shop, every_seconds=900)
    assert found is not None
    assert found.lost_work == 0  # Not old enough to be sure.
    with deaf.db.transaction() as session:
        session.execute(delete(Work).where(Work.given_up_at.is_(None)))
    time_passes(deaf, 6)

    assert look(deaf).lost_work == 3
    assert [deaf.read(order).status for order in (pushed, rejected)] == ["UNFULFILLED", "REJECTED"]
    assert deaf.read(unpushed).draft_id is not None
    assert deaf.read(stuck).draft_id is None
    assert look(deaf).lost_work == 0
    with deaf.db.transaction() as session:
        assert session.scalar(select(Counter.value).where(Counter.label == "lost_work")) == 3


def test_the_mark_does_not_move_when_a_page_fails_and_the_run_says_why(deaf: Stage):
    order = deaf.pushed()
    look(deaf)
    before = mark(deaf)
    complete_as_staff(deaf, deaf.draft_gid(order))
    deaf.simulator.fault("error_500", times=1, operation="orders")

    with pytest.raises(ShopUnavailable):
        reconcile(deaf.db, deaf.shop, every_seconds=900)

    assert mark(deaf) == before
    assert [(run.complete, bool(run.last_error)) for run in runs(deaf)] == [(True, False), (False, True)]
    look(deaf)
    assert deaf.read(order).status == "UNFULFILLED"
    assert mark(deaf) > before


def test_two_beats_at_once_make_one_run(deaf: Stage):
    deaf.pushed()

    with ThreadPoolExecutor(4) as pool:
        for beat in [
            pool.submit(reconcile_on_schedule, deaf.db, deaf.shop, every_seconds=900) for _ in range(4)
        ]:
            beat.result()

    assert len(runs(deaf)) == 1


def test_the_shops_own_orders_are_ignored(deaf: Stage):
    ours = deaf.pushed()
    made = deaf.staff(
        "mutation ($input: DraftOrderInput!) { draftOrderCreate(input: $input) { draftOrder { id }"
        " userErrors { message } } }",
        input={
            "tags": ["bridge-to-nowhere", "vip"],
            "lineItems": [{"title": "Gift", "quantity": 1, "originalUnitPrice": "5.00"}],
        },
    )
    complete_as_staff(deaf, made["draftOrder"]["id"])

    found = look(deaf)
    assert (found.looked_at, found.unlinked, found.unknown) == (1, 0, {})
    assert deaf.read(ours).status == "INCOMPLETE_CAUTION"


def test_what_names_an_order_that_is_not_here_is_listed_until_staff_have_dealt_with_it(deaf: Stage):
    lost, sold = deaf.pushed(), deaf.pushed()
    draft, order = deaf.read(lost).draft_id, complete_as_staff(deaf, deaf.draft_gid(sold))
    sold_draft = deaf.read(sold).draft_id
    reconcile(deaf.db, deaf.shop, every_seconds=900)
    with deaf.db.transaction() as session:  # As after a restore from before both.
        for table in ("work", "push_attempts", "order_events", "reservations", "order_items", "orders"):
            session.execute(text(f"DELETE FROM {table}"))  # noqa: S608

    expected = {f"draft {draft}", f"draft {sold_draft}", f"order {order.rpartition('/')[2]}"}
    assert set(look(deaf).unknown) == expected
    assert (len(deaf.drafts()), len(deaf.orders())) == (2, 1)
    with deaf.db.transaction() as session:
        session.execute(update(Mark).where(Mark.name == MARK).values(at=Mark.at + timedelta(hours=2)))
    deaf.staff(
        "mutation ($id: ID!) { draftOrderDelete(input: {id: $id}) { deletedId userErrors { message } } }",
        id=f"gid://shopify/DraftOrder/{draft}",
    )

    look(deaf)
    with deaf.db.transaction() as session:
        assert set(session.get_one(Mark, UNKNOWN_MARK).value) == expected - {f"draft {draft}"}


def test_a_copy_is_not_linked_by_its_token(deaf: Stage):
    order = deaf.pushed()
    copy = deaf.staff(DUPLICATE, id=deaf.draft_gid(order))
    complete_as_staff(deaf, copy["draftOrder"]["id"])

    look(deaf)
    assert deaf.read(order).shopify_order_id is None
    assert "copy_seen" in deaf.timeline(order)
    age(deaf.db, deaf.simulator.store, timedelta(seconds=700))
    look(deaf)
    assert deaf.read(order).attention.startswith("copy_in_shop: order #")


def test_after_a_restore_the_changes_since_the_backup_are_found(deaf: Stage, backup):
    order = deaf.pushed()
    deaf.decide_to_confirm(order)
    deaf.run()
    look(deaf)
    fresh = deaf.order()
    with backup() as put_back:
        deaf.run()
        deaf.ship(order)
        deaf.decide_to_confirm(fresh)
        deaf.run()
        put_back()
        with deaf.db.transaction() as session:
            session.execute(delete(Work))

        look(deaf)
        assert [deaf.read(each).status for each in (order, fresh)] == ["FULFILLED", "UNFULFILLED"]
        assert (len(deaf.drafts()), len(deaf.orders())) == (2, 2)


def test_every_open_order_is_read_in_turn(deaf: Stage):
    orders = [deaf.pushed() for _ in range(3)]
    seen = []
    for _ in range(3):
        with deaf.db.transaction() as session:
            assert ask_about_some(session, every_seconds=1, now=clock(session), at_least=2) == 2
            rows = session.scalars(select(Work).where(Work.job == jobs.READ_ORDER)).all()
            seen += [row.ids["order_id"] for row in rows]
            session.execute(delete(Work))

    assert sorted(seen) == sorted(str(order) for order in orders * 2)


def test_an_operator_sees_what_was_found(deaf: Stage):
    deaf.pushed()

    answer = succeed("order", "reconcile", env=deaf.settings)

    assert (answer["looked_at"], answer["reread"], answer["unknown"]) == (1, 1, {})


def test_staff_are_told_of_a_copy_although_the_shop_lists_it_only_once(deaf: Stage):
    order = deaf.pushed()
    copy = deaf.staff(DUPLICATE, id=deaf.draft_gid(order))["draftOrder"]["id"]
    gid = complete_as_staff(deaf, copy)
    deaf.staff(
        "mutation ($id: ID!) { draftOrderDelete(input: {id: $id}) { deletedId userErrors { message } } }",
        id=copy,
    )
    age(deaf.db, deaf.simulator.store, timedelta(hours=2))

    assert look(deaf).unlinked == 1
    assert deaf.read(order).attention is None, "without its draft it may still be the order's own"
    age(deaf.db, deaf.simulator.store, timedelta(hours=2))
    assert look(deaf).unlinked == 0

    assert deaf.read(order).attention.startswith("copy_in_shop: order #")
    assert deaf.read(order).shopify_order_id is None
    assert [each["id"] for each in deaf.orders()] == [gid]
