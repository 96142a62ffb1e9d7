"""A database put back as it was yesterday adopts what the shop has, and makes nothing twice."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from bridge.db import clock
from bridge.domain.errors import ShopUnavailable
from bridge.services import restored
from bridge.services.order_decisions import decide, request_reject, resync
from bridge.services.reconcile import reconcile, reconcile_on_schedule
from tests.cli.running import succeed
from tests.flows.stage import Line
from tests.webhooks.stage import Stage


def tags(of: list[dict]) -> list[str]:
    return sorted(tag for each in of for tag in each["tags"])


def test_orders_that_were_pushed_after_the_backup_get_no_second_draft(stage: Stage, backup):
    orders = [stage.order() for _ in range(4)]
    with backup() as put_back:
        assert stage.run() == []
        made = stage.drafts()
        put_back()
        assert stage.read(orders[0]).draft_id is None

        assert stage.run() == []
        assert stage.drafts() == made
        assert [stage.draft_gid(order) for order in orders] == [draft["id"] for draft in made]
        assert {tuple(stage.attempts(order)) for order in orders} == {("placed",)}
        assert "attempt_recovered" in stage.timeline(orders[0])


def test_an_order_confirmed_after_the_backup_is_the_same_order_again(stage: Stage, backup):
    order = stage.order()
    with backup() as put_back:
        stage.run()
        stage.decide_to_confirm(order)
        stage.run()
        before = stage.read(order)
        put_back()

        assert stage.run() == []
        after = stage.read(order)
        assert (after.status, after.shopify_order_id) == ("UNFULFILLED", before.shopify_order_id)
        assert len(stage.orders()) == len(stage.drafts()) == 1


def test_one_that_was_never_pushed_waits_for_what_may_still_appear_and_is_pushed_once(stage: Stage, backup):
    order = stage.order()
    with backup() as put_back:
        put_back()

        assert stage.run() == []
        assert (stage.drafts(), stage.attempts(order)) == ([], [])
        later(stage)
        assert stage.drafts() == []
        reconcile_on_schedule(stage.db, stage.shop, every_seconds=100_000)
        stage.later()
        assert len(stage.drafts()) == 1
        assert stage.attempts(order) == ["placed"]


def test_an_attempt_that_was_lost_after_one_that_failed_is_found_too(stage: Stage, backup):
    order = stage.order()
    stage.simulator.fault("error_500", times=1, operation="draftOrderCreate")
    assert [type(error) for error in stage.run()] != []
    with backup() as put_back:
        stage.later()
        stage.later()
        made = stage.drafts()
        assert len(made) == 1
        put_back()

        later(stage)
        assert stage.drafts() == made
        assert stage.draft_gid(order) == made[0]["id"]


def test_a_rejection_finds_the_draft_that_the_backup_does_not_know(stage: Stage, backup):
    order = stage.order()
    with backup() as put_back:
        stage.run()
        put_back()
        decide(stage.db, request_reject, order_id=order, by="staff", reason="no")

        assert stage.run() == []
        assert stage.drafts() == []
        assert stage.read(order).status == "REJECTED"


def test_a_draft_that_is_not_what_was_sent_is_left_to_staff(stage: Stage, backup):
    order = stage.order()
    with backup() as put_back:
        stage.run()
        [draft] = stage.drafts()
        stage.staff(
            "mutation ($id: ID!, $input: DraftOrderInput!) { draftOrderUpdate(id: $id, input: $input) {"
            " draftOrder { id } userErrors { message } } }",
            id=draft["id"],
            input={"lineItems": [{"title": "Else", "quantity": 1, "originalUnitPrice": "1.00"}]},
        )
        put_back()

        stage.run()
        assert len(stage.drafts()) == 1
        assert stage.read(order).attention.startswith("draft_in_shop: #D")


def test_what_is_accepted_after_the_restore_waits_until_the_shop_was_looked_through(stage: Stage, backup):
    stage.order()
    with backup() as put_back:
        put_back()
        stage.run()

        fresh = stage.order([Line(quantity=1)])
        assert (stage.run(), stage.attempts(fresh)) == ([], [])
        long_ago(stage)
        stage.later()
        assert stage.attempts(fresh) == []

        reconcile_on_schedule(stage.db, stage.shop, every_seconds=100_000)
        assert stage.later() == []
        assert stage.attempts(fresh) == ["placed"]


@pytest.mark.parametrize("confirmed", [False, True], ids=["a draft", "an order"])
@pytest.mark.parametrize("noticed", [False, True], ids=["at once", "later"])
def test_a_cart_that_was_forgotten_and_is_sent_again_is_not_made_again(
    stage: Stage, backup, confirmed, noticed
):
    with backup() as put_back:
        lost = stage.order(partner_order_id="PO-1")
        stage.run()
        if confirmed:
            stage.decide_to_confirm(lost)
            stage.run()
        made = stage.drafts(), stage.orders()
        put_back()
        if noticed:
            restore_is_noticed(stage)
        again, other = stage.order(partner_order_id="PO-1"), stage.order(partner_order_id="PO-2")
        stage.run()
        if not noticed:  # The first push after the restore notices it: these were accepted before that.
            all_of_it_long_ago(stage)
        reconcile(stage.db, stage.shop, every_seconds=900)

        assert stage.later() == []
        assert stage.attempts(other) == ["placed"]
        assert stage.attempts(again) == []
        assert re.match(r"draft_in_shop: #D1(, #1001)? was made for this", stage.read(again).attention)
        assert (len(stage.drafts()), len(stage.orders())) == (len(made[0]) + 1, len(made[1]))


def test_it_is_made_once_staff_have_done_away_with_what_is_there(stage: Stage, backup):
    with backup() as put_back:
        lost = stage.order(partner_order_id="PO-1")
        stage.run()
        draft = stage.draft_gid(lost)
        put_back()
        restore_is_noticed(stage)
        again = stage.order(partner_order_id="PO-1")
        reconcile(stage.db, stage.shop, every_seconds=900)
        stage.run()
        assert stage.attempts(again) == []

        stage.staff(
            "mutation ($id: ID!) { draftOrderDelete(input: {id: $id}) { deletedId userErrors { message } } }",
            id=draft,
        )
        decide(stage.db, resync, order_id=again, by="staff")
        assert stage.run() == []
        assert stage.attempts(again) == ["placed"]
        assert len(stage.drafts()) == 1


def test_while_the_shop_cannot_be_asked_nothing_is_made(stage: Stage, backup):
    stage.order()
    with backup() as put_back:
        stage.run()
        put_back()
        stage.simulator.fault("error_500", times=1, operation="draftOrders")

        assert [type(error) for error in stage.run()] == [ShopUnavailable]
        later(stage)
        assert len(stage.drafts()) == 1


def test_an_operator_may_say_so_where_nothing_tells(stage: Stage):
    order = stage.order()
    succeed("db", "restored", env=stage.settings)

    with stage.db.transaction() as session:
        since = restored.restored_at(session, now=clock(session))
    assert since is not None
    assert stage.read(order).created_at < since


def test_a_database_that_stays_where_it_is_was_not_restored(stage: Stage):
    with stage.db.transaction() as session:
        restored.settle(session)
        restored.settle(session)
        assert restored.restored_at(session, now=clock(session)) is None


def restore_is_noticed(stage: Stage) -> None:
    """Notice it as the first push does, and let the grace period after it pass."""
    with stage.db.transaction() as session:
        assert restored.restored_at(session, now=clock(session)) is not None
    long_ago(stage)


def long_ago(stage: Stage) -> None:
    """Move the moment of the restore, but nothing that was accepted."""
    with stage.db.transaction() as session:
        session.execute(text("UPDATE marks SET at = at - interval '1 minute' WHERE name = 'home'"))


def later(stage: Stage) -> None:
    """Let the grace period after the restore pass, and do what is due."""
    all_of_it_long_ago(stage)
    stage.later()


def all_of_it_long_ago(stage: Stage) -> None:
    """Move the moment of the restore, and everything that was accepted until it was noticed further back."""
    with stage.db.transaction() as session:
        session.execute(text("UPDATE orders SET created_at = created_at - interval '1 hour'"))
        session.execute(
            text(
                "UPDATE push_attempts SET started_at = started_at - interval '1 hour',"
                " gives_up_at = gives_up_at - interval '1 hour', finished_at = finished_at - interval '1 hour'"
            )
        )
        restored.declare_restored(session, now=clock(session) - timedelta(minutes=1))
