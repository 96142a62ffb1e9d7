import pytest

from bridge.domain.errors import IllegalMove
from bridge.domain.order_status import (
    MOVES,
    ensure_move,
    is_usual,
    shown_name,
    statuses_named,
)
from bridge.domain.order_status import (
    OrderStatus as S,
)

LISTED = [(current, target) for current, targets in MOVES.items() for target in sorted(targets)]


@pytest.mark.parametrize(("current", "target"), LISTED)
def test_a_request_the_guide_lists_is_allowed(current, target):
    ensure_move(current, target)

    assert is_usual(current, target)


@pytest.mark.parametrize(("current", "target"), [(c, t) for c in S for t in S if (c, t) not in LISTED])
def test_a_request_the_guide_does_not_list_is_refused(current, target):
    with pytest.raises(IllegalMove, match=f"{current} cannot become {target}"):
        ensure_move(current, target)


@pytest.mark.parametrize(
    ("status", "shipped", "before", "shown"),
    [
        (S.INCOMPLETE_CAUTION, False, S.INCOMPLETE_CAUTION, "PENDING_CONFIRMATION"),
        (S.UNFULFILLED, False, S.UNFULFILLED, "CONFIRMED"),
        (S.FULFILLED, True, S.FULFILLED, "SHIPPED"),
        (S.COMPLETE, True, S.COMPLETE, "DELIVERED"),
        (S.REJECTED, False, S.REJECTED, "REJECTED"),
        (S.CANCELED, False, S.CANCELED, "CANCELLED"),
        (S.REFUNDED, True, S.REFUNDED, "DELIVERED"),
        (S.REFUNDED, False, S.REFUNDED, "CANCELLED"),
        (S.ARCHIVED, True, S.COMPLETE, "DELIVERED"),
        (S.ARCHIVED, False, S.REFUNDED, "CANCELLED"),
    ],
)
def test_every_status_has_an_older_name(status, shipped, before, shown):
    assert shown_name(status, legacy=True, shipped=shipped, before=before) == shown


@pytest.mark.parametrize("status", list(S))
def test_the_newer_names_are_the_stored_ones(status):
    assert shown_name(status, legacy=False, shipped=False, before=status) == status.value


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("UNFULFILLED", {S.UNFULFILLED}),
        ("CONFIRMED", {S.UNFULFILLED}),
        ("CANCELLED", {S.CANCELED}),
        ("REJECTED", {S.REJECTED}),
        ("unfulfilled", set()),
        ("", set()),
    ],
)
def test_a_filter_accepts_both_vocabularies(name, meant):
    assert statuses_named(name) == meant
