"""PostgreSQL and Valkey for one test session, and a fresh database for each test."""

import fcntl
import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from bridge import migrations
from config import settings
from local.postgres import NOT_DURABLE, Postgres
from local.valkey import Valkey

_PREFIX = "jafarshop-test-"
_TEMPLATE = "bridge_template"
_REDIS_DATABASES = 200


class Servers:
    """One PostgreSQL with a migrated template and one Valkey, for all tests of a session."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postgres = Postgres(
            folder / "postgres", log=folder / "logs" / "postgres.log", settings=NOT_DURABLE
        )
        self.valkey = Valkey(
            folder / "valkey",
            log=folder / "logs" / "valkey.log",
            durable=False,
            databases=_REDIS_DATABASES,
        )
        self._numbers = itertools.count()

    def start(self) -> None:
        """Start both and migrate the template, once."""
        self.postgres.start()
        self.valkey.start()
        self._execute(f'CREATE DATABASE "{_TEMPLATE}"')
        migrations.upgrade(sqlalchemy_url(self.postgres.url_of(_TEMPLATE)))

    def stop(self) -> None:
        """Stop both and remove what they kept."""
        self.valkey.destroy()
        self.postgres.destroy()

    @contextmanager
    def database(self, *, copy_of: str | None = None) -> Iterator[str]:
        """Yield the URL of a migrated database that nobody else uses; dropped afterwards.

        :param copy_of: the URL of one that this makes a backup of; nobody may be connected to it now
        """
        template = copy_of.rpartition("/")[2] if copy_of else _TEMPLATE
        name = f"test_{next(self._numbers)}"
        # Copying files is faster than logging every page, where durability is off.
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        try:
            yield self.postgres.url_of(name)
        finally:
            self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    @contextmanager
    def redis(self) -> Iterator[str]:
        """Yield the URL of an empty database number of Valkey."""
        url = self.valkey.url_of(next(self._numbers) % _REDIS_DATABASES)
        with redis.Redis.from_url(url) as client:
            client.flushdb()
        yield url

    def _execute(self, statement: str) -> None:
        connection = self.postgres.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()


def sqlalchemy_url(url: str) -> str:
    """Return the URL as the bridge's own settings read it, with the driver named."""
    return settings.load(settings.DATABASE, source={"DATABASE_URL": url}).database_url


@contextmanager
def session_folder() -> Iterator[Path]:
    """Yield a temp folder for one test session, and remove those that killed sessions left.

    A living session holds a lock on its folder; the kernel lets go of it however it ends.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with _locked(left) as abandoned:
            if abandoned and _is_older_than_a_minute(left):  # A newer one may not be locked yet.
                shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    folder.chmod(0o711)  # As root PostgreSQL runs as another account and has to pass.
    with _locked(folder):
        yield folder
        shutil.rmtree(folder, ignore_errors=True)


def temporary(folder: Path) -> Path:
    """Make the place in a session's folder where the processes of its tests put what need not outlive them."""
    made = folder / "tmp"
    made.mkdir()
    made.chmod(0o1777)  # As root some of them run as another account.
    return made


def _is_older_than_a_minute(folder: Path) -> bool:
    try:
        return time.time() - folder.stat().st_mtime > 60
    except FileNotFoundError:
        return False


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Hold the lock of a folder; yields False when somebody else holds it or may."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        yield False
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(descriptor)
