"""What a partner sees of the parcels of an order."""

from datetime import UTC, datetime

from bridge.domain.parcels import Parcel, tracked, visible

OURS, THEIRS = 11, 12


def parcel(number: int, *, status: str = "success", line: int = OURS, minute: int = 0, **more) -> Parcel:
    return Parcel(
        fulfillment_id=number,
        status=status,
        shipment_status=None,
        created_at=datetime(2026, 1, 1, 12, minute, tzinfo=UTC),
        delivered_at=None,
        carrier="Aramex",
        tracking_numbers=[f"TRACK{number}"],
        tracking_urls=[],
        units={line: 1},
        **more,
    )


def ids(parcels):
    return [each.fulfillment_id for each in parcels]


def test_parcels_are_shown_oldest_first():
    assert ids(visible([parcel(2, minute=5), parcel(3, minute=1), parcel(1, minute=5)])) == [3, 1, 2]


def test_what_never_ships_is_not_shown():
    assert ids(visible([parcel(1, status="CANCELLED"), parcel(2, status="error"), parcel(3)])) == [3]
    assert visible([parcel(1, is_closing=True)]) == []


def test_the_newest_parcel_with_a_unit_of_ours_is_tracked():
    parcels = visible([parcel(1, minute=1), parcel(2, minute=2), parcel(3, minute=3, line=THEIRS)])

    assert tracked(parcels, {OURS}).fulfillment_id == 2


def test_without_a_parcel_of_ours_nothing_is_tracked():
    assert tracked([parcel(1, line=THEIRS)], {OURS}) is None
