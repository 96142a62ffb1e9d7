"""Tasks of the worker that checks and cleans on a schedule: id in, one service call, nothing out."""

from bridge import jobs
from bridge.services.clean_up import clean_up_on_schedule
from bridge.services.complete_overdue import complete_overdue_on_schedule
from bridge.services.look_over import look_over as _look_over
from celery_app import app
from workers.runtime import get_runtime

_HOUR = 3600


@app.task(name=jobs.CLEAN_UP)  # No retry: the next tick of beat is one.
def clean_up(**_newer: object) -> None:
    """Remove what is old, once an hour. Safe to run twice: whoever comes second finds less or nothing."""
    clean_up_on_schedule(get_runtime().db, every_seconds=_HOUR)


@app.task(name=jobs.LOOK_OVER)  # No retry: the next tick of beat is one.
def look_over(**_newer: object) -> None:
    """Say aloud what does not go on by itself. Safe to run twice: it only looks."""
    runtime = get_runtime()
    _look_over(runtime.db, stale_after_seconds=runtime.settings.stock_stale_after_seconds)


@app.task(name=jobs.COMPLETE_OVERDUE)  # No retry: the next tick of beat is one.
def complete_overdue(**_newer: object) -> None:
    """Complete what shipped and was never reported, once an hour. Safe to run twice: the second finds nothing."""
    complete_overdue_on_schedule(get_runtime().db, every_seconds=_HOUR)
