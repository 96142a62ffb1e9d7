"""What a checkup looks at in PostgreSQL: that it answers, is migrated and durable, and that locks are locks."""

from collections.abc import Sequence

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from bridge.db import Database
from bridge.services.checkup import Finding, failed, ok, warned

# Values other than these lose accepted orders in a crash, or write customers into the server's log.
_SETTINGS = {
    "fsync": ("on", "a crash of the machine loses accepted orders"),
    "full_page_writes": ("on", "a crash of the machine may spoil the database"),
    "synchronous_commit": ("on local remote_write remote_apply", "a crash loses orders accepted just before"),
    "log_min_error_statement": (
        "fatal panic",
        "a statement that fails is logged with the customer's data; set it to panic",
    ),
}
# A holder whose machine is gone must lose its lock in about half a minute (decision 61).
_KEEPALIVE_SECONDS = 60
_WHO = text(
    "SELECT pg_backend_pid() AS pid, pg_postmaster_start_time() AS began, current_database() AS name,"
    " inet_client_addr() IS NULL AS is_local, current_setting('tcp_keepalives_idle')::int"
    " + current_setting('tcp_keepalives_interval')::int * current_setting('tcp_keepalives_count')::int AS patience"
)
_LOCK = text("SELECT pg_try_advisory_lock(hashtext('doctor'), :key)")
_IS_HELD = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2"
    " AND pid = pg_backend_pid() AND objid::bigint = :key)"
)
_UNLOCK = text("SELECT pg_advisory_unlock(hashtext('doctor'), :key)")


def check_connection(db: Database) -> Sequence[Finding]:
    """Look whether PostgreSQL answers."""
    with db.transaction() as session:
        version = session.scalar(text("SELECT current_setting('server_version')"))
        name = session.scalar(text("SELECT current_database()"))
    return ok("database", f"PostgreSQL {version} answers, database {name}")


def check_schema(db: Database, *, newest: str | None) -> Sequence[Finding]:
    """Look whether the schema is this release's.

    :param newest: the revision that this code knows as the last one
    """
    with db.transaction() as session:
        is_there = session.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL"))
        found = session.scalar(text("SELECT version_num FROM alembic_version")) if is_there else None
    if found == newest:
        return ok("migrations", f"at {found}, the newest")
    return failed(
        "migrations", f"at {found or 'nothing'}, and not at {newest}: run `python -m bridge db upgrade`"
    )


def check_durability(db: Database) -> Sequence[Finding]:
    """Look whether the server keeps what it has confirmed, and what it writes into its own log."""
    with db.transaction() as session:
        wrong = [said for name in _SETTINGS if (said := _objection(session, name))]
    if wrong:
        return warned("postgresql", "; ".join(wrong))
    return ok("postgresql", "keeps what it has confirmed, and keeps customers out of its log")


def _objection(session: Session, name: str) -> str | None:
    value = session.scalar(text("SELECT current_setting(:name)"), {"name": name})
    good, consequence = _SETTINGS[name]
    return None if value in good.split() else f"{name} is {value}: {consequence}"


def check_locks(db: Database) -> Sequence[Finding]:
    """Take a lock in one session and see it held: across a transaction's end, and against a second session.

    A pooler that hands out a connection per transaction fails it: there the second session gets the first one's
    backend, and with it the lock.
    """
    with db.lock_session() as holder, db.lock_session() as other, db.transaction() as session:
        mine, theirs = holder.execute(_WHO).one(), session.execute(_WHO).one()
        if (mine.began, mine.name) != (theirs.began, theirs.name):
            return failed("locks", "DATABASE_LOCK_URL leads to another database than DATABASE_URL")
        if not _keeps_its_lock(holder, other, mine.pid):
            return failed(
                "locks",
                "a lock does not stay with its session: DATABASE_LOCK_URL must be a direct connection, no pooler's",
            )
    if not mine.is_local and not 0 < mine.patience <= _KEEPALIVE_SECONDS:
        return warned(
            "locks",
            f"held by their session, but the server notices only after {mine.patience} s that a machine is gone: "
            "tcp_keepalives_idle, _interval and _count cannot be set on this connection",
        )
    return ok("locks", "held by their session across transactions, against others")


def _keeps_its_lock(holder: Connection, other: Connection, number: int) -> bool:
    key = {"key": number}
    try:
        if not holder.scalar(_LOCK, key):
            return False
        holder.execute(text("BEGIN"))
        holder.execute(text("COMMIT"))
        other.execute(text("BEGIN"))
        taken_twice = other.scalar(_LOCK, key)
        other.execute(text("COMMIT"))
        # Asked in its own session, which a pooler may have changed.
        return not taken_twice and bool(holder.scalar(_IS_HELD, key))
    finally:
        for session in (holder, other):  # PostgreSQL only remarks on one that is not held.
            session.execute(_UNLOCK, key)
