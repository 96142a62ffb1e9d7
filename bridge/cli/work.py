"""`python -m bridge work …`: everything that is due, stuck, unknown or given up, and what to do about it."""

from typing import Any

import click

from bridge.cli import Noun
from bridge.cli.context import Context, table, whoami
from bridge.db import clock
from bridge.services import work_decisions, work_queries
from bridge.services.work_queries import ListedWork
from config.settings import DATABASE, REDIS

_WIDEST_ERROR = 80


@click.group(cls=Noun)
def group() -> None:
    """What the workers have to do: due, stuck, unknown, given up."""


@group.command("list")
@click.option("--failed", is_flag=True, help="Only what failed: given up, unknown, or to be tried again.")
@click.option("--job", metavar="NAME", help="Only work of this name, such as orders.push.")
@click.option("--limit", type=click.IntRange(1, work_queries.MAX_PAGE), default=100, show_default=True)
@click.pass_obj
def list_(bridge: Context, **filters: Any) -> None:
    """List work, the worst and oldest first."""
    with bridge.db.transaction() as session:
        found = work_queries.list_work(session, now=clock(session), **filters)
        shown = [_shown(one) for one in found.listed]
    counts = ", ".join(f"{count} {state}" for state, count in found.counts.items() if count)
    text = f"work: {counts or 'none'}"
    if shown:
        headings = ("id", "job", "what", "state", "attempts", "next_attempt_at", "last_error")
        rows = [[_cell(work[heading]) for heading in headings] for work in shown]
        text = f"{table(headings, rows)}\n{text}"
    bridge.answer({"work": shown, "counts": dict(found.counts)}, text=text)


@group.command("retry", needs=(DATABASE, REDIS))
@click.argument("work_id", metavar="ID", type=int)
@click.pass_obj
def retry(bridge: Context, work_id: int) -> None:
    """Have one piece of work tried again at once."""
    with bridge.db.transaction() as session:
        work = work_decisions.retry(session, work_id=work_id, by=whoami(), now=clock(session))
        answer = {"id": work.id, "job": work.job, "ids": work.ids, "next_attempt_at": work.next_attempt_at}
    bridge.answer(answer, text=f"Work {work_id} ({answer['job']}) is tried again now.")


@group.command("dismiss")
@click.argument("work_id", metavar="ID", type=int)
@click.option("--reason", required=True, metavar="TEXT", help="Why; the order's timeline keeps it.")
@click.pass_obj
def dismiss(bridge: Context, work_id: int, reason: str) -> None:
    """Take one piece of work off the list without doing it."""
    with bridge.db.transaction() as session:
        work = work_decisions.dismiss(
            session, work_id=work_id, by=whoami(), reason=reason, now=clock(session)
        )
        answer = {"id": work.id, "job": work.job, "ids": work.ids, "dismissed": True}
    bridge.answer(answer, text=f"Work {work_id} ({answer['job']}) is dismissed.")


def _shown(found: ListedWork) -> dict[str, Any]:
    work = found.work
    return {
        "id": work.id,
        "job": work.job,
        "what": " ".join(f"{name}={value}" for name, value in work.ids.items()),
        "ids": work.ids,
        "state": found.state,
        "attempts": work.attempts,
        "created_at": work.created_at,
        "next_attempt_at": None if work.given_up_at else work.next_attempt_at.replace(microsecond=0),
        "given_up_at": work.given_up_at,
        "last_error": work.last_error,
    }


def _cell(value: object) -> object:
    return value[:_WIDEST_ERROR] if isinstance(value, str) else value
