"""The stage of a journey with webhooks, and a database that can be put back as it was."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from bridge.db import Database
from bridge.services import restored
from tests.support.servers import Servers, sqlalchemy_url
from tests.webhooks.conftest import stage
from tests.webhooks.stage import Stage

__all__ = ["stage"]

Backup = Callable[[], AbstractContextManager[Callable[[], None]]]


@pytest.fixture
def backup(servers: Servers, stage: Stage, database_url: str) -> Backup:
    """Back the stage's database up; what is yielded puts the backup in its place, and the stage goes on with it."""
    with stage.db.transaction() as session:  # As `db upgrade` does; the test's template leaves it out.
        restored.settle(session)
    kept: list[Database] = []

    @contextmanager
    def back_up() -> Iterator[Callable[[], None]]:
        stage.db.dispose()  # A template must have no visitors.
        with servers.database(copy_of=database_url) as copied:

            def put_back() -> None:
                stage.db.dispose()
                kept.append(Database(sqlalchemy_url(copied)))
                stage.db = kept[-1]

            yield put_back
            for database in kept:
                database.dispose()

    return back_up
