"""What a scrape wants to know of the queue and the promises, read from PostgreSQL at that moment. Changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bridge.models import Counter, Mark, Order, SyncRun, WebhookEvent, Work
from bridge.services import heartbeat, reconcile, sync_runs
from bridge.services.look_over import Neglect, find_neglect
from bridge.services.work_queries import state_of_work

# No statement of a scrape may take longer; the database has better things to do.
_STATEMENT_SECONDS = 2


@dataclass(frozen=True, slots=True)
class WorkGroup:
    """Work of one name in one state (`work_queries.STATES`); the age is that of what is due longest, if any is."""

    job: str
    state: str
    count: int
    oldest_due_seconds: float | None


@dataclass(frozen=True, slots=True)
class WaitingWebhooks:
    """Webhooks in one state in which something is still to come: received, parked, failed."""

    state: str
    count: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class Measurement:
    """Ages are in seconds by PostgreSQL's clock, None where it has never been.

    `attention`: orders that wait for staff, by the word that says why. `unknown_in_shop`: what names an order
    that we do not have. `repaired_last`: what the last whole comparison with the shop had to repair.
    `defects`: how often ever, by name and label (`services/defects`).
    """

    work: Sequence[WorkGroup]
    webhooks: Sequence[WaitingWebhooks]
    attention: Mapping[str, int]
    neglect: Neglect
    heartbeat_age: float | None
    inventory_sync_age: float | None
    reconcile_age: float | None
    repaired_last: int
    unknown_in_shop: int
    defects: Mapping[tuple[str, str], int]


def measure(session: Session, *, stale_after_seconds: int, now: datetime) -> Measurement:
    """Read everything in one transaction, a few cheap statements.

    :raises SQLAlchemyError: the database is away, not migrated, or too slow
    """
    session.execute(text(f"SET LOCAL statement_timeout = '{_STATEMENT_SECONDS}s'"))
    marks = {mark.name: mark for mark in session.scalars(select(Mark).where(Mark.name.in_(_MARKS)))}

    def age(at: datetime | None) -> float | None:
        return None if at is None else max(0.0, (now - at).total_seconds())

    def age_of_mark(name: str) -> float | None:
        return age(marks[name].at) if name in marks else None

    unknown = marks.get(reconcile.UNKNOWN_MARK)
    return Measurement(
        work=_work(session, now),
        webhooks=_webhooks(session, now),
        attention=_attention(session),
        neglect=find_neglect(session, stale_after_seconds=stale_after_seconds, now=now),
        heartbeat_age=age_of_mark(heartbeat.MARK),
        inventory_sync_age=age(
            session.scalar(
                select(func.max(SyncRun.finished_at)).where(
                    SyncRun.kind == sync_runs.INVENTORY, SyncRun.complete
                )
            )
        ),
        reconcile_age=age_of_mark(reconcile.MARK),
        repaired_last=session.scalar(
            select(SyncRun.changed)
            .where(SyncRun.kind == sync_runs.RECONCILE, SyncRun.complete)
            .order_by(SyncRun.id.desc())
            .limit(1)
        )
        or 0,
        unknown_in_shop=len(unknown.value) if unknown else 0,
        defects={(row.name, row.label): row.value for row in session.scalars(select(Counter))},
    )


_MARKS = (heartbeat.MARK, reconcile.MARK, reconcile.UNKNOWN_MARK)


def _work(session: Session, now: datetime) -> list[WorkGroup]:
    state = state_of_work(now)
    is_due = Work.given_up_at.is_(None) & (Work.next_attempt_at <= now)
    rows = session.execute(
        select(
            Work.job,
            state,
            func.count(),
            func.extract("epoch", now - func.min(Work.next_attempt_at).filter(is_due)),
        ).group_by(Work.job, state)
    )
    return [
        WorkGroup(job, standing, count, None if seconds is None else float(seconds))
        for job, standing, count, seconds in rows
    ]


def _webhooks(session: Session, now: datetime) -> list[WaitingWebhooks]:
    rows = session.execute(
        select(WebhookEvent.state, func.count(), func.min(WebhookEvent.received_at))
        .where(WebhookEvent.state.in_(("received", "parked", "failed")))
        .group_by(WebhookEvent.state)
    )
    return [
        WaitingWebhooks(state, count, max(0.0, (now - since).total_seconds())) for state, count, since in rows
    ]


def _attention(session: Session) -> dict[str, int]:
    word = func.split_part(Order.attention, ":", 1)
    rows = session.execute(select(word, func.count()).where(Order.attention.is_not(None)).group_by(word))
    return dict(rows.all())
