"""What the bridge has learned of orders and parcels in the shop: it never gets older, and no webhook alone cancels.

Looked at after every piece of work, because the comparison with the shop, or the next report, makes up for it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select

from bridge import jobs
from bridge.db import Database
from bridge.models import ShopifyFulfillment, ShopifyOrder


class Report(NamedTuple):
    """As of when something is known, in the world's own time, and whether it is known to be canceled."""

    at: datetime
    canceled: bool = False


class Knowledge:
    """The newest report of each order and parcel, as the bridge held it when somebody looked last."""

    def __init__(self) -> None:
        self._known: dict[str, Report] = {}

    def look(self, db: Database, after: str, *, moved: int) -> None:
        """Hold what is known now against what was known before a piece of work.

        :param after: the job that was done
        :param moved: seconds by which everything written down was made older so far
        """
        now_known = {name: Report(at + timedelta(seconds=moved), gone) for name, at, gone in _reports(db)}
        for name, report in now_known.items():
            before = self._known.get(name)
            assert before is None or report.at >= before.at, (
                f"an older report of {name} is believed (decision 52)"
            )
            by_webhook = after == jobs.APPLY_WEBHOOK and not (before and before.canceled)
            assert not (by_webhook and report.canceled), f"a webhook alone canceled {name} (decision 50)"
        self._known |= now_known


def _reports(db: Database) -> Iterator[tuple[str, datetime, bool]]:
    with db.transaction() as session:
        orders = session.execute(
            select(ShopifyOrder.shopify_order_id, ShopifyOrder.shopify_updated_at, ShopifyOrder.cancelled_at)
        ).all()
        parcels = session.execute(
            select(ShopifyFulfillment.fulfillment_id, ShopifyFulfillment.shopify_updated_at)
        ).all()
    yield from ((f"order {number}", at, cancelled_at is not None) for number, at, cancelled_at in orders)
    yield from ((f"parcel {number}", at, False) for number, at in parcels)
