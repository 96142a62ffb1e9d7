"""Turns due rows into one Celery task each, ids only, so that Flower shows what is being done."""

from bridge import failpoints, jobs
from bridge.db import clock
from bridge.services import due_work
from celery_app import app
from workers.runtime import get_runtime

# Enough that no worker waits for the next ring, few enough that a flushed Redis forgets little.
KEEP_BUSY_PER_PROCESS = 25


@app.task(name=jobs.DISPATCH)  # No retry: beat rings again in a few seconds.
def dispatch(**_newer: object) -> None:
    """Ring for everything that is due. Safe to run twice: a row that was rung for is not rung for again at once."""
    runtime = get_runtime()
    keep_busy = KEEP_BUSY_PER_PROCESS * runtime.settings.worker_concurrency
    # A backlog that would only be sent away again stays where it is.
    without_shop = runtime.shop.is_held_back()
    with runtime.db.transaction() as session:
        due = due_work.take_due(session, keep_busy=keep_busy, now=clock(session), without_shop=without_shop)
    failpoints.hit("dispatch.taken")
    for work in due:
        app.send_task(work.job, kwargs=dict(work.ids))
