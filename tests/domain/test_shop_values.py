"""What the shop's own values say of themselves."""

import pytest

from bridge.domain.shop_values import BulkOperation, Spent


@pytest.mark.parametrize(
    ("status", "has_ended", "is_whole"),
    [
        ("created", False, False),
        ("running", False, False),
        ("canceling", False, False),
        ("completed", True, True),
        ("failed", True, False),
        ("canceled", True, False),
        ("expired", True, False),
    ],
)
def test_a_bulk_operation_has_ended_or_is_whole_by_its_status(status, has_ended, is_whole):
    operation = BulkOperation(operation_id=1, status=status, objects=0, url=None)

    assert (operation.has_ended, operation.is_whole) == (has_ended, is_whole)


def test_what_was_spent_is_a_difference():
    assert Spent(5, 40.0).since(Spent(2, 15.0)) == Spent(3, 25.0)
