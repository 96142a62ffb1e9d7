"""Counts what should never happen, whichever process meets it: `/metrics` shows the sums, an alert watches them."""

from enum import StrEnum

import structlog
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bridge.db import Database
from bridge.models import Counter

log = structlog.get_logger(__name__)


class Defect(StrEnum):
    """Each has a target of zero."""

    # Shopify answered THROTTLED: the budget should have waited (decision 37).
    SHOPIFY_THROTTLED = "shopify_throttled"
    # A second draft of our own became an order (decision 47).
    SECOND_ORDER = "second_order"
    # The shop was not as we held it, and no webhook had told (decision 55); by kind: behind, unlinked, lost_work.
    DRIFT = "drift"


def count(session: Session, defect: Defect, *, label: str = "", by: int = 1) -> None:
    """Add to a counter, in the caller's transaction: counted if and only if that commits.

    Call it last: everybody who counts the same waits for this row until the transaction ends.

    :param label: a kind of the defect, from the code and never from data
    :param by: how often it happened, at least 0; 0 writes nothing
    """
    if by <= 0:
        return
    statement = insert(Counter).values(name=defect, label=label, value=by)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Counter.name, Counter.label],
            set_={"value": Counter.value + by, "updated_at": func.now()},
        )
    )


def count_aside(db: Database, defect: Defect, *, label: str = "") -> None:
    """Count once, in a transaction of its own, where there is none. A count that fails is logged and lost."""
    try:
        with db.transaction() as session:
            count(session, defect, label=label)
    except SQLAlchemyError as error:
        log.warning("defect.not_counted", defect=defect, error=type(error).__name__)
