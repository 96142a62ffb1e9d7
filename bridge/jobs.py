"""The names of background jobs, and the only way to ask for one.

Asking writes a row in the transaction of whatever made the work necessary; the row is the queue
(ADR 0002). Celery hears of it afterwards and may forget it without harm.
"""

import json
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bridge.db import RING
from bridge.models.work import Work

# One order's way into Shopify: make the draft, complete it, close it. One task each, never two at once per order.
PUSH_ORDER = "orders.push"  # order_id
CONFIRM_ORDER = "orders.confirm"  # order_id
CLOSE_ORDER = "orders.close"  # order_id: a rejection or a cancellation that Shopify has to hear of
HOLD_STOCK = "orders.hold"  # order_id: have the draft hold its units in the shop, and renew that
READ_ORDER = "orders.read"  # order_id: ask Shopify what is true of it
CLOSE_LINES = "orders.close_lines"  # order_id: the lines that are not ours, once ours have shipped
APPLY_WEBHOOK = "webhooks.apply"  # webhook_id
READ_STOCK = "inventory.read"  # inventory_item_id
READ_PRODUCT = "inventory.read_product"  # product_id: are its variants still there, and what are they called

# What is nothing but a call to the shop; a webhook seldom is.
CALLS = (
    PUSH_ORDER,
    CONFIRM_ORDER,
    CLOSE_ORDER,
    HOLD_STOCK,
    READ_ORDER,
    CLOSE_LINES,
    READ_STOCK,
    READ_PRODUCT,
)

# Not rows: beat asks for them on a schedule, and each looks for itself whether there is anything to do.
DISPATCH = "work.dispatch"
SYNC_INVENTORY = "inventory.sync"
CHECK_SUBSCRIPTIONS = "webhooks.check"
RECONCILE = "orders.reconcile"
CLEAN_UP = "work.clean_up"
COMPLETE_OVERDUE = "work.complete_overdue"
EXPIRE_WAITING = "work.expire_waiting"
LOOK_OVER = "work.look_over"
HEARTBEAT = "work.heartbeat"

Id = str | int | UUID


def request(session: Session, job: str, *, at: datetime | None = None, **ids: Id) -> None:
    """Ask for `job` on these ids, once: asking twice before it ran is asking once.

    Asking while it runs makes it run again afterwards, since what it read may be old.

    :param at: not before this time, PostgreSQL's clock; default now
    """
    due = at or func.now()
    statement = insert(Work).values(
        job=job,
        key=key_of(ids),
        ids={name: str(value) for name, value in ids.items()},
        next_attempt_at=due,
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Work.job, Work.key],
            set_={
                "generation": Work.generation + 1,
                "next_attempt_at": case(
                    (Work.leased_until > func.now(), Work.next_attempt_at),
                    else_=func.least(Work.next_attempt_at, statement.excluded.next_attempt_at),
                ),
                "rung_at": case((Work.leased_until > func.now(), Work.rung_at), else_=None),
                # Whoever asks again has a new reason: the count of failures starts over.
                "attempts": case((Work.given_up_at.is_not(None), 0), else_=Work.attempts),
                "deaths": case((Work.given_up_at.is_not(None), 0), else_=Work.deaths),
                "given_up_at": None,
            },
        )
    )
    if at is None:
        session.info[RING] = True


def key_of(ids: dict[str, Id]) -> str:
    """Return the one spelling of a job's ids, by which asking twice is recognized."""
    return json.dumps({name: str(value) for name, value in sorted(ids.items())})
