"""Work that never comes to an end: it kills its workers, or they meet an error nobody expected, again and again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from bridge.models import Order, WebhookEvent, Work
from bridge.services.move_order import record_event

# One worker may be killed by chance, by a deploy or with its machine; five in a row are killed by the work.
MAX_DEATHS = 5
# More than any policy allows: only attempts that ended in an error nobody expected come so far.
MAX_ATTEMPTS = 200
_WORKER_LOST = "worker_lost"


def is_poison(work: Work) -> bool:
    """Tell whether another attempt would only cost another worker."""
    return work.deaths >= MAX_DEATHS or work.attempts >= MAX_ATTEMPTS


def bury(session: Session, work: Work, *, now: datetime) -> None:
    """Leave the work for staff, and say why wherever they look: `work list`, the order, the webhook."""
    reason = _reason(work)
    work.given_up_at = now
    work.leased_until = work.rung_at = None
    work.last_error = f"{_WORKER_LOST}: {reason}"
    session.flush()
    if "order_id" in work.ids:
        order = session.get(Order, UUID(work.ids["order_id"]), with_for_update=True)
        if order is not None and order.attention is None:
            order.attention = work.last_error
            detail = {"job": work.job, "attempts": work.attempts}
            record_event(
                session, order, "attention", actor="bridge", now=now, reason=work.last_error, detail=detail
            )
    if "webhook_id" in work.ids:
        session.execute(
            update(WebhookEvent)
            .where(WebhookEvent.webhook_id == work.ids["webhook_id"])
            .values(state="failed", note=reason)
        )


def _reason(work: Work) -> str:
    if work.deaths >= MAX_DEATHS:
        before = f"; before that: {work.last_error}" if work.last_error else ""
        return f"{work.deaths} attempts in a row ended with their worker{before}"
    return f"{work.attempts} attempts, the last one ended with {work.last_error}"
