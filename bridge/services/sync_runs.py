"""The journal of scheduled runs: what each looked at, what it could not and what it cost, readable while it runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bridge.db import clock
from bridge.domain.shop_values import Spent
from bridge.models import SyncRun

INVENTORY = "inventory"
# Its columns then say: `items` looked at, `changed` repaired or asked about, `missing` unknown to us.
RECONCILE = "reconcile"

# How a run reads; `sync_runs.method`.
BY_PAGES, IN_BULK = "nodes", "bulk"
# What a run that died has asked for is read by the next one unless it is older; a new answer is better then.
_WORTH_READING = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one run did. `missing` counts items that Shopify no longer has; `complete`: every page was read.

    `requests` and `points` are what it cost; `bulk_problem` says why not everything was read in bulk.
    """

    location_id: int
    method: str
    pages: int
    items: int
    changed: int
    missing: int
    failed_pages: int
    requests: int
    points: int
    complete: bool
    last_error: str | None
    bulk_problem: str | None


@dataclass(frozen=True, slots=True)
class LeftOver:
    """A bulk operation that a run asked for and did not live to read. `began`: PostgreSQL's clock before that."""

    operation_id: int
    location_id: int
    began: datetime


def newest_runs(session: Session, *, limit: int) -> Sequence[SyncRun]:
    """Return the newest runs of the inventory sync, those that are under way included."""
    newest = select(SyncRun).where(SyncRun.kind == INVENTORY).order_by(SyncRun.id.desc()).limit(limit)
    return session.scalars(newest).all()


def begin_run(session: Session, kind: str = INVENTORY) -> int:
    """Open a run; the caller holds the lock of its kind, so one that is still open has died."""
    session.execute(
        update(SyncRun)
        .where(SyncRun.kind == kind, SyncRun.finished_at.is_(None))
        .values(finished_at=func.now(), last_error=func.coalesce(SyncRun.last_error, "interrupted"))
    )
    run = SyncRun(kind=kind, started_at=clock(session))
    session.add(run)
    session.flush()
    return run.id


def left_over(session: Session) -> LeftOver | None:
    """Return what a run that died has asked for; to be called before the next one begins."""
    row = session.scalars(
        select(SyncRun)
        .where(
            SyncRun.kind == INVENTORY,
            SyncRun.finished_at.is_(None),
            SyncRun.bulk_began_at > func.now() - _WORTH_READING,
        )
        .order_by(SyncRun.id.desc())
        .limit(1)
    ).first()
    if row is None or row.bulk_operation_id is None:
        return None
    assert row.bulk_location_id is not None, "noted together"
    assert row.bulk_began_at is not None, "noted together"
    return LeftOver(row.bulk_operation_id, row.bulk_location_id, row.bulk_began_at)


def note_bulk(session: Session, run: int, asked: LeftOver) -> None:
    """Keep which bulk operation the run waits for, so that another worker can read it."""
    session.execute(
        update(SyncRun)
        .where(SyncRun.id == run)
        .values(
            method=IN_BULK,
            bulk_operation_id=asked.operation_id,
            bulk_location_id=asked.location_id,
            bulk_began_at=asked.began,
        )
    )


def note_bulk_told(session: Session, operation_id: int) -> bool:
    """Keep that Shopify says a bulk operation has ended; return whether a run waits for it."""
    told = session.scalars(
        update(SyncRun)
        .where(SyncRun.bulk_operation_id == operation_id, SyncRun.finished_at.is_(None))
        .values(bulk_told_at=func.now())
        .returning(SyncRun.id)
    ).all()
    return bool(told)


def was_told(session: Session, run: int) -> bool:
    """Tell whether Shopify has said that the run's bulk operation has ended."""
    return session.scalar(select(SyncRun.bulk_told_at).where(SyncRun.id == run)) is not None


def note_page(session: Session, run: int, *, items: int, changed: int, missing: int, spent: Spent) -> None:
    """Count one page that was read and stored.

    :param spent: by the whole run so far
    """
    session.execute(
        update(SyncRun)
        .where(SyncRun.id == run)
        .values(
            pages=SyncRun.pages + 1,
            items=SyncRun.items + items,
            changed=SyncRun.changed + changed,
            missing=SyncRun.missing + missing,
            requests=spent.requests,
            points=round(spent.points),
        )
    )


def note_found(session: Session, run: int, **values: object) -> None:
    """Set columns of a run to what they have come to: counts, or what it cost."""
    session.execute(update(SyncRun).where(SyncRun.id == run).values(**values))


def note_failed_page(session: Session, run: int, *, error: str) -> None:
    """Count one page that could not be read, and keep why."""
    session.execute(
        update(SyncRun)
        .where(SyncRun.id == run)
        .values(failed_pages=SyncRun.failed_pages + 1, last_error=error)
    )


def finish_run(session: Session, run: int, *, location_id: int) -> Sweep:
    """Close a run and return what it did."""
    row = close_run(session, run)
    return Sweep(
        location_id=location_id,
        method=row.method,
        pages=row.pages,
        items=row.items,
        changed=row.changed,
        missing=row.missing,
        failed_pages=row.failed_pages,
        requests=row.requests,
        points=row.points,
        complete=row.complete,
        last_error=row.last_error,
        bulk_problem=row.bulk_problem,
    )


def close_run(session: Session, run: int) -> SyncRun:
    """Close a run that came to its end, and return its row."""
    row = session.scalars(select(SyncRun).where(SyncRun.id == run)).one()
    row.finished_at = clock(session)
    row.complete = row.failed_pages == 0
    return row


def abort_run(session: Session, run: int, *, error: str) -> None:
    """Close a run that did not come to its end."""
    session.execute(
        update(SyncRun).where(SyncRun.id == run).values(finished_at=clock(session), last_error=error)
    )
