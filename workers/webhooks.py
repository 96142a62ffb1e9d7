"""Tasks of the worker that applies what Shopify called us with: id in, one service call, nothing out."""

from uuid import UUID

from bridge import jobs
from bridge.services.apply_webhook import apply_webhook
from bridge.services.read_order import read_order
from bridge.services.subscriptions import repair_on_schedule
from celery_app import app
from workers.runtime import BridgeTask, get_runtime

_CHECK_SECONDS = 300


@app.task(base=BridgeTask, name=jobs.APPLY_WEBHOOK)  # No retry: the row is due again.
def apply(*, webhook_id: str, **_newer: object) -> None:
    """Apply one webhook. Safe to run twice: the row is leased, and what is known changes nothing."""
    runtime = get_runtime()
    lease = runtime.settings.lease_seconds
    apply_webhook(runtime.db, runtime.shop, webhook_id=webhook_id, lease_seconds=lease)


@app.task(base=BridgeTask, name=jobs.READ_ORDER)  # No retry: the row is due again.
def read(*, order_id: str, **_newer: object) -> None:
    """Ask Shopify what is true of one order. Safe to run twice: only what is newer is kept."""
    runtime = get_runtime()
    lease = runtime.settings.lease_seconds
    read_order(runtime.db, runtime.shop, order_id=UUID(order_id), lease_seconds=lease)


@app.task(name=jobs.CHECK_SUBSCRIPTIONS)  # No retry: the next tick of beat is one.
def check(**_newer: object) -> None:
    """Subscribe what is missing, when it is due. Safe to run twice: one at a time, and once per period."""
    runtime = get_runtime()
    url = runtime.settings.bridge_public_url
    repair_on_schedule(runtime.db, runtime.shop, public_url=url, every_seconds=_CHECK_SECONDS)
