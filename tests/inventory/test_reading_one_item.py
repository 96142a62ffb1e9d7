"""The direct looks that webhooks and commitments ask for: one item, one product."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from bridge import jobs
from bridge.db import Database, clock
from bridge.domain.errors import ShopError
from bridge.models import InventoryLevel, Listing, Partner, Reservation, Work
from bridge.services.observe_stock import observe_webhook_level
from bridge.services.read_product import read_product
from bridge.services.read_stock import read_stock
from bridge.services.reserve_stock import commit
from bridge.services.stock_location import known_location
from tests.support.selling import add_order, reservations


def ask(db: Database, job: str, **ids: int) -> None:
    with db.transaction() as session:
        jobs.request(session, job, **ids)


def asked(db: Database) -> list[Work]:
    with db.transaction() as session:
        return list(session.scalars(select(Work).order_by(Work.id)))


def read_item(db: Database, shop, listing: Listing) -> None:
    read_stock(db, shop, inventory_item_id=listing.inventory_item_id, lease_seconds=60)


def available(db: Database, listing: Listing) -> int | None:
    with db.transaction() as session:
        level = session.get_one(InventoryLevel, (listing.inventory_item_id, known_location(session)))
    return level.available


@pytest.fixture
def committed(db: Database, listings: list[Listing]):
    """An order whose four units of the first listing the shop has just committed."""
    with db.transaction() as session:
        partner = session.scalars(select(Partner)).one()
        order = add_order(
            session, partner, {listings[0].inventory_item_id: 4}, location=known_location(session)
        )
        commit(session, order, clock(session))
    return order


def later(db: Database, seconds: float) -> None:
    """Let `seconds` pass for all work and all reservations, without waiting for them."""
    with db.transaction() as session:
        for statement in (
            "UPDATE work SET next_attempt_at = next_attempt_at - make_interval(secs => :s)",
            "UPDATE reservations SET committed_at = committed_at - make_interval(secs => :s)",
        ):
            session.execute(text(statement), {"s": seconds})


def test_what_was_asked_for_is_read_once_and_done(db, shop, listings, staff):
    with db.transaction() as session:
        location = known_location(session)
    staff.set_available(listings[0].inventory_item_id, 3, location)
    ask(db, jobs.READ_STOCK, inventory_item_id=listings[0].inventory_item_id)

    read_item(db, shop, listings[0])

    assert available(db, listings[0]) == 3
    assert asked(db) == []


def test_nobody_asked_nothing_is_read(db, shop, listings, simulator):
    simulator.fault("refuse")

    read_item(db, shop, listings[0])

    assert available(db, listings[0]) == 10


def test_units_are_handed_over_eleven_seconds_after_the_commitment(db, shop, listings, committed):
    item = listings[0].inventory_item_id

    read_item(db, shop, listings[0])  # Too early: not due.
    with db.transaction() as session:
        assert reservations(session, committed.id) == {item: "in_shopify"}
    later(db, 11)
    read_item(db, shop, listings[0])

    with db.transaction() as session:
        assert reservations(session, committed.id) == {item: "handed_over"}
    assert asked(db) == []


def test_a_read_asked_for_earlier_does_not_swallow_the_one_for_the_commitment(db, shop, listings, committed):
    item = listings[0].inventory_item_id
    ask(db, jobs.READ_STOCK, inventory_item_id=item)

    read_item(db, shop, listings[0])

    with db.transaction() as session:
        assert reservations(session, committed.id) == {item: "in_shopify"}
        committed_at = session.scalars(select(Reservation.committed_at)).one()
    [work] = asked(db)
    assert work.next_attempt_at == committed_at + timedelta(seconds=10)
    assert work.attempts == 0
    later(db, 10)
    read_item(db, shop, listings[0])
    with db.transaction() as session:
        assert reservations(session, committed.id) == {item: "handed_over"}


def test_a_read_that_a_newer_webhook_outranks_is_repeated_but_not_at_once(db, shop, listings, committed):
    item = listings[0].inventory_item_id
    later(db, 11)
    with db.transaction() as session:
        now = clock(session)
        observe_webhook_level(
            session,
            inventory_item_id=item,
            location_id=known_location(session) or 0,
            available=6,
            updated_at=now + timedelta(minutes=1),
            now=now,
        )

    read_item(db, shop, listings[0])

    with db.transaction() as session:
        assert reservations(session, committed.id) == {item: "in_shopify"}
    [work] = asked(db)
    assert work.next_attempt_at > now + timedelta(seconds=4)
    assert available(db, listings[0]) == 6


@pytest.mark.parametrize("fault", ["refuse", "error_500", "internal_error", "lost_reply"])
def test_a_failed_read_is_recorded_and_tried_again(db, shop, listings, simulator, fault):
    ask(db, jobs.READ_STOCK, inventory_item_id=listings[0].inventory_item_id)
    simulator.fault(fault, operation="nodes", times=1)

    with pytest.raises(ShopError):
        read_item(db, shop, listings[0])

    [work] = asked(db)
    assert work.attempts == 1
    assert work.last_error
    assert work.given_up_at is None
    later(db, 10)
    read_item(db, shop, listings[0])
    assert asked(db) == []


def test_a_throttled_read_waits_and_is_no_failure(db, shop, listings, simulator):
    ask(db, jobs.READ_STOCK, inventory_item_id=listings[0].inventory_item_id)
    simulator.fault("throttle", operation="nodes", times=1)

    read_item(db, shop, listings[0])

    [work] = asked(db)
    assert work.attempts == 0
    assert available(db, listings[0]) == 10


def test_a_product_gets_its_new_title(db, shop, listings, staff):
    staff.rename(listings[0].product_id, "A better title")
    ask(db, jobs.READ_PRODUCT, product_id=listings[0].product_id)

    read_product(db, shop, product_id=listings[0].product_id, lease_seconds=60)

    with db.transaction() as session:
        listing = session.scalars(select(Listing).where(Listing.sku == listings[0].sku)).one()
    assert (listing.title, listing.retired_at) == ("A better title", None)
    assert asked(db) == []


def test_a_product_that_is_gone_retires_its_listings_and_leaves_none_of_it(db, shop, listings, staff):
    staff.delete(listings[0].product_id)
    ask(db, jobs.READ_PRODUCT, product_id=listings[0].product_id)

    read_product(db, shop, product_id=listings[0].product_id, lease_seconds=60)
    read_item(db, shop, listings[0])

    with db.transaction() as session:
        retired = session.scalars(select(Listing.sku).where(Listing.retired_at.is_not(None))).all()
    assert retired == [listings[0].sku]
    assert available(db, listings[0]) == 0
    assert asked(db) == []


def test_a_forged_deletion_retires_nothing(db, shop, listings):
    """Headers are not signed, so a delete topic is a hint: the shop still has the product."""
    ask(db, jobs.READ_PRODUCT, product_id=listings[0].product_id)

    read_product(db, shop, product_id=listings[0].product_id, lease_seconds=60)

    with db.transaction() as session:
        assert session.scalars(select(Listing).where(Listing.retired_at.is_not(None))).all() == []
