"""The bell rings from a thread of its own, seldom, and a broken one disturbs nobody."""

import threading

from bridge.doorbell import Doorbell
from tests.support.waiting import await_until


def test_many_pushes_are_few_rings():
    rings = []
    bell = Doorbell(lambda: rings.append(1), pause_seconds=0.2)

    for _ in range(1000):
        bell.ring()

    await_until(lambda: rings)
    assert len(rings) <= 2


def test_a_push_after_a_ring_rings_again():
    rings = []
    bell = Doorbell(lambda: rings.append(1), pause_seconds=0.01)

    bell.ring()
    await_until(lambda: len(rings) == 1)
    bell.ring()

    await_until(lambda: len(rings) == 2)


def test_a_hanging_redis_does_not_hold_whoever_rings():
    hang = threading.Event()
    bell = Doorbell(lambda: hang.wait(30) and None)

    bell.ring()
    bell.ring()

    hang.set()


def test_a_ring_that_fails_is_counted_and_the_next_one_is_tried():
    tries, failures = [], []

    def broken() -> None:
        tries.append(1)
        raise ConnectionError

    bell = Doorbell(broken, pause_seconds=0.01, failed=lambda: failures.append(1))

    bell.ring()
    await_until(lambda: len(tries) == 1)
    bell.ring()

    await_until(lambda: len(failures) == 2)
