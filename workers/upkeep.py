"""Tasks of the worker that checks and cleans on a schedule: id in, one service call, nothing out."""

from bridge import jobs
from bridge.services.clean_up import clean_up_on_schedule
from bridge.services.complete_overdue import complete_overdue_on_schedule
from bridge.services.expire_waiting import expire_waiting_on_schedule
from bridge.services.heartbeat import note_heartbeat
from bridge.services.look_over import look_over as _look_over
from bridge.services.reconcile import reconcile_on_schedule
from celery_app import app
from workers.runtime import BridgeTask, get_runtime

_HOUR = 3600
# After a long outage there are many pages. Longer than the visibility timeout, so the message may come again
# meanwhile: then the turn and the lock are taken and the second one ends at once.
_RECONCILE_SECONDS = 1800


@app.task(name=jobs.CLEAN_UP)  # No retry: the next tick of beat is one.
def clean_up(**_newer: object) -> None:
    """Remove what is old, once an hour. Safe to run twice: whoever comes second finds less or nothing."""
    clean_up_on_schedule(get_runtime().db, every_seconds=_HOUR)


@app.task(name=jobs.LOOK_OVER)  # No retry: the next tick of beat is one.
def look_over(**_newer: object) -> None:
    """Say aloud what does not go on by itself. Safe to run twice: it only looks."""
    runtime = get_runtime()
    _look_over(runtime.db, stale_after_seconds=runtime.settings.stock_stale_after_seconds)


@app.task(name=jobs.HEARTBEAT)  # No retry: the next tick of beat is one.
def heartbeat(**_newer: object) -> None:
    """Note that beat rings and a worker listens. Safe to run twice: it writes the time."""
    note_heartbeat(get_runtime().db)


@app.task(name=jobs.COMPLETE_OVERDUE)  # No retry: the next tick of beat is one.
def complete_overdue(**_newer: object) -> None:
    """Complete what shipped and was never reported, once an hour. Safe to run twice: the second finds nothing."""
    complete_overdue_on_schedule(get_runtime().db, every_seconds=_HOUR)


@app.task(name=jobs.EXPIRE_WAITING)  # No retry: the next tick of beat is one.
def expire_waiting(**_newer: object) -> None:
    """Cancel what nobody confirmed in time, once an hour. Safe to run twice: the second finds nothing."""
    runtime = get_runtime()
    expire_waiting_on_schedule(
        runtime.db, within_hours=runtime.settings.confirm_within_hours, every_seconds=_HOUR
    )


@app.task(
    base=BridgeTask,
    name=jobs.RECONCILE,
    soft_time_limit=_RECONCILE_SECONDS,
    time_limit=_RECONCILE_SECONDS + 15,
)  # No retry: the next tick of beat is one.
def reconcile(**_newer: object) -> None:
    """Make up for what was missed, when it is due. Safe to run twice: one at a time, and once per period."""
    runtime = get_runtime()
    reconcile_on_schedule(runtime.db, runtime.shop, every_seconds=runtime.settings.reconcile_seconds)
