"""Work that should be due and has no row, and orders that nobody looked at lately: asked for again."""

import math
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import InstrumentedAttribute

from bridge import jobs
from bridge.domain.order_status import ENDED, OrderStatus
from bridge.models import Mark, Order, ShopifyOrder, WebhookEvent, Work

# Younger ones may be in the middle of a transaction that finishes one piece of work and asks for the next.
_OLD = timedelta(minutes=5)
_AT_MOST = 500
_DAY_SECONDS = 86_400
_REREAD = "reread"
_AT_LEAST = 20


def ask_for_lost_work(session: Session, *, now: datetime) -> int:
    """Ask again for what an order waits for and no row of work stands for; return how many there were.

    Work that was given up has its row, so it goes on waiting for staff.
    """
    waits = Order.status == OrderStatus.INCOMPLETE_CAUTION
    goes_on = waits & Order.intent.is_(None) & Order.shopify_order_id.is_(None)
    lost = {
        jobs.PUSH_ORDER: goes_on & Order.draft_id.is_(None) & (Order.created_at < now - _OLD),
        jobs.CONFIRM_ORDER: goes_on
        & Order.draft_id.is_not(None)
        & (Order.confirm_requested_at < now - _OLD)
        & Order.attention.is_(None),
        jobs.CLOSE_ORDER: Order.intent.is_not(None)
        & Order.status.not_in(ENDED)
        & (Order.intent_at < now - _OLD),
        jobs.READ_ORDER: Order.shopify_order_id.is_not(None)
        & ~exists().where(ShopifyOrder.order_id == Order.id)
        & (Order.updated_at < now - _OLD)
        & Order.attention.is_(None),
    }
    found = 0
    for job, which in lost.items():
        unasked = ~_has_work(job, "order_id", cast(Order.id, Text))
        for order_id in session.scalars(select(Order.id).where(which, unasked).limit(_AT_MOST)):
            jobs.request(session, job, order_id=order_id)
            found += 1
    unasked = ~_has_work(jobs.APPLY_WEBHOOK, "webhook_id", WebhookEvent.webhook_id)
    waiting = WebhookEvent.state.in_(("received", "parked")) & (WebhookEvent.received_at < now - _OLD)
    for webhook_id in session.scalars(
        select(WebhookEvent.webhook_id).where(waiting, unasked).limit(_AT_MOST)
    ):
        jobs.request(session, jobs.APPLY_WEBHOOK, webhook_id=webhook_id)
        found += 1
    return found


def ask_about_some(
    session: Session, *, every_seconds: float, now: datetime, at_least: int = _AT_LEAST
) -> int:
    """Have the next share of the orders that have not ended read, so that each is read once a day.

    A share at a time: all at once would be a burst for the rate limit, and rows that wait for hours would
    make every webhook look as if an order of ours were still under way.

    :param every_seconds: how often this is done
    :param at_least: a share is no smaller, so that few orders are read more often
    :returns: how many are read
    """
    open_ = Order.status.not_in(ENDED) & (Order.draft_id.is_not(None) | Order.shopify_order_id.is_not(None))
    count = session.scalar(select(func.count()).select_from(Order).where(open_)) or 0
    share = max(at_least, math.ceil(count * every_seconds / _DAY_SECONDS))
    mark = session.get(Mark, _REREAD)
    last = UUID(mark.value["last"]) if mark is not None else UUID(int=0)
    wanted = select(Order.id).where(open_).order_by(Order.id)
    chosen = list(session.scalars(wanted.where(Order.id > last).limit(share)))
    if len(chosen) < share:  # Round again, each once.
        chosen += session.scalars(wanted.where(Order.id <= last).limit(share - len(chosen)))
    for order_id in chosen:
        jobs.request(session, jobs.READ_ORDER, order_id=order_id)
    if chosen:
        value = {"last": str(chosen[-1])}
        session.execute(
            insert(Mark)
            .values(name=_REREAD, at=now, value=value)
            .on_conflict_do_update(index_elements=[Mark.name], set_={"at": now, "value": value})
        )
    return len(chosen)


def _has_work(
    job: str, name: str, value: "ColumnElement[str] | InstrumentedAttribute[str]"
) -> ColumnElement[bool]:
    """Tell whether a row stands for this job; by `ids`, as `jobs.request` writes them."""
    return exists().where(Work.job == job, Work.ids[name].astext == value)
