"""What staff decide about work that is stuck: have it tried again at once, or leave it be."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.db import RING
from bridge.domain.errors import InvalidRequest, NotFound
from bridge.models import Order, Work
from bridge.services.move_order import record_event

_MAX_REASON = 1000


def retry(session: Session, *, work_id: int, by: str, now: datetime) -> Work:
    """Make one piece of work due at once, with its failures forgotten.

    :raises NotFound: there is none; it may have been done meanwhile
    :raises InvalidRequest: somebody is at it right now
    """
    work = _idle(session, work_id, now=now)
    work.given_up_at = work.rung_at = None
    work.attempts = work.deaths = 0
    work.leased_until = None
    work.next_attempt_at = now
    session.info[RING] = True
    order = _order_of(session, work)
    if order is not None:
        record_event(session, order, "work_retried", actor=by, now=now, detail={"job": work.job})
    return work


def dismiss(session: Session, *, work_id: int, by: str, reason: str, now: datetime) -> Work:
    """Take one piece of work off the list without doing it. An order that waits for it says so from then on.

    :raises NotFound: there is none; it may have been done meanwhile
    :raises InvalidRequest: somebody is at it right now, or no reason is given
    """
    reason = reason.strip()
    if not 1 <= len(reason) <= _MAX_REASON:
        raise InvalidRequest(f"a reason of 1 to {_MAX_REASON} characters is needed")
    work = _idle(session, work_id, now=now)
    order = _order_of(session, work)
    if order is not None:
        record_event(
            session,
            order,
            "work_dismissed",
            actor=by,
            reason=reason,
            now=now,
            detail={"job": work.job, "attempts": work.attempts, "last_error": work.last_error},
        )
        # The order may never go on by itself again: nobody should have to find that out.
        order.attention = order.attention or f"dismissed: {work.job}: {reason}"
    session.delete(work)
    return work


def _idle(session: Session, work_id: int, *, now: datetime) -> Work:
    work = session.scalar(select(Work).where(Work.id == work_id).with_for_update())
    if work is None:
        raise NotFound(f"there is no work {work_id}; it may have been done meanwhile")
    if work.given_up_at is None and work.leased_until is not None and work.leased_until > now:
        raise InvalidRequest(f"work {work_id} is being done right now")
    return work


def _order_of(session: Session, work: Work) -> Order | None:
    order_id = work.ids.get("order_id")
    return session.get(Order, UUID(order_id), with_for_update=True) if order_id else None
