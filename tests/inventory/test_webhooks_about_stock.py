"""What webhooks about stock and products change, and what they only make us ask."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge import jobs
from bridge.db import Database, clock
from bridge.domain.observations import Verdict
from bridge.models import InventoryLevel, Work
from bridge.services import observe_product, observe_stock
from bridge.services.stock_location import remember_location
from tests.support.selling import LOCATION, add_level, add_listing, add_partner

ITEM = 700


@pytest.fixture
def listed(db: Database) -> None:
    """ITEM is listed, sold from LOCATION, and was never observed."""
    with db.transaction() as session:
        remember_location(session, LOCATION, now=clock(session))
        add_listing(session, add_partner(session), "A", ITEM)


def webhook(session: Session, available: int | None, *, seconds: float = 0, **changes) -> Verdict | None:
    now = clock(session)
    return observe_stock.observe_webhook_level(
        session,
        **{
            "inventory_item_id": ITEM,
            "location_id": LOCATION,
            "available": available,
            "updated_at": now + timedelta(seconds=seconds),
            "now": now,
            **changes,
        },
    )


def levels(db: Database) -> list[int | None]:
    with db.transaction() as session:
        return list(session.scalars(select(InventoryLevel.available)))


def asked(db: Database) -> list[tuple[str, dict]]:
    with db.transaction() as session:
        return [(work.job, work.ids) for work in session.scalars(select(Work).order_by(Work.id))]


ASKED_FOR_ITEM = [(jobs.READ_STOCK, {"inventory_item_id": str(ITEM)})]


def test_a_level_is_applied_at_once(db, listed):
    with db.transaction() as session:
        add_level(session, ITEM, 10, seen_at=clock(session), changed_at=clock(session))
        assert webhook(session, 7, seconds=1) is Verdict.STORE

    assert levels(db) == [7]
    assert asked(db) == []


def test_a_negative_level_is_kept_as_it_is(db, listed):
    with db.transaction() as session:
        webhook(session, -4)

    assert levels(db) == [-4]


def test_a_level_of_an_item_never_observed_is_kept_and_asked_about(db, listed):
    with db.transaction() as session:
        assert webhook(session, 7) is Verdict.STORE

    assert levels(db) == [7]
    assert asked(db) == ASKED_FOR_ITEM


def test_an_older_level_is_ignored(db, listed):
    with db.transaction() as session:
        add_level(session, ITEM, 10, seen_at=clock(session), changed_at=clock(session))
        assert webhook(session, 7, seconds=-1) is Verdict.KEEP

    assert levels(db) == [10]


def test_two_levels_of_one_second_make_us_ask(db, listed):
    with db.transaction() as session:
        add_level(session, ITEM, 10, seen_at=clock(session), changed_at=clock(session))
        assert webhook(session, 7) is Verdict.READ

    assert levels(db) == [10]
    assert asked(db) == ASKED_FOR_ITEM


def test_no_number_is_never_taken_for_no_limit(db, listed):
    with db.transaction() as session:
        add_level(session, ITEM, 10, seen_at=clock(session), changed_at=clock(session))
        assert webhook(session, None, seconds=1) is Verdict.READ

    assert levels(db) == [10]
    assert asked(db) == ASKED_FOR_ITEM


@pytest.mark.parametrize(
    ("because", "changes"),
    [("nobody lists the item", {"inventory_item_id": 999}), ("it lies elsewhere", {"location_id": 999})],
)
def test_a_level_that_does_not_concern_us_is_not_kept(db, listed, because, changes):
    with db.transaction() as session:
        assert webhook(session, 7, **changes) is None

    assert levels(db) == []
    assert asked(db) == []


def test_an_item_that_is_stocked_or_no_longer_stocked_somewhere_is_asked_about(db, listed):
    with db.transaction() as session:
        ours = observe_stock.observe_webhook_connection(session, inventory_item_id=ITEM, location_id=LOCATION)
        foreign = observe_stock.observe_webhook_connection(
            session, inventory_item_id=999, location_id=LOCATION
        )

    assert (ours, foreign) == (True, False)
    assert asked(db) == ASKED_FOR_ITEM


def test_only_a_change_of_tracking_is_asked_about(db, listed):
    with db.transaction() as session:
        add_level(session, ITEM, 10, seen_at=clock(session))
        same = observe_stock.observe_webhook_item(session, inventory_item_id=ITEM, tracked=True)
        before = len(session.scalars(select(Work)).all())
        changed = observe_stock.observe_webhook_item(session, inventory_item_id=ITEM, tracked=False)
        foreign = observe_stock.observe_webhook_item(session, inventory_item_id=999, tracked=False)

    assert (same, before, changed, foreign) == (True, 0, True, False)
    assert asked(db) == ASKED_FOR_ITEM


PRODUCT, VARIANT = ITEM + 2, ITEM + 1


@pytest.mark.parametrize(
    ("because", "title", "variants", "asks"),
    [
        ("a sale changes nothing we hold", "Title of A", {VARIANT: "Default Title", 5: "Blue"}, False),
        ("another title", "Other", {VARIANT: "Default Title"}, True),
        ("the variant has a title of its own now", "Title of A", {VARIANT: "Red"}, True),
        ("it is not among the first hundred", "Title of A", {5: "Blue", VARIANT: None}, False),
        ("not among the first hundred, another title", "Other", {VARIANT: None}, True),
        ("our variant is gone", "Title of A", {5: "Blue"}, True),
    ],
)
def test_a_product_is_asked_about_when_it_differs_from_what_we_hold(
    db, listed, because, title, variants, asks
):
    with db.transaction() as session:
        ours = observe_product.observe_webhook_product(
            session, product_id=PRODUCT, title=title, variants=variants
        )

    assert ours is True
    assert asked(db) == ([(jobs.READ_PRODUCT, {"product_id": str(PRODUCT)})] if asks else [])


def test_a_deleted_product_is_asked_about_and_a_foreign_one_is_not(db, listed):
    with db.transaction() as session:
        ours = observe_product.observe_webhook_product_gone(session, product_id=PRODUCT)
        foreign = observe_product.observe_webhook_product_gone(session, product_id=5)

    assert (ours, foreign) == (True, False)
    assert asked(db) == [(jobs.READ_PRODUCT, {"product_id": str(PRODUCT)})]
