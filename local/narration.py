"""Telling a story on a terminal: steps, what was asked and answered, and what it proves."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from rich.console import Console
from rich.markup import escape
from rich.rule import Rule

from local import stopping

T = TypeVar("T")
_LOOK_SECONDS = 0.1


class StoryError(AssertionError):
    """A step did not end as it should; the message says what was expected and what came."""


class Narrator:
    """Prints steps as a person wants to read them, and checks each sentence that it prints."""

    def __init__(self, console: Console) -> None:
        """Begin with step one."""
        self._console = console
        self._steps = 0
        self.logs: Sequence[str] = ()

    def step(self, title: str, *, logs: Sequence[str]) -> None:
        """Open a step.

        :param logs: the processes whose logs are shown should the step fail
        """
        self._steps += 1
        self.logs = logs
        self._console.print()
        self._console.print(Rule(f"[bold]{self._steps}. {escape(title)}", align="left", style="dim"))

    def says(self, who: str, what: str) -> None:
        """Tell what somebody does."""
        self._console.print(f"  [cyan]{escape(who)}[/cyan] {escape(what)}")

    def shows(self, *lines: str) -> None:
        """Show something as it is, such as an answer."""
        for line in lines:
            self._console.print(f"      {line}", markup=False, style="dim", soft_wrap=True)

    def proves(self, sentence: str, actual: object, expected: object) -> None:
        """Tell a fact that was checked.

        :raises StoryError: it is not so
        """
        if actual != expected:
            raise StoryError(f"{sentence}\n  expected: {expected!r}\n  found:    {actual!r}")
        self._console.print(f"  [green]✓[/green] {escape(sentence)}")

    def awaits(
        self,
        sentence: str,
        look: Callable[[], T],
        *,
        seconds: float = 20,
        last_seen: Callable[[], object] = lambda: "nothing",
    ) -> T:
        """Wait until `look` answers something true; tell the fact and how long it took.

        :param last_seen: what to show should it never be so
        :raises StoryError: it never did
        :raises Stopping: somebody asked us to stop meanwhile
        """
        began = time.monotonic()
        while not (found := look()):
            stopping.check()
            if time.monotonic() - began > seconds:
                raise StoryError(f"{sentence}\n  not in {seconds:g} s; last seen: {last_seen()}")
            time.sleep(_LOOK_SECONDS)
        took = time.monotonic() - began
        self._console.print(f"  [green]✓[/green] {escape(sentence)} [dim]({took:.1f} s)[/dim]")
        return found
