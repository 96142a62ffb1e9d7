"""What staff see of due work: how each piece stands, and how many there are of each. Changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Case, Uuid, case, cast, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from bridge import jobs
from bridge.domain.errors import InvalidRequest
from bridge.models import PushAttempt, Work

MAX_PAGE = 500

# How a piece of work stands, worst first.
GIVEN_UP = "given_up"  # waits for staff
UNKNOWN = "unknown"  # nobody knows whether Shopify did it; it is looked for before it is done again
RETRYING = "retrying"  # failed and will be tried again
WORKING = "working"  # somebody is at it
DUE = "due"
SCHEDULED = "scheduled"
STATES = (GIVEN_UP, UNKNOWN, RETRYING, WORKING, DUE, SCHEDULED)
FAILED = (GIVEN_UP, UNKNOWN, RETRYING)


@dataclass(frozen=True, slots=True)
class ListedWork:
    work: Work
    state: str


@dataclass(frozen=True, slots=True)
class WorkList:
    """`counts` are of everything there is, by state, whatever is listed."""

    listed: Sequence[ListedWork]
    counts: Mapping[str, int]


def list_work(
    session: Session, *, now: datetime, failed: bool = False, job: str | None = None, limit: int = 100
) -> WorkList:
    """Return work, the worst first and the oldest of it first.

    :param failed: only what has failed: given up, unknown, or to be tried again
    :param job: only work of this name, such as `orders.push`
    :param limit: 1 to 500
    :raises InvalidRequest: no such limit
    """
    if not 1 <= limit <= MAX_PAGE:
        raise InvalidRequest(f"limit must be between 1 and {MAX_PAGE}")
    state = state_of_work(now).label("state")
    wanted = [] if job is None else [Work.job == job]
    graded = select(Work.id.label("id"), state).where(*wanted).subquery()
    rows = session.execute(
        select(Work, graded.c.state)
        .join(graded, graded.c.id == Work.id)
        .where(graded.c.state.in_(FAILED) if failed else literal(True))
        .order_by(func.array_position(list(STATES), graded.c.state), Work.created_at, Work.id)
        .limit(limit)
    )
    counts = session.execute(select(graded.c.state, func.count()).group_by(graded.c.state))
    found: dict[str, int] = dict(counts.all())
    return WorkList(
        listed=[ListedWork(work, name) for work, name in rows],
        counts={name: found.get(name, 0) for name in STATES},
    )


def state_of_work(now: datetime) -> Case[str]:
    """Return how a row of `work` stands, as one of `STATES`."""
    unanswered = exists().where(
        PushAttempt.order_id == cast(Work.ids["order_id"].astext, Uuid),
        or_(
            PushAttempt.outcome == "unknown",
            PushAttempt.outcome.is_(None) & (PushAttempt.gives_up_at <= now),
        ),
    )
    return case(
        (Work.given_up_at.is_not(None), GIVEN_UP),
        (Work.leased_until > now, WORKING),
        ((Work.job == jobs.PUSH_ORDER) & unanswered, UNKNOWN),
        (Work.last_error.is_not(None), RETRYING),
        (Work.next_attempt_at <= now, DUE),
        else_=SCHEDULED,
    )
