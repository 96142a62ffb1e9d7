"""A shop that is down is left alone: one call at a time finds out whether it is back."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis

from bridge.domain.errors import ShopDown, ShopRefused, ShopUnavailable, Throttled
from bridge.shopify.breaker import Breaker
from bridge.shopify.budget import Budget, LocalBucket
from bridge.shopify.circuit import (
    FAILURES_TO_OPEN,
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    LocalCircuit,
    SharedCircuit,
)
from bridge.shopify.client import AdminAPI, AdminSession
from bridge.shopify.lookout import connect
from bridge.shopify.tokens import FixedToken
from bridge.shopify.transport import Answer, NotSent

SHOP = "jafarshop.myshopify.com"
PROBE_SECONDS = 50
FINE = Answer(200, {}, b'{"data": {"shop": {"name": "Jafar"}}}')


class Knowledge:
    """A circuit of one kind, and time that passes for it when it is told to."""

    def __init__(self, redis_url: str | None) -> None:
        self._now = 100.0
        self._client = connect(redis_url) if redis_url else None
        self.circuit = SharedCircuit(self._client, SHOP) if self._client else LocalCircuit(lambda: self._now)

    def breaker(self) -> Breaker:
        """As another process has it."""
        return Breaker(self.circuit, probe_seconds=PROBE_SECONDS)

    def later(self, seconds: float) -> None:
        self._now += seconds
        if self._client:
            for field in ("held_until", "probe_until", "since"):
                if self._client.hexists(f"shopify:breaker:{SHOP}", field):
                    self._client.hincrbyfloat(f"shopify:breaker:{SHOP}", field, -seconds)


@pytest.fixture(params=["in Redis", "of this process"])
def knowledge(request: pytest.FixtureRequest) -> Knowledge:
    shared = request.param == "in Redis"
    return Knowledge(request.getfixturevalue("redis_url") if shared else None)


def fails(breaker: Breaker, times: int = 1) -> None:
    for _ in range(times):
        breaker.failed(breaker.admit())


@contextmanager
def sent_away(at_most: float) -> Iterator[None]:
    with pytest.raises(ShopDown) as problem:
        yield
    assert 0 < problem.value.wait_seconds <= at_most


def test_it_opens_after_failures_in_a_row_and_for_everybody(knowledge):
    fails(knowledge.breaker(), FAILURES_TO_OPEN)

    with sent_away(at_most=FIRST_PAUSE_SECONDS * 1.5):
        knowledge.breaker().admit()
    assert knowledge.breaker().state().is_open
    assert knowledge.breaker().state().failures == FAILURES_TO_OPEN


def test_one_answer_in_between_and_the_count_begins_anew(knowledge):
    breaker = knowledge.breaker()
    fails(breaker, FAILURES_TO_OPEN - 1)

    breaker.answered(breaker.admit())
    fails(breaker, FAILURES_TO_OPEN - 1)

    assert not breaker.state().is_open
    breaker.admit()


def test_after_the_pause_one_at_a_time_asks(knowledge):
    fails(knowledge.breaker(), FAILURES_TO_OPEN)
    knowledge.later(FIRST_PAUSE_SECONDS)

    assert knowledge.breaker().admit().is_probe
    with sent_away(at_most=FIRST_PAUSE_SECONDS * 1.5):
        knowledge.breaker().admit()


def test_a_probe_that_is_answered_opens_the_way_for_all(knowledge):
    fails(knowledge.breaker(), FAILURES_TO_OPEN)
    knowledge.later(FIRST_PAUSE_SECONDS)
    prober = knowledge.breaker()

    prober.answered(prober.admit())

    assert [knowledge.breaker().admit().is_probe for _ in range(3)] == [False] * 3
    assert knowledge.breaker().state().failures == 0


def test_probes_that_fail_make_the_pauses_longer_and_never_longer_than_a_retry_may_be_apart(knowledge):
    breaker = knowledge.breaker()
    fails(breaker, FAILURES_TO_OPEN - 1)
    pauses = []
    for _ in range(6):
        pauses.append(knowledge.circuit.fail(was_probe=breaker.admit().is_probe))
        knowledge.later(LONGEST_PAUSE_SECONDS)

    assert pauses == [2, 4, 8, 15, 15, 15]
    assert LONGEST_PAUSE_SECONDS * 1.5 <= 60
    assert 6 * LONGEST_PAUSE_SECONDS <= round(breaker.state().open_for_seconds, 3) < 7 * LONGEST_PAUSE_SECONDS


def test_a_call_that_was_under_way_when_it_opened_says_nothing_new(knowledge):
    breaker = knowledge.breaker()
    late = breaker.admit()
    fails(breaker, FAILURES_TO_OPEN)
    before = breaker.state()

    breaker.failed(late)

    assert breaker.state().failures == before.failures + 1
    assert breaker.state().held_seconds <= before.held_seconds


def test_a_prober_that_died_is_replaced(knowledge):
    fails(knowledge.breaker(), FAILURES_TO_OPEN)
    knowledge.later(FIRST_PAUSE_SECONDS)
    knowledge.breaker().admit()

    knowledge.later(PROBE_SECONDS)

    assert knowledge.breaker().admit().is_probe


def test_a_prober_that_did_not_call_lets_another_ask(knowledge):
    fails(knowledge.breaker(), FAILURES_TO_OPEN)
    knowledge.later(FIRST_PAUSE_SECONDS)
    prober = knowledge.breaker()

    prober.gave_up(prober.admit())

    assert knowledge.breaker().admit().is_probe


def test_without_redis_each_process_finds_out_for_itself():
    away = SharedCircuit(connect("redis://127.0.0.1:1"), SHOP)
    breaker = Breaker(away, probe_seconds=PROBE_SECONDS, clock=lambda: 100.0)

    fails(breaker, FAILURES_TO_OPEN)

    with sent_away(at_most=FIRST_PAUSE_SECONDS * 1.5):
        breaker.admit()


def test_redis_that_forgets_everything_lets_everybody_try(redis_url):
    breaker = Breaker(SharedCircuit(connect(redis_url), SHOP), probe_seconds=PROBE_SECONDS)
    fails(breaker, FAILURES_TO_OPEN)

    with redis.Redis.from_url(redis_url) as client:
        client.flushdb()

    assert breaker.admit().wait_seconds == 0


class Wire:
    """A transport that answers, or raises, one thing again and again."""

    def __init__(self, answer: Answer | Exception) -> None:
        self.answer, self.calls = answer, 0

    def post(self, _url: str, **_request: object) -> Answer:
        self.calls += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def api_over(wire: Wire, *, points: float = 1e9) -> AdminAPI:
    bucket = LocalBucket()
    bucket.correct(refund=points, maximum=points, rate=0.1, available=points)
    return AdminAPI(
        AdminSession("shop.myshopify.com", "2026-07", "http://127.0.0.1:9"),
        transport=wire,
        tokens=FixedToken("shpat_0"),
        budget=Budget(bucket),
        breaker=Breaker(LocalCircuit(lambda: 100.0), probe_seconds=PROBE_SECONDS),
    )


def ask(api: AdminAPI, times: int, error: type[Exception]) -> None:
    for _ in range(times):
        with pytest.raises(error):
            api.call("ReadProfile")


@pytest.mark.parametrize(
    "answer",
    [NotSent("refused"), Answer(502, {}, b"<html>"), Answer(401, {}, b"{}"), Answer(402, {}, b"{}")],
    ids=["no connection", "a broken proxy", "our token is gone", "the shop is frozen"],
)
def test_what_makes_every_call_useless_stops_the_calls(answer):
    wire = Wire(answer)
    api = api_over(wire)

    ask(api, FAILURES_TO_OPEN, ShopUnavailable)
    ask(api, 3, ShopDown)

    assert wire.calls == FAILURES_TO_OPEN
    assert api.is_held_back()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(429, {}, b"{}"), Throttled),
        (Answer(400, {}, b'{"errors": "no"}'), ShopRefused),
        (
            Answer(200, {}, b'{"errors": [{"extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}'),
            ShopUnavailable,
        ),
    ],
    ids=["its limit is spent", "a refusal", "one operation fails"],
)
def test_a_shop_that_answers_is_not_down(answer, error):
    wire = Wire(answer)

    ask(api_over(wire), FAILURES_TO_OPEN + 2, error)

    assert wire.calls == FAILURES_TO_OPEN + 2


def test_a_call_without_points_is_not_made_and_is_no_failure():
    wire = Wire(FINE)
    api = api_over(wire, points=1)

    ask(api, FAILURES_TO_OPEN + 2, Throttled)

    assert (wire.calls, api.is_held_back()) == (0, False)
