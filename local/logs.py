"""What all processes say, in one stream, each line with the name of who said it."""

import itertools
import json
import threading
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.text import Text

_LOOK_SECONDS = 0.2
_TICK = "work.dispatch"  # Every two seconds, whether there is work or not.
_NOT_SHOWN = ("timestamp", "event", "level", "logger", "data", "task", "task_id")
_COLORS = ("cyan", "magenta", "green", "yellow", "blue", "bright_red", "bright_cyan")


class MergedLogs:
    """Follows log files from a thread of its own; a terminal that is gone stops nothing."""

    def __init__(self, logs: dict[str, Path], *, to: TextIO) -> None:
        """Follow these files from their present end.

        :param to: where they are printed
        """
        self._files = {name: (log, log.stat().st_size if log.exists() else 0) for name, log in logs.items()}
        self._console = Console(file=to, highlight=False, soft_wrap=True)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="merged-logs", daemon=True)

    def start(self) -> None:
        """Begin to print."""
        self._thread.start()

    def stop(self) -> None:
        """Print what is left and end; never wait long for a reader that does not read."""
        self._stop.set()
        self._thread.join(timeout=2)

    def is_following(self) -> bool:
        """Say whether there is still somebody to print for."""
        return self._thread.is_alive()

    def _follow(self) -> None:
        try:
            while not self._stop.wait(_LOOK_SECONDS):
                self._print_new_lines()
            self._print_new_lines()
        except OSError:  # Nobody reads us any more; the files still tell everything.
            return

    def _print_new_lines(self) -> None:
        width = max(map(len, self._files), default=0)
        for color, (name, (log, position)) in zip(
            itertools.cycle(_COLORS), list(self._files.items()), strict=False
        ):
            if not log.exists():
                continue
            with log.open("rb") as file:
                file.seek(position)
                new = file.read()
            whole = new[: new.rfind(b"\n") + 1]
            self._files[name] = (log, position + len(whole))
            for line in whole.decode(errors="replace").splitlines():
                if shown := as_a_person_reads(line):
                    label = Text(f"{name:<{width}} | ", style=color)
                    self._console.print(label + Text.from_ansi(shown))


def as_a_person_reads(line: str) -> str:
    """Return a log line for the terminal: time, event and details; empty for the ticking of the clock.

    The file keeps every line as it was written.
    """
    try:
        said = json.loads(line)
        time, event = said["timestamp"][11:19], said["event"]
    except (ValueError, LookupError, TypeError):
        return line
    if said.get("level") == "info" and _TICK in event:
        return ""
    level = "" if said.get("level") == "info" else f"{said.get('level', '').upper()} "
    details = {name: value for name, value in said.items() if name not in _NOT_SHOWN and value}
    return " ".join([f"{time} {level}{event}", *(f"{n}={v}" for n, v in details.items())])
