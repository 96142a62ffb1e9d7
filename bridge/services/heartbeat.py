"""Proof that beat rings, Redis carries it and a worker does what it was rung for: a time in PostgreSQL."""

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from bridge.db import Database
from bridge.models import Mark

MARK = "heartbeat"


def note_heartbeat(db: Database) -> None:
    """Write the time down. A worker that only answers pings, and no longer takes tasks, does not."""
    with db.transaction() as session:
        session.execute(
            insert(Mark)
            .values(name=MARK)
            .on_conflict_do_update(index_elements=[Mark.name], set_={"at": func.now()})
        )
