"""Several workers apply the webhooks of one order at once: no deadlock, no lost fact, one state."""

import random
import threading

import pytest

from tests.flows.stage import Line

WORKERS = 4


def drain_at_once(stage) -> list[BaseException]:
    """Do all due work with several workers that know nothing of each other."""
    problems: list[BaseException] = []

    def work() -> None:
        for _ in range(200):
            due = list(stage._due())
            if not due:
                return
            random.shuffle(due)
            for one in due:
                try:
                    stage._do(one.job, one.ids)
                except Exception as error:  # noqa: BLE001  whatever it is, the test tells
                    problems.append(error)

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return problems


@pytest.mark.parametrize("seed", range(2))
def test_workers_at_once_end_in_the_shops_state(stage, seed):
    order_id = stage.confirmed([Line(quantity=3)])
    first = stage.ship(order_id, 1, tracking="1Z1")
    stage.unship(first)
    second = stage.ship(order_id, 2, tracking="1Z2")
    stage.track(second, "1Z3")
    stage.scan(second, "DELIVERED")
    stage.refund(order_id, 1)
    letters = stage.sent() * 3
    random.Random(seed).shuffle(letters)
    stage.deliver(letters)

    problems = drain_at_once(stage)
    stage.catch_up()
    for _ in range(3):  # What had to wait for another worker's parcel or read.
        problems += stage.later(30)

    assert problems == []
    assert stage.read(order_id).status == "COMPLETE"
    assert stage.items(order_id) == [(2, 2, 2)]
    assert stage.webhooks(state="parked") == stage.webhooks(state="failed") == []
    assert stage.parcels(order_id) == [(first, "cancelled", ["1Z1"]), (second, "success", ["1Z3"])]


def test_what_the_shop_says_of_our_own_confirmations_changes_nothing_more(stage):
    order_ids = [stage.pushed() for _ in range(3)]
    for order_id in order_ids:
        stage.decide_to_confirm(order_id)
    stage.run()
    letters = stage.sent() * 2
    random.Random(5).shuffle(letters)
    stage.deliver(letters)

    problems = drain_at_once(stage)
    problems += stage.later(30)

    assert problems == []
    assert [stage.read(order_id).status for order_id in order_ids] == ["UNFULFILLED"] * 3
    assert len(stage.orders()) == 3
    assert [stage.timeline(order_id).count("order_created") for order_id in order_ids] == [1] * 3
    assert stage.webhooks(state="parked") == stage.webhooks(state="failed") == []
