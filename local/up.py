"""`python -m local up`: the whole stack stays up until somebody asks it to stop."""

import json
import shlex
import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from local import stopping
from local.carts import mixed_cart
from local.folder import DataFolder
from local.logs import MergedLogs
from local.stack import Announcement, Stack

# Ours are RuntimeErrors, each with a sentence for the person who started it.
START_ERRORS = (OSError, RuntimeError)


def up(data: Path, *, as_json: bool) -> int:
    """Start the stack, say where it is, keep it up; returns the exit code.

    With `as_json` the first line of stdout is the announcement and nothing else is printed
    there; the person's progress goes to stderr.
    """
    stopping.stop_on_signals()
    person = Console(stderr=True, highlight=False)

    def tell(sentence: str) -> None:
        _print(person, f"[dim]{escape(sentence)}[/dim]")

    stack = folder = logs = None
    try:
        folder = DataFolder(data)
        stack = Stack(folder, tell)
        announcement = stack.start()
        if as_json:
            sys.stdout.write(json.dumps(announcement.as_json()) + "\n")
            sys.stdout.flush()
        else:
            _announce(announcement, folder)
            logs = MergedLogs(stack.logs, to=sys.stdout)
            logs.start()
        stack.supervisor.watch()
    except stopping.Stopping:
        tell("stopping")
        return 0
    except START_ERRORS as error:
        _print(person, f"[bold red]The stack did not start.[/bold red] {escape(str(error))}")
        if stack:
            tell(f"Logs are in {folder.path / 'logs'}; rm -r {folder.path} begins anew.")
        return 1
    finally:
        if stack:
            stack.stop()
        if logs:
            logs.stop()
        if folder:
            folder.close()


def example_request(announcement: Announcement) -> str:
    """Return a curl command that submits a mixed cart, ready for a shell."""
    return (
        f"curl {announcement.api_url}/v1/carts/submit \\\n"
        f"  -H 'Authorization: Bearer {announcement.api_key}' \\\n"
        f"  -H 'Content-Type: application/json' \\\n"
        f"  -d {shlex.quote(json.dumps(mixed_cart('ORDER-2024-001')))}"
    )


def _announce(announcement: Announcement, folder: DataFolder) -> None:
    told = announcement.as_json()
    console = Console(highlight=False, soft_wrap=True)
    rows = {
        "API": told["api_url"],
        "its documentation": told["docs_url"],
        "Flower (workers, queues)": told["flower_url"],
        "Shopify simulator (a page to click)": told["simulator_url"],
        "PostgreSQL": told["database_url"],
        "Valkey": told["redis_url"],
        "logs": str(folder.path / "logs"),
        f"API key of the partner {announcement.partner_name}": announcement.api_key,
    }
    console.print("\n[bold green]The stack is up.[/bold green] Ctrl-C stops all of it.\n")
    width = max(map(len, rows))
    for name, value in rows.items():
        console.print(f"  {name:<{width}}  {value}", markup=False)
    console.print(f"\nA mixed cart:\n\n{example_request(announcement)}\n", markup=False)


def _print(console: Console, markup: str) -> None:
    try:
        console.print(markup, soft_wrap=True)
    except OSError:  # The terminal is gone; what is being done is done all the same.
        return
