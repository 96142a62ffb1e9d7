"""`python -m local demo`: the whole stack in a folder of its own, the story, and nothing left."""

import json
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from local import stopping
from local.environment import handed_on
from local.folder import DataFolder
from local.narration import Narrator, StoryError
from local.process import tail
from local.stack import Stack
from local.story import Story

_PREFIX = "jafarshop-demo-"
_READ_LINES = 500
_SHOWN_LINES = 20
_LINE_LENGTH = 600


def demo() -> int:
    """Tell the story; returns the exit code.

    The state is new each time and is removed at the end; after a failure its folder, with the
    logs, stays and is named.
    """
    stopping.stop_on_signals()
    console = Console(highlight=False, width=None if Console().is_terminal else 110)
    began = time.monotonic()
    path = Path(tempfile.mkdtemp(prefix=_PREFIX))
    path.chmod(0o711)  # As root PostgreSQL runs as another account and has to pass.
    folder = DataFolder(path)
    stack = Stack(folder, lambda sentence: console.print(f"[dim]{escape(sentence)}[/dim]"))
    code = 1
    try:
        code = _tell(stack, console)
    finally:
        stack.destroy(keep_logs=code == 1)
        folder.close()
    if code == 0:
        took = time.monotonic() - began
        console.print(f"\n[bold green]The story is told[/bold green] in {took:.0f} s; all is stopped.")
    return code


def _tell(stack: Stack, console: Console) -> int:
    narrator = Narrator(console)
    try:
        announcement = stack.start()
        console.print(f"The stack is up: {announcement.api_url}, shop {announcement.simulator_url}")
        Story(announcement, {**handed_on(), **announcement.env}, narrator).play()
    except stopping.Stopping:
        return 130
    except StoryError as error:
        console.print(f"\n[bold red]This is not as it should be:[/bold red] {escape(str(error))}")
    except Exception as error:  # noqa: BLE001 - whatever it was, its reader needs the logs
        what = f"{type(error).__name__}: {error}"
        console.print(f"\n[bold red]The demo failed:[/bold red] {escape(what)}")
    else:
        return 0
    _show_logs(stack, narrator.logs or tuple(stack.logs), console)
    return 1


def _show_logs(stack: Stack, names: Iterable[str], console: Console) -> None:
    for name in names:
        log = stack.logs.get(name)
        if log is not None and (lines := worth_reading(tail(log, _READ_LINES).splitlines())):
            console.print(f"\n[bold]From the log of {name}[/bold] ({log}):")
            for line in lines:
                console.print(line[:_LINE_LENGTH], markup=False, style="dim", soft_wrap=True)


def worth_reading(lines: list[str]) -> list[str]:
    """Return the warnings and errors among these log lines, or the last few if there are none."""
    return [line for line in lines if not _is_routine(line)][-_SHOWN_LINES:] or lines[-5:]


def _is_routine(line: str) -> bool:
    try:
        said = json.loads(line)
        return said["level"] in ("debug", "info") and said.get("status", 200) < 400
    except (ValueError, LookupError, TypeError):
        return False
