"""Reads and webhooks of one level, late, repeated and unordered: which of two is kept."""

from datetime import UTC, datetime, timedelta

import pytest

from bridge.domain.observations import Observation, Source, Verdict, judge

T0 = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEEP, STORE, READ = Verdict.KEEP, Verdict.STORE, Verdict.READ


def seen(by: Source, *, at: float, changed: float | None, available: int | None = 5, **other) -> Observation:
    """`at` and `changed` in seconds of the two clocks, which are not compared with each other."""
    return Observation(
        stocked=other.get("stocked", True),
        tracked=other.get("tracked", True),
        available=available,
        changed_at=None if changed is None else T0 + timedelta(seconds=changed),
        seen_at=T0 + timedelta(hours=1, seconds=at),
        seen_by=by,
    )


def read(**values) -> Observation:
    return seen(Source.READ, **values)


def webhook(**values) -> Observation:
    return seen(Source.WEBHOOK, **values)


def test_the_first_observation_is_kept_whatever_it_is():
    assert judge(None, read(at=0, changed=None)) is STORE
    assert judge(None, webhook(at=0, changed=0)) is STORE


@pytest.mark.parametrize(
    ("because", "held", "new", "verdict"),
    [
        ("it began later", read(at=0, changed=0), read(at=1, changed=0, available=4), STORE),
        ("it began earlier and came later", read(at=1, changed=0), read(at=0, changed=9, available=4), KEEP),
        ("it is the same read", read(at=1, changed=0), read(at=1, changed=0), KEEP),
    ],
)
def test_of_two_reads_the_one_that_began_later_is_kept(because, held, new, verdict):
    assert judge(held, new) is verdict


@pytest.mark.parametrize("by", [read, webhook])
@pytest.mark.parametrize(
    ("because", "changed", "available", "verdict"),
    [
        ("it is newer", 11, 4, STORE),
        ("it is older", 9, 4, KEEP),
        ("it is a repetition", 10, 5, KEEP),
        ("the same second, another number", 10, 4, READ),
        ("newer, and the same number", 11, 5, STORE),
        ("it names no time and another number", None, 4, READ),
        ("it names no time and the same number", None, 5, KEEP),
    ],
)
def test_a_webhook_is_ordered_by_shopifys_time(by, because, changed, available, verdict):
    held = by(at=0, changed=10)

    assert judge(held, webhook(at=1, changed=changed, available=available)) is verdict


def test_a_webhook_never_decides_whether_an_item_is_tracked():
    held = read(at=0, changed=10, available=None, tracked=False)

    assert judge(held, webhook(at=1, changed=11)) is READ
    assert judge(held, webhook(at=1, changed=9)) is KEEP


def test_a_webhook_about_an_item_that_was_not_stocked_is_asked_about():
    held = read(at=0, changed=None, available=0, stocked=False)

    assert judge(held, webhook(at=1, changed=11)) is READ


@pytest.mark.parametrize(
    ("because", "read_at", "changed", "available", "verdict"),
    [
        ("the level changed since", 5, 11, 4, STORE),
        ("it began later, nothing changed since", 5, 10, 5, STORE),
        ("it began later and knows more of the same second", 5, 10, 4, STORE),
        ("it began before the webhook came, and says the same", -5, 10, 5, STORE),
        ("it began before the webhook came: the same second, another number", -5, 10, 4, READ),
        ("a replica that has not heard yet", 5, 9, 4, KEEP),
        ("it was on its way when the webhook overtook it", -5, 9, 4, KEEP),
        ("the level is gone now", 5, None, 0, STORE),
        ("the level was not there before the webhook came", -5, None, 0, READ),
        ("no replica lags for minutes", 301, 9, 4, STORE),
    ],
)
def test_a_read_beats_every_webhook_that_is_not_newer(because, read_at, changed, available, verdict):
    held = webhook(at=0, changed=10)

    assert judge(held, read(at=read_at, changed=changed, available=available)) is verdict


def test_the_last_webhook_of_many_is_kept_in_any_order():
    orders = ([1, 2, 3], [3, 1, 2], [2, 3, 1], [3, 2, 1], [1, 3, 2, 1, 2, 3])

    for order in orders:
        held = None
        for changed in order:
            new = webhook(at=0, changed=changed, available=100 + changed)
            held = new if judge(held, new) is STORE else held
        assert held is not None
        assert held.available == 103
