"""The schema's history. `upgrade` is the release step; every revision is safe beside the code before it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine


def upgrade(database_url: str) -> None:
    """Bring the database to the newest revision. Two at once wait for each other."""
    command.upgrade(config(database_url), "head")


def pending(database_url: str) -> bool:
    """Tell whether the database lacks a revision that this code knows."""
    engine = create_engine(database_url, connect_args={"connect_timeout": 3})
    try:
        with engine.connect() as connection:
            there = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    return there != newest()


def newest() -> str | None:
    """Return the newest revision that this code knows."""
    return ScriptDirectory(str(Path(__file__).parent)).get_current_head()


def config(database_url: str) -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    # A percent sign in a password is alembic's interpolation.
    settings.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return settings
