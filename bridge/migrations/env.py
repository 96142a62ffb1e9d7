"""How alembic reaches the database: one connection, one transaction, one migration at a time."""

from alembic import context
from sqlalchemy import create_engine, text

from bridge.models import Base

# Any number, the same in every process: two releases at once must not both migrate.
_LOCK = 6_022_140_760


def run() -> None:
    url = context.config.get_main_option("sqlalchemy.url")
    assert url
    engine = create_engine(url, connect_args={"connect_timeout": 5})
    with engine.connect() as connection, connection.begin():
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        # A migration that waits for a lock makes everybody behind it wait too: rather fail and be run again.
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        context.configure(connection=connection, target_metadata=Base.metadata)
        context.run_migrations()
    engine.dispose()


run()
