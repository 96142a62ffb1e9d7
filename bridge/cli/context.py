"""What a command has: its settings, a database and a shop when it uses them, and one way to answer."""

import getpass
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from bridge.db import Database
from bridge.services.defects import Defect, count_aside
from config import settings as config
from config.settings import Settings

if TYPE_CHECKING:
    from bridge.domain.shop import Shop


class Failure(Exception):
    """A command could not do all it was asked; `problems` are its details, one sentence each."""

    def __init__(self, message: str, problems: Sequence[str] = (), *, code: str = "failed") -> None:
        super().__init__(message)
        self.message = message
        self.problems = list(problems)
        self.code = code


class NumberOrNone(click.ParamType):
    """A whole number, or the word `none` for the default."""

    name = "N|none"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        if value == "none" or isinstance(value, int):
            return value  # type: ignore[no-any-return]
        if not str(value).isascii() or not str(value).isdigit():
            self.fail(f"{value!r} is neither a whole number nor none", param, ctx)
        return int(value)


class Context:
    """One command's run. Nothing is opened before it is used."""

    def __init__(
        self, ring: Callable[[], None], ping: Callable[[float], Sequence[str]] = lambda _seconds: ()
    ) -> None:
        self.ping = ping
        self.json = False
        self.verbose = False
        self._ring = ring
        self._settings: Settings | None = None

    def load(self, *needs: str) -> None:
        """Read the settings and check what `needs` names.

        :raises SettingsError: with every problem
        """
        self._settings = config.load(*needs)
        self.verbose = self._settings.log_level == "DEBUG"

    @property
    def settings(self) -> Settings:
        assert self._settings is not None, "a command declares what it needs"
        return self._settings

    @cached_property
    def db(self) -> Database:
        return Database(
            self.settings.database_url,
            ring=self._ring if self.settings.redis_url else _no_ring,
            lock_url=self.settings.database_lock_url,
            pool_size=1,
            application_name="bridge cli",
        )

    @cached_property
    def shop(self) -> "Shop":
        from bridge.shopify import open_shop  # Half a second that `db upgrade` does not need.

        return open_shop(self.settings, throttled=self._count_throttled)

    def _count_throttled(self) -> None:
        if self.settings.database_url:
            count_aside(self.db, Defect.SHOPIFY_THROTTLED)

    def answer(self, value: Any, *, text: str) -> None:
        """Print the result: `value` as JSON under `--json`, else `text` for a person."""
        click.echo(json.dumps(value, default=_plain, ensure_ascii=False) if self.json else text)

    @contextmanager
    def progress(self, what: str) -> Iterator[Callable[[int, int], None]]:
        """Draw a bar on stderr when a person is watching; yields what to call with (done, total)."""
        if self.json or not sys.stderr.isatty():
            yield lambda _done, _total: None
            return
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)

    def close(self) -> None:
        if "db" in self.__dict__:
            self.db.dispose()


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Lay rows out in columns as wide as they need; a pipe gets what a terminal gets."""
    cells = [list(headings), *(["" if cell is None else str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )


def whoami() -> str:
    """Return who sits at the keyboard, for timelines."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # An account without a name, as in a container.
        return "cli"


def _no_ring() -> None:
    """Leave it to beat: without Redis's address there is nothing to ring."""


def _plain(value: object) -> object:
    """Turn what JSON does not know into what it does: times as ISO 8601, everything else as its text."""
    isoformat = getattr(value, "isoformat", None)
    return isoformat() if isoformat else str(value)
