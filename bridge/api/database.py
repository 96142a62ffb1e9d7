"""How the web process reaches PostgreSQL, and what it does when a connection dies under a request."""

from collections.abc import Callable
from typing import TypeVar

from flask import current_app
from sqlalchemy.exc import DBAPIError

from bridge.db import Database

T = TypeVar("T")

# PostgreSQL chose this transaction as the victim: nothing of it happened, and it may be run again.
_VICTIM = frozenset({"40001", "40P01"})


def database() -> Database:
    """Return the process's database."""
    db = current_app.extensions["bridge"].db
    assert isinstance(db, Database)
    return db


def twice_if_interrupted(work: Callable[[], T]) -> T:
    """Run `work`, and once more when its connection turned out to be dead or it was a deadlock's victim.

    After a connection that dies at COMMIT nobody knows whether the transaction happened, so `work` has to
    be safe to run twice: it finds by its unique keys what is there.
    """
    try:
        return work()
    except DBAPIError as error:
        if not (error.connection_invalidated or sqlstate(error) in _VICTIM):
            raise
    return work()


def sqlstate(error: DBAPIError) -> str | None:
    """Return PostgreSQL's code of the error, if PostgreSQL said it."""
    return getattr(error.orig, "pgcode", None)
