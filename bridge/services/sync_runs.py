"""The journal of scheduled runs: what each looked at and what it could not, readable while it runs."""

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bridge.db import clock
from bridge.models import SyncRun

INVENTORY = "inventory"
# Its columns then say: `items` looked at, `changed` repaired or asked about, `missing` unknown to us.
RECONCILE = "reconcile"


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one run did. `missing` counts items that Shopify no longer has; `complete`: every page was read."""

    location_id: int
    pages: int
    items: int
    changed: int
    missing: int
    failed_pages: int
    complete: bool
    last_error: str | None


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


def note_page(session: Session, run: int, *, items: int, changed: int, missing: int) -> None:
    """Count one page that was read and stored."""
    session.execute(
        update(SyncRun)
        .where(SyncRun.id == run)
        .values(
            pages=SyncRun.pages + 1,
            items=SyncRun.items + items,
            changed=SyncRun.changed + changed,
            missing=SyncRun.missing + missing,
        )
    )


def note_found(session: Session, run: int, **counts: int) -> None:
    """Set counts of a run to what they have come to: pages, items, changed, missing."""
    session.execute(update(SyncRun).where(SyncRun.id == run).values(**counts))


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
        pages=row.pages,
        items=row.items,
        changed=row.changed,
        missing=row.missing,
        failed_pages=row.failed_pages,
        complete=row.complete,
        last_error=row.last_error,
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
