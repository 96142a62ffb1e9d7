"""Units that a waiting order's draft holds in the shop: set once, seen before they count, let go with the draft."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from bridge import jobs
from bridge.db import clock
from bridge.domain.errors import OutcomeUnknown
from bridge.services.order_decisions import decide, request_confirm, request_reject
from bridge.services.read_stock import read_stock
from bridge.services.stock_location import remember_location
from tests.flows.stage import COFFEE, TIMING, Stage
from tests.flows.test_confirm import COMPLETE, DELETE, UPDATE
from tests.ledger.holding import (
    edit_hold,
    ends,
    hear_of_draft,
    held,
    in_shop,
    item,
    seconds_later,
    there_are,
    to_sell,
    why,
)

UNITS = 2  # of one order
LEFT = 10_000


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """A shop with 10,000 units, and a bridge that has drafts hold them for two days."""
    with stage.db.transaction() as session:
        remember_location(session, stage.shop.profile().location_id, now=clock(session))
    there_are(stage, LEFT)
    stage.timing = replace(TIMING, hold_hours=48)
    return stage


def test_units_are_held_in_the_shop_and_in_the_end_subtracted_once(stage):
    stage.pushed()

    assert in_shop(stage) == {"available": LEFT - UNITS, "reserved": UNITS, "committed": 0}
    assert to_sell(stage) == LEFT - UNITS, "the number is from before the hold"
    assert "subtracted until a read" in why(stage)
    seconds_later(stage, 5)
    read_stock(stage.db, stage.shop, inventory_item_id=item(stage), lease_seconds=60)
    seconds_later(stage)
    assert to_sell(stage) == LEFT - UNITS
    assert stage.work(jobs.READ_STOCK) is None
    assert why(stage).startswith("not subtracted: the shop's number is without them")


def test_a_number_that_might_be_without_them_does_not_end_the_subtracting(stage):
    """A webhook, or a read that began at once: in doubt the units are subtracted twice."""
    stage.pushed()
    with stage.db.transaction() as session:
        session.execute(text("UPDATE work SET next_attempt_at = now() WHERE job = 'inventory.read'"))

    read_stock(stage.db, stage.shop, inventory_item_id=item(stage), lease_seconds=60)

    assert to_sell(stage) == LEFT - 2 * UNITS
    assert stage.work(jobs.READ_STOCK) is not None


def test_without_hours_nothing_is_held_and_nobody_asks(stage):
    stage.timing = TIMING

    stage.pushed()

    assert in_shop(stage)["reserved"] == 0
    assert stage.times_asked("draftOrderUpdate") == 0
    assert stage.work(jobs.HOLD_STOCK) is None


def test_an_order_that_is_confirmed_at_once_is_not_held_before(stage):
    order_id = stage.order(confirm_requested_by="staff")
    with stage.db.transaction() as session:
        session.execute(text("UPDATE orders SET confirm_requested_at = now()"))

    stage.run()

    assert stage.read(order_id).status == "UNFULFILLED"
    assert stage.times_asked("draftOrderUpdate") == 0


def test_the_last_units_held_for_an_order_are_there_when_it_is_confirmed(stage):
    there_are(stage, UNITS)
    order_id = held(stage)
    assert (in_shop(stage)["available"], to_sell(stage)) == (0, 0)

    decide(stage.db, request_confirm, order_id=order_id, by="staff")
    stage.run()

    assert stage.read(order_id).status == "UNFULFILLED"
    assert in_shop(stage) == {"available": 0, "reserved": 0, "committed": UNITS}
    assert stage.work(jobs.HOLD_STOCK) is None
    seconds_later(stage)
    assert stage.stock(order_id) == ["handed_over"]
    assert to_sell(stage) == 0


def test_a_confirmed_order_is_subtracted_exactly_once_in_the_end(stage):
    order_id = held(stage)

    decide(stage.db, request_confirm, order_id=order_id, by="staff")
    stage.run()

    assert to_sell(stage) == LEFT - 2 * UNITS, "whether the hold was let go before is not known yet"
    seconds_later(stage)
    assert to_sell(stage) == LEFT - UNITS


def test_a_rejection_lets_the_units_go_and_the_next_read_shows_them(stage):
    order_id = held(stage)

    decide(stage.db, request_reject, order_id=order_id, by="staff", reason="no courier")
    stage.run()

    assert in_shop(stage) == {"available": LEFT, "reserved": 0, "committed": 0}
    assert stage.stock(order_id) == ["released"]
    assert stage.work(jobs.HOLD_STOCK) is None
    seconds_later(stage)
    assert to_sell(stage) == LEFT


@pytest.mark.parametrize(("minutes", "left"), [(11, LEFT - UNITS), (9, LEFT - 2 * UNITS)])
def test_a_hold_is_relied_on_until_ten_minutes_before_its_end(stage, minutes, left):
    held(stage)

    with stage.db.transaction() as session:
        session.execute(
            text("UPDATE reservations SET hold_until = now() + make_interval(mins => :m)"), {"m": minutes}
        )

    assert to_sell(stage) == left
    assert ("too soon to rely on" in why(stage)) == (left < LEFT - UNITS)


def test_a_hold_is_renewed_before_it_ends_and_not_earlier(stage):
    held(stage)
    first = ends(stage)
    assert first is not None

    stage.later(35 * 3600)
    assert stage.times_asked("draftOrderUpdate") == 1
    edit_hold(stage, first - timedelta(hours=36, minutes=5))  # As if a day and a half had passed.
    stage.later(2 * 3600)

    assert stage.times_asked("draftOrderUpdate") == 3
    assert ends(stage) >= first
    assert in_shop(stage)["reserved"] == UNITS
    assert to_sell(stage) == LEFT - 2 * UNITS, "it might have lapsed in between, and a number told of that"


def test_a_hold_that_staff_took_off_is_subtracted_here_again_and_set_again(stage):
    order_id = held(stage)
    edit_hold(stage, None)
    assert in_shop(stage)["available"] == LEFT

    hear_of_draft(stage, order_id)

    assert ends(stage) is None
    stage.run()
    assert in_shop(stage)["reserved"] == UNITS
    seconds_later(stage)
    assert to_sell(stage) == LEFT - UNITS


def test_a_hold_that_staff_end_sooner_is_relied_on_until_then_and_not_set_again(stage):
    order_id = held(stage)
    sooner = ends(stage) - timedelta(hours=20)
    edit_hold(stage, sooner)

    hear_of_draft(stage, order_id)
    stage.run()

    assert ends(stage) == sooner
    assert stage.times_asked("draftOrderUpdate") == 2, "ours, and that of staff"


def test_what_the_shop_tells_of_our_own_update_is_looked_at_and_not_repeated(stage):
    order_id = stage.pushed()

    for _ in range(3):
        hear_of_draft(stage, order_id)
        stage.run()

    assert stage.times_asked("draftOrderUpdate") == 1
    assert ends(stage) is not None


def test_an_update_that_was_not_answered_is_looked_up_and_not_repeated(stage):
    stage.simulator.fault("lost_reply", operation="draftOrderUpdate", times=1)

    order_id = stage.order()
    errors = stage.run()

    assert [type(error) for error in errors] == [OutcomeUnknown]
    assert ends(stage) is None, "nothing is known yet, so everything is subtracted here"
    stage.later()
    assert ends(stage) is not None
    assert stage.times_asked("draftOrderUpdate") == 1
    assert stage.read(order_id).attention is None


def test_a_draft_whose_lines_staff_changed_is_not_relied_on(stage):
    order_id = held(stage)
    [draft] = stage.drafts()
    lines = [{"variantId": f"gid://shopify/ProductVariant/{COFFEE}", "quantity": 1}]
    stage.staff(UPDATE, id=draft["id"], input={"lineItems": lines})

    hear_of_draft(stage, order_id)
    stage.run()

    assert ends(stage) is None
    assert stage.work(jobs.HOLD_STOCK) is None


@pytest.mark.parametrize(("what", "operation"), [("completed", COMPLETE), ("deleted", DELETE)])
def test_a_draft_that_staff_end_before_it_is_held_is_left_to_reading_it(stage, what, operation):
    stage.timing = TIMING
    order_id = stage.pushed()
    stage.timing = replace(TIMING, hold_hours=48)
    [draft] = stage.drafts()
    stage.staff(operation, id=draft["id"])

    with stage.db.transaction() as session:
        jobs.request(session, jobs.HOLD_STOCK, order_id=order_id)
    stage.run()

    assert stage.times_asked("draftOrderUpdate") == 0
    assert stage.work(jobs.HOLD_STOCK) is None
    order = stage.read(order_id)
    assert (
        order.status == "UNFULFILLED" if what == "completed" else "draft_missing" in stage.timeline(order_id)
    )
