from itertools import accumulate

import pytest

from bridge.domain.retries import PUSH, READ, WEBHOOK, delay_seconds


@pytest.mark.parametrize("jitter", [-1, 0, 1])
def test_pushes_are_at_most_a_minute_apart_in_the_first_hour(jitter):
    delays = [delay_seconds(PUSH, n, jitter=jitter) for n in range(1, PUSH.give_up_after)]
    started = list(accumulate(delays))

    assert all(delay <= 60 for delay, at in zip(delays, started, strict=True) if at <= 3600)


@pytest.mark.parametrize(("policy", "hours"), [(PUSH, 20), (WEBHOOK, 20), (READ, 20)])
def test_work_is_tried_for_most_of_a_day_before_staff_are_asked(policy, hours):
    total = sum(delay_seconds(policy, n, jitter=0) for n in range(1, policy.give_up_after))

    assert hours * 3600 <= total <= 3 * 24 * 3600


def test_after_the_last_attempt_there_is_no_delay():
    assert delay_seconds(PUSH, PUSH.give_up_after, jitter=0) is None


@pytest.mark.parametrize(("jitter", "seconds"), [(-1, 40), (0, 50), (1, 60)])
def test_jitter_moves_a_delay_by_a_fifth(jitter, seconds):
    assert delay_seconds(PUSH, 10, jitter=jitter) == pytest.approx(seconds)
