"""What should never happen is counted once, whoever meets it."""

import threading

import pytest
from sqlalchemy import select

from bridge.db import Database
from bridge.models import Counter
from bridge.services.defects import Defect, count, count_aside
from tests.support.servers import sqlalchemy_url

NOWHERE = "postgresql://bridge@127.0.0.1:1/nothing"


def counted(db: Database) -> dict[tuple[str, str], int]:
    with db.transaction() as session:
        return {(row.name, row.label): row.value for row in session.scalars(select(Counter))}


def test_counts_of_many_processes_add_up(db: Database):
    threads = [threading.Thread(target=count_aside, args=(db, Defect.SHOPIFY_THROTTLED)) for _ in range(6)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counted(db) == {("shopify_throttled", ""): 6}


def test_kinds_of_a_defect_are_counted_apart_and_none_is_not_written(db: Database):
    with db.transaction() as session:
        count(session, Defect.DRIFT, label="behind", by=2)
        count(session, Defect.DRIFT, label="lost_work", by=0)
    with db.transaction() as session:
        count(session, Defect.DRIFT, label="behind")

    assert counted(db) == {("drift", "behind"): 3}


def test_what_was_undone_was_not_counted(db: Database):
    def count_and_fail() -> None:
        with db.transaction() as session:
            count(session, Defect.SECOND_ORDER)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        count_and_fail()

    assert counted(db) == {}


def test_a_count_that_cannot_be_kept_does_not_stop_the_work():
    away = Database(sqlalchemy_url(NOWHERE))

    count_aside(away, Defect.SHOPIFY_THROTTLED)

    away.dispose()
