"""How a soak comes to its end: the faults are over, and what is due gets the time that it needs."""

import time
from collections import Counter
from collections.abc import Callable

from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from bridge.db import Database, clock
from bridge.models import SyncRun, Work
from bridge.services import work_decisions
from bridge.services.lost_work import ask_about_some
from bridge.services.sync_runs import RECONCILE
from tests.soak.fleet import Fleet

# A deleted draft of which nobody told is believed after five minutes; a busy machine needs its time, too.
_AT_MOST_SECONDS = 900
_SAY_SECONDS = 15
_LOOK_SECONDS = 0.5
_DAY_SECONDS = 86_400
# Longer than a lease and all that an unknown outcome is waited for.
_LONG = 400


def become_quiet(db: Database, fleet: Fleet, *, hurry: bool, say: Callable[[str], None]) -> None:
    """Return when nothing is due and everything that is done once a day was done once, or when time is over.

    What is due then is a violation that the invariants find. Twice: what a comparison with the shop finds is
    work, too. Each wait has a time of its own.

    :param hurry: move the rows' times into the past instead of waiting
    """
    if hurry:
        _let_time_pass(db)
    _await_nothing_due(db, fleet, hurry=hurry, say=say)
    if retried := _retry_what_killed_its_workers(db):
        say(f"staff have {retried} pieces of work tried again that ended with their workers five times")
        _await_nothing_due(db, fleet, hurry=hurry, say=say)
    with db.transaction() as session:
        ask_about_some(session, every_seconds=_DAY_SECONDS, now=clock(session))
        began = clock(session)
        if hurry:  # Both are done when it is their turn, which a mark says.
            session.execute(text("UPDATE marks SET at = at - interval '1 hour'"))
    for kind in ("inventory", RECONCILE):
        _await(lambda kind=kind: _ran_since(db, kind, began), fleet)
    _await_nothing_due(db, fleet, hurry=hurry, say=say)


def _retry_what_killed_its_workers(db: Database) -> int:
    """Do what staff do about work that was given up because it met one dying worker after the other."""
    with db.transaction() as session:
        killers = session.scalars(
            select(Work.id).where(Work.given_up_at.is_not(None), Work.last_error.startswith("worker_lost"))
        ).all()
        for work_id in killers:
            work_decisions.retry(session, work_id=work_id, by="staff", now=clock(session))
        return len(killers)


def _await_nothing_due(db: Database, fleet: Fleet, *, hurry: bool, say: Callable[[str], None]) -> None:
    said = [time.monotonic()]

    def nothing() -> bool:
        due = _due(db) or _undelivered(fleet)  # The shop's state is large: it is asked last.
        if due and time.monotonic() - said[0] > _SAY_SECONDS:
            said[0] = time.monotonic()
            say(f"due: {dict(due)}")
        if due and hurry:
            _end_waits(db)
        return not due

    _await(nothing, fleet)


def _await(condition: Callable[[], bool], fleet: Fleet) -> None:
    deadline = time.monotonic() + _AT_MOST_SECONDS
    while time.monotonic() < deadline:
        fleet.revive()
        try:
            if condition():
                return
        except DBAPIError:  # A connection from before the faults ended.
            continue
        time.sleep(_LOOK_SECONDS)


def _due(db: Database) -> Counter[str]:
    with db.transaction() as session:
        rows = session.execute(
            select(Work.job, func.count()).where(Work.given_up_at.is_(None)).group_by(Work.job)
        )
        return Counter(dict(rows.all()))


def _undelivered(fleet: Fleet) -> Counter[str]:
    pending = [one for one in fleet.shop.state()["deliveries"] if one["state"] == "pending"]
    return Counter({"webhooks on their way": len(pending)}) if pending else Counter()


def _ran_since(db: Database, kind: str, began: object) -> bool:
    with db.transaction() as session:
        found = select(SyncRun.id).where(SyncRun.kind == kind, SyncRun.started_at > began, SyncRun.complete)
        return session.scalar(found.limit(1)) is not None


def _let_time_pass(db: Database) -> None:
    """Let no lease, patience or ring of a dead process count any more."""
    _move(
        db,
        work="next_attempt_at leased_until rung_at",
        push_attempts="started_at gives_up_at finished_at",
        order_events="at",
    )


def _end_waits(db: Database) -> None:
    """Let the patience of what nobody works on end."""
    with db.transaction() as session:
        session.execute(
            text(
                "UPDATE work SET next_attempt_at = now(), rung_at = NULL WHERE next_attempt_at > now()"
                " AND (leased_until IS NULL OR leased_until <= now()) AND given_up_at IS NULL"
            )
        )
        session.execute(text("UPDATE reservations SET committed_at = committed_at - interval '1 minute'"))


def _move(db: Database, **tables: str) -> None:
    with db.transaction() as session:
        for table, columns in tables.items():
            moved = ", ".join(f"{c} = {c} - interval '{_LONG} s'" for c in columns.split())
            session.execute(text(f"UPDATE {table} SET {moved}"))  # noqa: S608
