"""Everything that is due: the queue of record."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from bridge.models.base import Base, CreatedAt, Timestamp


class Work(Base):
    """One thing to do, until it is done; then the row is deleted.

    Claiming moves `next_attempt_at` and `leased_until` past the lease, so a crash needs no clean-up.
    `generation` grows when it is asked for again meanwhile. `given_up_at`: it waits for staff.
    """

    __tablename__ = "work"
    __table_args__ = (
        UniqueConstraint("job", "key"),
        Index("ix_work_due", "next_attempt_at", postgresql_where=text("given_up_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    job: Mapped[str]
    key: Mapped[str]
    ids: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[CreatedAt]
    generation: Mapped[int] = mapped_column(server_default="0")
    next_attempt_at: Mapped[datetime]
    leased_until: Mapped[Timestamp | None]
    # When Celery was last told; a ring that was lost is repeated after a while.
    rung_at: Mapped[Timestamp | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    # Attempts in a row whose worker ended, or was taken for dead, without writing down what became of it.
    deaths: Mapped[int] = mapped_column(server_default="0")
    last_error: Mapped[str | None]
    given_up_at: Mapped[Timestamp | None]


class Mark(Base):
    """A named place something has come to: when a scheduled job last ran, which shop this database belongs to."""

    __tablename__ = "marks"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[CreatedAt]
    value: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
