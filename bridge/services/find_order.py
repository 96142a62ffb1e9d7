"""Which order of ours a webhook speaks of. A recorded id is identity; a token only names a candidate (decision 46)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import InstrumentedAttribute

from bridge import failpoints, jobs
from bridge.domain import references
from bridge.models import Order, WebhookEvent, Work

# While one of these is under way, a shop order of ours may exist that is not recorded yet.
_UNDER_WAY = (jobs.PUSH_ORDER, jobs.CONFIRM_ORDER, jobs.CLOSE_ORDER, jobs.READ_ORDER)


def by_shop_order(session: Session, shopify_order_id: int) -> Order | None:
    """Return the order whose recorded shop order this is, locked."""
    return _locked(session, Order.shopify_order_id, shopify_order_id)


def by_draft(session: Session, draft_id: int) -> Order | None:
    """Return the order whose recorded draft this is, locked."""
    return _locked(session, Order.draft_id, draft_id)


def named(session: Session, tags: Sequence[str], attributes: Mapping[str, str]) -> Order | None:
    """Return the order of ours that tags or attributes name, locked; only a candidate."""
    order_id = references.order_named(tags, attributes)
    return None if order_id is None else _locked(session, Order.id, order_id)


def may_appear(session: Session, received_at: datetime) -> bool:
    """Tell whether a push or completion that began before then is still unfinished."""
    under_way = exists().where(
        Work.job.in_(_UNDER_WAY), Work.given_up_at.is_(None), Work.created_at <= received_at
    )
    return bool(session.scalar(select(under_way)))


def is_known_foreign(session: Session, subject: str) -> bool:
    """Tell whether it was decided before that this belongs to somebody else."""
    decided = exists().where(WebhookEvent.subject == subject, WebhookEvent.state == "foreign")
    return bool(session.scalar(select(decided)))


def _locked(
    session: Session, column: "InstrumentedAttribute[int | None] | InstrumentedAttribute[UUID]", value: object
) -> Order | None:
    found = session.scalar(
        select(Order).where(column == value).with_for_update().execution_options(populate_existing=True)
    )
    failpoints.hit("apply.locked")
    return found
