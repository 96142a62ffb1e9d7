"""Rows that a request left behind."""

from sqlalchemy import func, select


def count(db, table) -> int:
    """How many rows there are."""
    with db.transaction() as session:
        return session.scalar(select(func.count()).select_from(table))


def only(db, table):
    """The one row that there is."""
    with db.transaction() as session:
        return session.scalars(select(table)).one()
