"""The one way to PostgreSQL: transactions that ring once committed, and locks that end with their holder."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bridge.hanging import HangWatch

# A request must end in seconds even when a lock is not given; a forgotten transaction must not block others.
_GUARDS = (
    "-c statement_timeout=15s -c lock_timeout=5s -c idle_in_transaction_session_timeout=20s -c timezone=UTC"
)
# The server notices within half a minute that the machine which held a lock is gone.
_KEEPALIVES = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"

# A lock's number is split over two columns of 32 bits, unsigned; objsubid 1 says that it was one number.
_STILL_HELD = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()"
    " AND objsubid = 1 AND (classid::bigint << 32 | objid::bigint) = :number)"
)

# We notice within half a minute that the server's machine, or the way there, is gone.
_NOTICES = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,  # milliseconds
}

_QUOTED_ROW = re.compile(r"Failing row contains .*")

RING = "ring"


class Database:
    """One engine; make it after the process forked. `ring` is called after each commit that asked for work.

    :param url: postgresql://…
    :param ring: must return at once and never raise: the answer to a partner waits for it
    :param lock_url: a direct connection for locks where `url` is a pooler
    :param pool_size: connections kept; as many as the process has threads
    :param patience_seconds: a connection that is in use for longer is cut; for processes in which somebody
        waits for an answer
    """

    def __init__(
        self,
        url: str,
        *,
        ring: Callable[[], None] = lambda: None,
        lock_url: str | None = None,
        pool_size: int = 5,
        patience_seconds: float | None = None,
        application_name: str = "bridge",
    ) -> None:
        self.engine = _engine(url, pool_size=pool_size, options=_GUARDS, name=application_name)
        if patience_seconds is not None:
            HangWatch(self.engine, seconds=patience_seconds)
        self._ring = ring
        self._lock_url = lock_url or url
        self._lock_engine: Engine | None = None
        self._name = application_name

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a session, commit at the end, and ring if anything asked for work meanwhile."""
        with Session(self.engine, expire_on_commit=False) as session:
            with session.begin():
                yield session
            if session.info.get(RING):
                self._ring()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that sends neither BEGIN nor COMMIT: each statement is one message and stands alone."""
        with self.engine.connect() as connection:
            driver: Any = connection.connection.dbapi_connection
            # Not SQLAlchemy's isolation level: taking that back is a message of its own.
            driver.autocommit = True
            try:
                with Session(connection, expire_on_commit=False) as session:
                    yield session
            finally:
                if not driver.closed:
                    driver.autocommit = False

    @contextmanager
    def exclusive(self, key: str) -> Iterator["Lock"]:
        """Hold a lock on `key` without a transaction; the `Lock` is false when somebody else holds it.

        A session lock: a frozen holder keeps it, a dead one loses it with its connection, which a
        lease cannot tell apart (ADR 0005).
        """
        number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True)
        with self._locks().connect() as connection:
            got = connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), {"number": number})
            lock = Lock(connection, number, got=bool(got))
            try:
                yield lock
            finally:
                if lock.still_held():
                    connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": number})

    @contextmanager
    def lock_session(self) -> Iterator[Connection]:
        """Open a session of the kind that locks live in, without any: for whoever examines it."""
        with self._locks().connect() as connection:
            yield connection

    def _locks(self) -> Engine:
        if self._lock_engine is None:
            self._lock_engine = _engine(
                self._lock_url, pool_size=2, options=_KEEPALIVES, name=f"{self._name} locks"
            ).execution_options(isolation_level="AUTOCOMMIT")
        return self._lock_engine

    def dispose(self) -> None:
        """Close every connection; the database may be dropped afterwards."""
        self.engine.dispose()
        if self._lock_engine is not None:
            self._lock_engine.dispose()


class Lock:
    """A lock that was asked for; true when it was given and, as far as is known, still held."""

    def __init__(self, connection: Connection, number: int, *, got: bool) -> None:
        self._connection = connection
        self._number = number
        self._got = got

    def __bool__(self) -> bool:
        return self._got

    def still_held(self) -> bool:
        """Ask PostgreSQL whether this very connection still holds the lock.

        A server that was restarted meanwhile has forgotten it, and somebody else may have it now.
        """
        if not self._got:
            return False
        try:
            self._got = bool(self._connection.scalar(_STILL_HELD, {"number": self._number}))
        except DBAPIError:  # The connection is gone, and the lock with it.
            self._got = False
        return self._got


def clock(session: Session) -> datetime:
    """Return the transaction's now(): the one clock of claims, leases, due times and expiries (decision 60)."""
    return session.scalars(select(func.now())).one()


def _engine(url: str, *, pool_size: int, options: str, name: str) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=2,
        pool_timeout=3,
        # A ping per checkout costs a round trip on the submit path; a stale connection is
        # noticed by the first statement, which invalidates the pool.
        pool_recycle=900,
        # An error's message is logged, and the parameters of a statement are the customer.
        hide_parameters=True,
        connect_args={"connect_timeout": 3, "options": options, "application_name": name, **_NOTICES},
    )
    event.listen(engine, "handle_error", _strike_out_row)
    return engine


def _strike_out_row(context: ExceptionContext) -> None:
    """Take out of an error the row that PostgreSQL quotes when a constraint refuses it.

    It is the customer's, and an error's text goes far: into logs, error reports, and the events that Flower shows.
    """
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None:
            error.args = tuple(
                _QUOTED_ROW.sub("The row is not shown.", each) if isinstance(each, str) else each
                for each in error.args
            )
