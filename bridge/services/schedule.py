"""Whose turn it is: scheduled jobs look here, so that two beats at once, or none for a while, do no harm."""

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bridge.models import Mark

# Beat's own ticks come a little early or late; a turn must not be lost to a few milliseconds.
_TOLERANCE = 0.9
# A job whose period is longer still comes again so soon after it found the shop away.
AGAIN_SECONDS = 60


def take_turn(session: Session, name: str, every_seconds: float, now: datetime) -> bool:
    """Take the turn of the job `name`, unless somebody took one less than `every_seconds` ago.

    The turn is taken when the caller's transaction commits; a second caller waits for that and gets False.
    """
    mark = insert(Mark).values(name=f"turn:{name}", at=now, value={})
    taken = session.scalar(
        mark.on_conflict_do_update(
            index_elements=[Mark.name],
            set_={"at": now},
            where=Mark.at <= now - timedelta(seconds=every_seconds * _TOLERANCE),
        ).returning(Mark.name)
    )
    return taken is not None


def come_again(session: Session, name: str, every_seconds: float, now: datetime) -> None:
    """Have the job `name` come again in a minute instead of a whole period, since its turn came to nothing.

    For jobs that beat rings for as often as that (`AGAIN_SECONDS`).
    """
    waits = every_seconds - min(every_seconds, AGAIN_SECONDS)
    session.execute(
        update(Mark).where(Mark.name == f"turn:{name}").values(at=now - timedelta(seconds=waits * _TOLERANCE))
    )


def come_at_once(session: Session, name: str) -> None:
    """Have the job `name` take its turn at the next ring of beat, whenever the last one was."""
    session.execute(delete(Mark).where(Mark.name == f"turn:{name}"))
