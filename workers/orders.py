"""Tasks of the worker that pushes orders into Shopify and closes them there: id in, one service call, nothing out.

None is retried by Celery: the row is the queue, and one that is due is rung for again. All are safe to run
twice: the row is leased, the order is locked, and Shopify is asked before anything is done again.
"""

from uuid import UUID

from bridge import jobs
from bridge.services import close_custom_lines, close_order, confirm_order, hold_stock, push_order
from bridge.services.order_turn import Timing
from celery_app import app
from workers.runtime import BridgeTask, get_runtime


@app.task(name=jobs.PUSH_ORDER, base=BridgeTask)
def push(*, order_id: str, **_newer: object) -> None:
    """Make the draft of one order."""
    runtime = get_runtime()
    push_order.push_order(runtime.db, runtime.shop, order_id=UUID(order_id), timing=_timing())


@app.task(name=jobs.CONFIRM_ORDER, base=BridgeTask)
def confirm(*, order_id: str, **_newer: object) -> None:
    """Complete the draft of one order that was confirmed."""
    runtime = get_runtime()
    confirm_order.confirm_order(runtime.db, runtime.shop, order_id=UUID(order_id), timing=_timing())


@app.task(name=jobs.CLOSE_ORDER, base=BridgeTask)
def close(*, order_id: str, **_newer: object) -> None:
    """Close the Shopify end of one order that was rejected or canceled."""
    runtime = get_runtime()
    close_order.close_order(runtime.db, runtime.shop, order_id=UUID(order_id), timing=_timing())


@app.task(name=jobs.HOLD_STOCK, base=BridgeTask)
def hold(*, order_id: str, **_newer: object) -> None:
    """Have the draft of one waiting order hold its units in the shop, or renew that."""
    runtime = get_runtime()
    hold_stock.hold_stock(runtime.db, runtime.shop, order_id=UUID(order_id), timing=_timing())


@app.task(name=jobs.CLOSE_LINES, base=BridgeTask)
def close_lines(*, order_id: str, **_newer: object) -> None:
    """Close what is not ours of one order whose supplier units have shipped."""
    runtime = get_runtime()
    close_custom_lines.close_custom_lines(
        runtime.db,
        runtime.shop,
        order_id=UUID(order_id),
        timing=_timing(),
        enabled=runtime.settings.close_custom_lines,
    )


def _timing() -> Timing:
    settings = get_runtime().settings
    return Timing(
        lease_seconds=settings.lease_seconds,
        call_seconds=settings.shopify_timeout_seconds,
        grace_seconds=settings.unknown_grace_seconds,
        hold_hours=settings.hold_hours,
    )
