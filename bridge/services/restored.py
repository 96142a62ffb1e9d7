"""Whether this database may be older than the shop: a backup that was put back, a standby that took over (ADR 0010)."""

from datetime import datetime

import structlog
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bridge.models import Mark

log = structlog.get_logger(__name__)

MARK = "home"

# A dump that is loaded makes new tables, a copy of files another database, a base backup or a standby another
# timeline, and another machine has another system. `marks` stands for all tables: it holds this very note.
_HOME = """
    SELECT concat_ws('/', system.system_identifier, checkpoint.timeline_id, base.oid, 'marks'::regclass::oid) AS home
    FROM pg_control_system() AS system, pg_control_checkpoint() AS checkpoint, pg_database AS base
    WHERE base.datname = current_database()
"""
_LOOK = text(
    f"SELECT home, at, value FROM ({_HOME}) AS here LEFT JOIN marks ON name = :mark"  # noqa: S608  a constant
)


def settle(session: Session) -> None:
    """Note where this database lives, unless that is noted: a part of every upgrade of the schema."""
    home = session.execute(text(_HOME)).scalar_one()
    session.execute(
        insert(Mark)
        .values(name=MARK, value={"home": home, "restored": False})
        .on_conflict_do_nothing(index_elements=[Mark.name])
    )


def restored_at(session: Session, *, now: datetime) -> datetime | None:
    """Return since when this database is one that was put back; None for one that always lived here.

    What Shopify did for orders accepted before then may be unknown here. Noticing it is noted in the caller's
    transaction; should two notice at once, the later time counts, which only makes more orders be asked about.
    """
    here = session.execute(_LOOK, {"mark": MARK}).one()
    if here.value is None:
        settle(session)
        return None
    if here.value["home"] != here.home:
        _note(session, here.home, now=now)
        log.warning("database.restored", noted_at=str(here.at))
        return now
    return here.at if here.value["restored"] else None


def declare_restored(session: Session, *, now: datetime) -> None:
    """Take an operator's word for it, where nothing here can tell: files put back as they were, rows alone."""
    _note(session, session.execute(text(_HOME)).scalar_one(), now=now)
    log.warning("database.restored", declared=True)


def _note(session: Session, home: str, *, now: datetime) -> None:
    value = {"home": home, "restored": True}
    session.execute(
        insert(Mark)
        .values(name=MARK, at=now, value=value)
        .on_conflict_do_update(index_elements=[Mark.name], set_={"at": now, "value": value})
    )
