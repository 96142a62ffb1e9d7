"""How alembic reaches the database: one release at a time, one transaction for each migration.

A migration of its own transaction may build an index without blocking writers, in `op.get_context().autocommit_block()`.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Engine, create_engine, text

from bridge.models import Base

# Any number, the same in every process: two releases at once must not both migrate.
_LOCK = 6_022_140_760
_LOOK_AGAIN_SECONDS = 0.2


def run() -> None:
    url = context.config.get_main_option("sqlalchemy.url")
    assert url
    engine = create_engine(
        url,
        connect_args={
            "connect_timeout": 5,
            # A migration that waits for a lock makes everybody behind it wait too: rather fail and be run again.
            "options": "-c lock_timeout=5s",
        },
    )
    with _alone(engine), engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=Base.metadata, transaction_per_migration=True
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Hold the lock of migrations, in a transaction beside theirs: a pooler keeps no session's lock.

    Asked for again and again rather than waited for: an index that is built concurrently waits for every
    statement that runs, and so would wait for whoever waits here.
    """
    with engine.connect() as connection:
        while not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}):
            connection.rollback()
            time.sleep(_LOOK_AGAIN_SECONDS)
        yield


run()
