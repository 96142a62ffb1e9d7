"""Which work is due, who may do it now, and what becomes of it: the queue of record's own verbs."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from bridge.db import RING
from bridge.domain.retries import RetryPolicy, delay_seconds
from bridge.jobs import CALLS, Id, key_of
from bridge.models import Work
from bridge.services.poison import bury, is_poison

# A message that Redis lost is sent again after this long; one that is merely waiting is a second look at a
# row that is leased or gone, which costs one statement.
RING_AGAIN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class DueWork:
    job: str
    ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do one piece of work until `leased_until`. `attempts` counts this one."""

    work_id: int
    generation: int
    attempts: int
    leased_until: datetime


def take_due(
    session: Session, *, keep_busy: int, now: datetime, without_shop: bool = False
) -> Sequence[DueWork]:
    """Take what is due and was not rung for lately, oldest first, and note that it is being rung for.

    :param keep_busy: how many pieces may be with Celery at once; the rest of the backlog waits here
    :param without_shop: the shop would be of no help; leave what is nothing but a call to it
    """
    waiting = session.scalar(
        select(func.count())
        .select_from(Work)
        .where(Work.rung_at > now - RING_AGAIN, Work.leased_until.is_(None) | (Work.leased_until <= now))
    )
    room = keep_busy - (waiting or 0)
    if room <= 0:
        return []
    due = session.scalars(
        select(Work)
        .where(
            Work.given_up_at.is_(None),
            Work.next_attempt_at <= now,
            Work.rung_at.is_(None) | (Work.rung_at <= now - RING_AGAIN),
            Work.job.not_in(CALLS if without_shop else ()),
        )
        .order_by(Work.next_attempt_at)
        .limit(room)
        .with_for_update(skip_locked=True)
    ).all()
    for work in due:
        work.rung_at = now
    return [DueWork(job=work.job, ids=work.ids) for work in due]


def claim(session: Session, job: str, *, lease_seconds: int, now: datetime, **ids: Id) -> Claim | None:
    """Claim one piece of due work, or return None when it is done, not due, or somebody else's now.

    The attempt is counted before it begins, so that work which kills its worker is counted too, and is given up
    when it has killed too many. A row that is being touched is waited for and looked at again, not skipped:
    whoever touches it may not be doing it.
    """
    work = session.scalar(
        select(Work)
        .where(
            Work.job == job,
            Work.key == key_of(ids),
            Work.given_up_at.is_(None),
            Work.next_attempt_at <= now,
        )
        .with_for_update()
    )
    if work is None:
        return None
    if work.leased_until is not None:  # Whoever had it wrote down no end, neither a good nor a bad one.
        work.deaths += 1
    if is_poison(work):
        bury(session, work, now=now)
        return None
    work.attempts += 1
    work.leased_until = work.next_attempt_at = now + timedelta(seconds=lease_seconds)
    work.rung_at = None
    session.flush()
    return Claim(
        work_id=work.id,
        generation=work.generation,
        attempts=work.attempts,
        leased_until=work.leased_until,
    )


def come_back(session: Session, job: str, *, seconds: int, now: datetime, **ids: Id) -> None:
    """Have due work rung for again soon, without claiming it: what it works on is taken just now."""
    session.execute(
        update(Work)
        .where(Work.job == job, Work.key == key_of(ids), Work.next_attempt_at <= now)
        .values(rung_at=now - RING_AGAIN + timedelta(seconds=seconds))
    )


def finish(session: Session, claimed: Claim, *, now: datetime) -> None:
    """Delete finished work; if it was asked for again meanwhile, make it due at once instead."""
    done = session.execute(
        delete(Work)
        .where(Work.id == claimed.work_id, Work.generation == claimed.generation)
        .returning(Work.id)
    ).first()
    if done is None:
        _set_due(session, claimed, at=now, attempts=0, last_error=None)
        session.info[RING] = True


def wait(session: Session, claimed: Claim, *, until: datetime, reason: str | None = None) -> None:
    """Give the claim back: not a failure, only not yet. The attempt is not counted.

    Work that was asked for again meanwhile is due at once instead: whoever asked knows something newer.
    """
    if not _begin_anew(session, claimed, last_error=reason):
        _set_due(session, claimed, at=until, attempts=claimed.attempts - 1, last_error=reason)


def fail(session: Session, claimed: Claim, *, policy: RetryPolicy, error: str, now: datetime) -> bool:
    """Record a failed attempt; say whether it will be tried again. If not, it waits for staff."""
    delay = delay_seconds(policy, claimed.attempts, jitter=random.uniform(-1, 1))  # noqa: S311
    if delay is None:
        return not give_up(session, claimed, error=error, now=now)
    _set_due(session, claimed, at=now + timedelta(seconds=delay), attempts=claimed.attempts, last_error=error)
    return True


def give_up(session: Session, claimed: Claim, *, error: str, now: datetime) -> bool:
    """Leave the work for staff: `work list` shows it, `work retry` makes it due again.

    :returns: False where it was asked for again meanwhile, and is due at once instead
    """
    if _begin_anew(session, claimed, last_error=error):
        return False
    session.execute(
        update(Work)
        .where(Work.id == claimed.work_id)
        .values(given_up_at=now, leased_until=None, rung_at=None, last_error=error)
    )
    return True


def note_crash(session: Session, job: str, *, error: str, **ids: Id) -> None:
    """Keep why a task ended with an error nobody expected; its lease runs out and it is tried again.

    Its worker lives, so nobody has died of it.
    """
    session.execute(
        update(Work)
        .where(Work.job == job, Work.key == key_of(ids))
        .values(last_error=error, leased_until=None)
    )


def _begin_anew(session: Session, claimed: Claim, *, last_error: str | None) -> bool:
    """Make work due at once if it was asked for again since it was claimed, as if it had never been tried."""
    generation = session.scalar(select(Work.generation).where(Work.id == claimed.work_id).with_for_update())
    if generation is None or generation == claimed.generation:
        return False
    _set_due(session, claimed, at=func.now(), attempts=0, last_error=last_error)
    session.info[RING] = True
    return True


def _set_due(
    session: Session,
    claimed: Claim,
    *,
    at: "datetime | ColumnElement[datetime]",
    attempts: int,
    last_error: str | None,
) -> None:
    session.execute(
        update(Work)
        .where(Work.id == claimed.work_id)
        .values(
            next_attempt_at=at,
            leased_until=None,
            rung_at=None,
            attempts=attempts,
            deaths=0,
            last_error=last_error,
        )
    )
