"""A checkup makes every check, whatever becomes of the others."""

import threading

from bridge.db import Database
from bridge.domain.errors import ShopUnavailable
from bridge.services.check_database import check_connection
from bridge.services.checkup import Check, State, check_up, failed, ok, warned
from tests.support.servers import sqlalchemy_url


def states(*checks: Check, seconds: float = 60) -> dict[str, State]:
    return {finding.name: finding.state for finding in check_up(checks, seconds=seconds)}


def test_what_needs_something_broken_is_not_checked_and_the_rest_is():
    looked_at = []
    found = list(
        check_up(
            [
                Check("a", lambda: failed("a", "broken")),
                Check("b", lambda: looked_at.append("b") or ok("b", ""), ("a",)),
                Check("c", lambda: ok("c", ""), ("b",)),
                Check("d", lambda: warned("d", "")),
                Check("e", lambda: ok("e", "fine"), ("d",)),
            ]
        )
    )

    assert [finding.state for finding in found] == ["failed", "not checked", "not checked", "warning", "ok"]
    assert (found[1].said, found[2].said) == ("needs a", "needs b")
    assert looked_at == []


def test_a_check_that_hangs_is_given_up_and_the_next_one_is_made():
    hang = threading.Event()

    found = states(Check("a", lambda: hang.wait(300) and []), Check("b", lambda: ok("b", "")), seconds=0.1)

    assert found == {"a": State.FAILED, "b": State.OK}
    hang.set()


def test_an_error_is_a_failure_in_its_own_words():
    def unavailable():
        raise ShopUnavailable("Shopify cannot be reached")

    def unforeseen():
        raise KeyError("x")

    found = list(check_up([Check("a", unavailable), Check("b", unforeseen)]))

    assert [finding.said for finding in found] == ["Shopify cannot be reached", "KeyError: 'x'"]


def test_a_database_that_is_away_is_told_without_its_password():
    away = Database(sqlalchemy_url("postgresql://bridge:pa55word@127.0.0.1:1/nothing"))

    [finding] = check_up([Check("database", lambda: check_connection(away))])

    assert finding.state == State.FAILED
    assert "127.0.0.1" in finding.said
    assert "pa55word" not in finding.said
    away.dispose()
