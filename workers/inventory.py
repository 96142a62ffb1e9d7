"""Tasks of the worker that keeps the stock we sell true: id in, one service call, nothing out."""

from bridge import jobs
from bridge.services.read_product import read_product as _read_product
from bridge.services.read_stock import read_stock as _read_stock
from bridge.services.sync_inventory import sync_on_schedule
from celery_app import app
from workers.runtime import BridgeTask, get_runtime

# A hundred thousand items are four hundred calls, or a quarter of an hour's patience with a bulk operation.
# Longer than the visibility timeout, so the message may come again meanwhile: then the lock is taken and the
# second one ends at once. What is cut off here is taken over by the next run.
_SYNC_SECONDS = 1800


@app.task(name=jobs.SYNC_INVENTORY, soft_time_limit=_SYNC_SECONDS, time_limit=_SYNC_SECONDS + 15)
def sync(**_newer: object) -> None:  # No retry: the next tick of beat is one.
    """Read all stock we sell, when it is due. Safe to run twice: one at a time, and once per period."""
    runtime = get_runtime()
    settings = runtime.settings
    sync_on_schedule(
        runtime.db,
        runtime.shop,
        configured_location=settings.shopify_location_id,
        bulk_above=settings.inventory_bulk_above,
        every_seconds=settings.inventory_sync_seconds,
    )


@app.task(base=BridgeTask, name=jobs.READ_STOCK)  # No retry: the row is due again.
def read_stock(*, inventory_item_id: str, **_newer: object) -> None:
    """Read one item's stock. Safe to run twice: the row is leased, and only what is newer is kept."""
    runtime = get_runtime()
    _read_stock(
        runtime.db,
        runtime.shop,
        inventory_item_id=int(inventory_item_id),
        lease_seconds=runtime.settings.lease_seconds,
    )


@app.task(base=BridgeTask, name=jobs.READ_PRODUCT)  # No retry: the row is due again.
def read_product(*, product_id: str, **_newer: object) -> None:
    """Read one product's variants. Safe to run twice: the row is leased, and it writes what is true."""
    runtime = get_runtime()
    _read_product(
        runtime.db,
        runtime.shop,
        product_id=int(product_id),
        lease_seconds=runtime.settings.lease_seconds,
    )
