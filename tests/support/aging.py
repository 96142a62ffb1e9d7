"""Time passes: everything older that anybody has written down, the bridge's rows and the shop's records alike.

So both clocks go on together, as they do outside, and nobody waits.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, select, text

from bridge.db import Database
from bridge.models import Base, Mark, ShopifyOrder, WebhookEvent
from simulator.state import Store

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


def _updates() -> Iterator[str]:
    for table in Base.metadata.sorted_tables:
        times = [column.name for column in table.columns if isinstance(column.type, DateTime)]
        if times:
            yield f"UPDATE {table.name} SET {', '.join(f'{name} = {name} - :by' for name in times)}"  # noqa: S608


_AGE_ROWS = "; ".join(_updates())  # One message: there may be many such steps in one test.


def age(db: Database, store: Store, by: timedelta) -> None:
    """Make the database and the shop older by whole seconds."""
    age_rows(db, by)
    with store.lock:
        for table in store.tables.values():
            for record in list(table.values()):
                age_record(record, by)
        store.due = [(when - by, task, facts) for when, task, facts in store.due]


def age_rows(db: Database, by: timedelta) -> None:
    with db.transaction() as session:
        session.execute(text(_AGE_ROWS), {"by": by})
        for event in session.scalars(select(WebhookEvent)):
            event.body = aged(event.body.decode(), by).encode()
        for order in session.scalars(select(ShopifyOrder)):
            order.snapshot = json.loads(aged(json.dumps(order.snapshot), by))
        for mark in session.scalars(select(Mark)):
            mark.value = json.loads(aged(json.dumps(mark.value), by))


def aged(written: str, by: timedelta) -> str:
    """Return a text with every time in it older."""
    return _TIME.sub(lambda found: (datetime.fromisoformat(found[0]) - by).isoformat(), written)


def age_record(record: Any, by: timedelta) -> None:
    """Make one record of the shop older."""
    for name, value in vars(record).items():
        if isinstance(value, datetime):
            setattr(record, name, value - by)
    changed_at = getattr(record, "changed_at", {})
    changed_at.update({state: at - by for state, at in changed_at.items()})
