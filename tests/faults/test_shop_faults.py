"""The way to Shopify is slow, swallows or cuts; Shopify fails for everybody: still one draft for each order."""

from collections import Counter

from sqlalchemy import select

from bridge.models import Work
from tests.faults.live import Live
from tests.support.waiting import await_until


def requests_for_drafts(live: Live) -> int:
    """How often an order asked; a sync that waits for the shop asks too, with several fields at once."""
    asked = live.simulator.state()["requests"]
    return sum(times for field, times in asked.items() if field.startswith("draftOrder"))


def test_a_network_to_shopify_that_swallows_and_then_cuts_makes_one_draft_of_each_order(live: Live):
    before = live.to_shop.held
    live.to_shop.hold()
    assert live.take(3) == Counter({200: 3})
    await_until(lambda: live.to_shop.held > before, seconds=60, because="a call was swallowed")
    await_until(lambda: live.outcomes()["unknown"], seconds=60, because="a call has timed out")
    live.to_shop.cut()
    live.to_shop.release()

    live.drain()


def test_a_slow_network_to_shopify_only_costs_time(live: Live):
    live.to_shop.delay_seconds = 0.3
    assert live.take(4) == Counter({200: 4})

    live.drain()


def test_a_connection_that_is_cut_under_a_call_makes_one_draft_of_each_order(live: Live):
    live.simulator.fault("slow", operation="draftOrderCreate", seconds=1, times=2)
    asked = live.simulator.state()["requests"].get("draftOrderCreate", 0)
    assert live.take(4) == Counter({200: 4})
    await_until(
        lambda: live.simulator.state()["requests"].get("draftOrderCreate", 0) > asked,
        seconds=60,
        because="a draft is being made",
    )
    live.to_shop.cut()

    live.drain()


def test_a_shop_that_fails_for_everybody_is_not_stormed_and_gets_the_backlog_when_it_is_back(live: Live):
    live.simulator.fault("error_500")
    before = requests_for_drafts(live)
    down = log_of_worker(live).count("shopify_is_down")
    assert live.take(20) == Counter({200: 20})
    # It opened, and two probes found it still down.
    await_until(lambda: log_of_worker(live).count("shopify_is_down") >= down + 3, seconds=90)
    with live.db.transaction() as session:
        untouched = session.scalars(
            select(Work.id).where(Work.job == "orders.push", Work.attempts == 0)
        ).all()
    asked = requests_for_drafts(live) - before
    live.simulator.heal()

    assert untouched, "most orders never had to ask"
    assert asked < 20
    live.drain()
    assert log_of_worker(live).count("shopify_is_back") >= 1


def log_of_worker(live: Live) -> str:
    return (live.folder / "worker.log").read_text(errors="replace")
