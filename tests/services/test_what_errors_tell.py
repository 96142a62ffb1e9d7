"""An error of the database goes into logs, reports and Flower; the customer's row does not go with it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError

CANARY = "Canary Qabbani"


@pytest.fixture
def table(db):
    with db.transaction() as session:
        session.execute(text("CREATE TABLE sold (customer text, units int CHECK (units > 0))"))


def test_a_row_that_a_constraint_refuses_is_not_in_the_error(db, table):
    with pytest.raises(IntegrityError) as refused, db.transaction() as session:
        session.execute(text("INSERT INTO sold VALUES (:name, 0)"), {"name": CANARY})

    told = f"{refused.value} {refused.value!r} {refused.value.orig} {refused.value.orig!r}"
    assert CANARY not in told
    assert "violates check constraint" in told
    assert "The row is not shown." in told


def test_the_parameters_of_a_statement_that_fails_are_not_in_the_error(db, table):
    with pytest.raises(DataError) as refused, db.transaction() as session:
        session.execute(text("INSERT INTO sold VALUES (:name, 5000000000)"), {"name": CANARY})

    assert CANARY not in f"{refused.value} {refused.value!r}"
    assert "integer out of range" in str(refused.value)
