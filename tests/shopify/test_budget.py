"""The rate budget is one for all processes, and never lends more than Shopify has."""

import multiprocessing
import time
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier

import pytest
import redis

from bridge.domain.errors import Throttled
from bridge.shopify.budget import FIRST_MAXIMUM, FIRST_RESTORE_RATE, Budget, LocalBucket, SharedBucket
from bridge.shopify.lookout import connect
from bridge.shopify.replies import Cost
from tests.shopify.store import draft, line, shop_at

SHOP = "jafarshop.myshopify.com"
PROCESSES = 8
MAXIMUM, RATE, COST = 100.0, 200.0, 10.0
_ROUNDING = 0.01


class Watch:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def said(*, available: float, actual: float | None = 10, maximum: float = 2000, rate: float = 100) -> Cost:
    return Cost(requested=10, actual=actual, maximum=maximum, available=available, restore_rate=rate)


@pytest.fixture
def client(redis_url: str) -> redis.Redis:
    with redis.Redis.from_url(redis_url) as connected:
        yield connected


@pytest.fixture(params=["in Redis", "of this process"])
def bucket(request, redis_url):
    if request.param == "of this process":
        return LocalBucket()
    return SharedBucket(connect(redis_url), SHOP)


class Since:
    """Compares a wait with what it would be at once: it is shorter by the time that the test itself has taken."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def is_wait(self, found: float, at_once: float) -> bool:
        passed = time.monotonic() - self._began
        return at_once - passed - _ROUNDING <= found <= at_once + _ROUNDING


def test_points_that_are_there_cost_no_wait(bucket):
    assert bucket.take(10, max_wait=0) == 0


def test_whoever_asks_first_is_served_first(bucket):
    since = Since()
    bucket.take(FIRST_MAXIMUM, max_wait=0)

    assert since.is_wait(bucket.take(500, max_wait=60), 500 / FIRST_RESTORE_RATE)
    assert since.is_wait(bucket.take(500, max_wait=60), 1000 / FIRST_RESTORE_RATE)


def test_a_wait_that_is_too_long_takes_nothing(bucket):
    since = Since()
    bucket.take(FIRST_MAXIMUM, max_wait=0)

    assert since.is_wait(bucket.take(FIRST_RESTORE_RATE * 60, max_wait=10), 60)
    assert since.is_wait(bucket.take(FIRST_RESTORE_RATE * 10, max_wait=10), 10)


def test_what_was_reserved_and_not_spent_comes_back(bucket):
    bucket.take(FIRST_MAXIMUM, max_wait=0)
    bucket.correct(refund=FIRST_MAXIMUM, maximum=1000, rate=50, available=1000)

    assert bucket.take(900, max_wait=0) == 0


def test_shopifys_own_number_counts_where_it_is_lower(bucket):
    since = Since()
    bucket.correct(refund=0, maximum=1000, rate=50, available=3)

    assert since.is_wait(bucket.take(503, max_wait=60), 10)


def test_calls_under_way_are_not_forgotten_when_shopifys_number_is_higher(bucket):
    bucket.take(900, max_wait=0)  # Under way: Shopify has not counted it yet.
    bucket.correct(refund=0, maximum=1000, rate=50, available=1000)

    assert bucket.take(900, max_wait=0) > 10


def test_a_larger_plan_is_learned_from_the_answer(bucket):
    since = Since()
    bucket.correct(refund=0, maximum=20_000, rate=1000, available=20_000)
    bucket.take(FIRST_MAXIMUM, max_wait=0)

    assert since.is_wait(bucket.take(10_000, max_wait=60), 10)


def test_waiting_happens_before_the_call_and_not_beyond_the_limit():
    watch = Watch()
    budget = Budget(LocalBucket(watch), sleep=watch.sleep, clock=watch)
    budget.acquire(FIRST_MAXIMUM, max_wait=10)

    budget.acquire(100, max_wait=10)
    assert watch.slept == [pytest.approx(2, abs=0.1)]

    with pytest.raises(Throttled) as problem:
        budget.acquire(FIRST_RESTORE_RATE * 30, max_wait=10)
    assert problem.value.wait_seconds == pytest.approx(30, abs=0.2)
    assert len(watch.slept) == 1


def test_redis_that_is_away_is_not_asked_for_every_call():
    asked = []

    class Away:
        def take(self, cost: float, **_limit: float) -> float:
            asked.append(cost)
            raise redis.ConnectionError("away")

        def correct(self, **_said: float) -> None:
            raise redis.ConnectionError("away")

    watch = Watch()
    budget = Budget(Away(), sleep=watch.sleep, clock=watch)

    for _ in range(5):
        budget.acquire(10, max_wait=10)
        budget.settle(10, said(available=500))
    assert len(asked) == 1

    watch.now += 6
    budget.acquire(10, max_wait=10)
    assert len(asked) == 2


def test_without_redis_the_limit_still_holds():
    watch = Watch()
    budget = Budget(SharedBucket(connect("redis://127.0.0.1:1"), SHOP), sleep=watch.sleep, clock=watch)

    for _ in range(150):
        budget.acquire(10, max_wait=10)

    assert sum(watch.slept) >= (1500 - FIRST_MAXIMUM) / FIRST_RESTORE_RATE


def test_redis_that_forgets_everything_starts_over_cautiously(client):
    bucket = SharedBucket(client, SHOP)
    bucket.correct(refund=0, maximum=20_000, rate=1000, available=20_000)

    client.flushdb()

    assert bucket.take(FIRST_MAXIMUM + 1, max_wait=0) > 0


def test_two_stores_have_two_budgets(client):
    SharedBucket(client, SHOP).take(FIRST_MAXIMUM, max_wait=0)

    assert SharedBucket(client, "other.myshopify.com").take(FIRST_MAXIMUM, max_wait=0) == 0


def _spend(url: str, seconds: float, start: Barrier, counts: Queue) -> None:
    """Call as fast as the budget lets for `seconds`; tell when it began, when it was last let, and how often."""
    budget = Budget(SharedBucket(connect(url), SHOP))
    calls = 0
    start.wait(60)
    began = last = time.monotonic()
    while last < began + seconds:
        budget.acquire(COST, max_wait=10)
        last = time.monotonic()
        calls += 1
        # As Shopify answers when it has counted this call and not yet those of the other processes.
        budget.settle(COST, said(available=MAXIMUM, actual=COST, maximum=MAXIMUM, rate=RATE))
    counts.put((began, last, calls))


def test_eight_processes_together_never_get_more_than_the_bucket_has(client, redis_url):
    SharedBucket(client, SHOP).correct(refund=0, maximum=MAXIMUM, rate=RATE, available=MAXIMUM)
    context = multiprocessing.get_context("spawn")
    start, counts, seconds = context.Barrier(PROCESSES), context.Queue(), 2.0

    workers = [
        context.Process(target=_spend, args=(redis_url, seconds, start, counts)) for _ in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    told = [counts.get(timeout=90) for _ in workers]
    for worker in workers:
        worker.join(60)

    begun, lasts, calls = zip(*told, strict=True)
    points = sum(calls) * COST
    assert MAXIMUM < points <= MAXIMUM + RATE * (max(lasts) - min(begun))


def _place_drafts(url: str, redis_url: str, seconds: float, start: Barrier, counts: Queue) -> None:
    """Create drafts as fast as the budget lets, as a worker does with a long backlog."""
    shop = shop_at(url, REDIS_URL=redis_url)
    sent = draft(*[line(number, "1.00") for number in range(50)])
    start.wait(60)
    until = time.monotonic() + seconds
    made = 0
    while time.monotonic() < until:
        shop.create_draft(sent)
        made += 1
    counts.put(made)


def test_a_store_never_has_to_say_that_its_limit_is_spent(simulator, redis_url):
    processes, seconds = 4, 6.0
    context = multiprocessing.get_context("spawn")
    start, counts = context.Barrier(processes), context.Queue()

    workers = [
        context.Process(target=_place_drafts, args=(simulator.url, redis_url, seconds, start, counts))
        for _ in range(processes)
    ]
    for worker in workers:
        worker.start()
    made = sum(counts.get(timeout=90) for _ in workers)
    for worker in workers:
        worker.join(60)

    state = simulator.state()
    assert state["throttled"] == {}
    assert state["requests"]["draftOrderCreate"] == made
    assert made > 20
