"""Work that is asked for again while it runs: whatever it comes to, it runs again, since what it saw may be old."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bridge.db import Database, clock
from bridge.domain.retries import RetryPolicy
from bridge.services import due_work
from bridge.services.due_work import Claim
from tests.services.test_due_work import ask, claim, rows

ONCE = RetryPolicy(delays=(60,), give_up_after=1)

End = Callable[[Session, Claim, datetime], object]


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(
            lambda session, claimed, now: due_work.wait(session, claimed, until=now + timedelta(hours=36)),
            id="it waits",
        ),
        pytest.param(
            lambda session, claimed, now: due_work.give_up(session, claimed, error="for staff", now=now),
            id="it is given up",
        ),
        pytest.param(
            lambda session, claimed, now: due_work.fail(
                session, claimed, policy=ONCE, error="once too often", now=now
            ),
            id="it fails for the last time",
        ),
    ],
)
def test_it_is_due_at_once(db: Database, end: End):
    ask(db)
    claimed = claim(db)
    assert claimed
    ask(db)

    with db.transaction() as session:
        end(session, claimed, clock(session))

    [work] = rows(db)
    assert (work.given_up_at, work.leased_until) == (None, None)
    again = claim(db)
    assert again
    assert again.attempts == 1
    with db.transaction() as session:  # Nobody has asked since.
        end(session, again, clock(session))
    assert claim(db) is None
