"""Webhooks about bulk operations: they end the wait of a sync, which looks by itself in any case."""

from datetime import datetime

from sqlalchemy.orm import Session

from bridge.domain import webhook_bodies as bodies
from bridge.domain.webhook_bodies import Body
from bridge.services import sync_runs
from bridge.services.webhook_outcome import Handler, Outcome, applied, foreign


def operation_ended(session: Session, body: Body, _now: datetime, _received_at: datetime) -> Outcome:
    """bulk_operations/finish: how it ended and where its file is are asked, not believed."""
    operation_id = bodies.bulk_operation_id(body)
    subject = f"bulk operation {operation_id}"
    ours = sync_runs.note_bulk_told(session, operation_id)
    return applied(subject) if ours else foreign(subject, "no sync waits for it")


HANDLERS: dict[str, Handler] = {"bulk_operations/finish": operation_ended}
