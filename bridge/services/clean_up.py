"""Removing what nobody needs any more, a batch at a time, so that no lock is held for long."""

import structlog
from sqlalchemy import text

from bridge.db import Database, clock
from bridge.services.schedule import take_turn

log = structlog.get_logger(__name__)

_BATCH = 1000
# One run never does more than this; the next one goes on.
_BATCHES_AT_MOST = 200

# What is removed when, PostgreSQL's clock. Webhooks that failed or are parked wait for staff, whatever their age.
_OLD: dict[str, tuple[str, str]] = {
    "idempotency_keys": ("idempotency_keys", "expires_at <= now()"),
    "foreign_webhooks": (
        "webhook_events",
        "state = 'foreign' AND received_at <= now() - interval '7 days'",
    ),
    "applied_webhooks": (
        "webhook_events",
        "state = 'applied' AND received_at <= now() - interval '30 days'",
    ),
    "decisions": ("decisions", "created_at <= now() - interval '90 days'"),
    "sync_runs": ("sync_runs", "finished_at <= now() - interval '30 days'"),
}


def clean_up(db: Database) -> dict[str, int]:
    """Remove everything that is old enough; return how much of each kind. Safe to run twice at once."""
    removed = {kind: _remove(db, table, which) for kind, (table, which) in _OLD.items()}
    log.info("clean_up.done", **removed)
    return removed


def clean_up_on_schedule(db: Database, *, every_seconds: float) -> None:
    """Clean up when it is due; two beats make one run."""
    with db.transaction() as session:
        due = take_turn(session, "clean_up", every_seconds, clock(session))
    if due:
        clean_up(db)


def _remove(db: Database, table: str, which: str) -> int:
    some = f"SELECT ctid FROM {table} WHERE {which} LIMIT {_BATCH} FOR UPDATE SKIP LOCKED"  # noqa: S608  all of it stands above
    statement = text(f"DELETE FROM {table} WHERE ctid IN ({some}) RETURNING 1")  # noqa: S608  the same
    removed = 0
    for _ in range(_BATCHES_AT_MOST):
        with db.transaction() as session:
            batch = len(session.execute(statement).all())
        removed += batch
        if batch < _BATCH:
            break
    return removed
