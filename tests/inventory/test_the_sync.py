"""The sweep over everything we sell: pages that fail, two at once, numbers that overtake each other."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bridge import jobs
from bridge.db import clock
from bridge.domain.errors import ShopError
from bridge.models import InventoryLevel, Listing, Partner, Reservation, SyncRun, Work
from bridge.services.observe_stock import observe_webhook_level
from bridge.services.reserve_stock import commit
from bridge.services.stock_location import known_location
from bridge.services.sync_inventory import LOCK, sync_inventory, sync_on_schedule
from tests.inventory.bulk_stage import level_webhook
from tests.inventory.conftest import ARTICLES, UNITS
from tests.inventory.sync_stage import Overtaken, available, location_of, sync
from tests.support.selling import add_listing, add_order, add_partner, reservations
from tests.support.stock_room import StockRoom


def test_every_item_is_read_and_only_what_changed_is_counted(db, shop, listings, staff: StockRoom):
    staff.set_available(listings[0].inventory_item_id, 3, location_of(db))
    staff.set_available(listings[-1].inventory_item_id, 0, location_of(db))

    sweep = sync(db, shop)

    assert (sweep.pages, sweep.items, sweep.changed, sweep.missing) == (3, ARTICLES, 2, 0)
    assert sweep.complete
    assert (available(db, listings[0]), available(db, listings[-1])) == (3, 0)


def test_two_skus_of_one_item_and_two_partners_are_read_once(db, shop, listings):
    with db.transaction() as session:
        other = add_partner(session, "Other")
        for sku in ("A", "B"):
            add_listing(session, other, sku, listings[0].inventory_item_id)

    assert sync(db, shop).items == ARTICLES


def test_what_is_retired_is_not_read_unless_it_is_promised(db, shop, listings):
    with db.transaction() as session:
        session.execute(update(Listing).values(retired_at=func.now()))
        partner = session.scalars(select(Partner)).one()
        add_order(session, partner, {listings[0].inventory_item_id: 1}, location=known_location(session))

    assert sync(db, shop).items == 1


def test_progress_is_told_after_each_page(db, shop, listings):
    told: list[tuple[int, int]] = []

    sync(db, shop, progress=lambda done, total: told.append((done, total)))

    assert told == [(250, ARTICLES), (500, ARTICLES), (ARTICLES, ARTICLES)]


def test_a_page_that_fails_is_recorded_and_does_not_stop_the_rest(db, shop, listings, staff, simulator):
    for listing in (listings[0], listings[300], listings[599]):
        staff.set_available(listing.inventory_item_id, 3, location_of(db))
    simulator.fault("error_500", operation="nodes", times=3)  # Once, and twice again.

    sweep = sync(db, shop)

    assert (sweep.pages, sweep.failed_pages, sweep.items) == (2, 1, ARTICLES - 250)
    assert not sweep.complete
    assert sweep.last_error
    assert sorted(available(db, one) for one in (listings[0], listings[300], listings[599])) == [3, 3, 10]
    with db.transaction() as session:
        run = session.scalars(select(SyncRun)).one()
    assert run.finished_at is not None
    assert (run.failed_pages, run.complete) == (1, False)
    assert sync(db, shop).complete


def test_a_shop_that_stumbles_or_throttles_is_asked_again(db, shop, listings, simulator):
    simulator.fault("error_500", operation="nodes", times=1)
    simulator.fault("throttle", operation="nodes", times=2)
    simulator.fault("lost_reply", operation="nodes", times=1)

    assert sync(db, shop).complete


def test_a_shop_that_is_away_changes_no_number_and_holds_nobody_for_long(db, shop, listings, simulator):
    calls = []
    simulator.fault("refuse", operation="nodes")

    sweep = sync(db, shop, pause=calls.append)

    assert (sweep.pages, sweep.failed_pages) == (0, 2)
    assert available(db, listings[0]) == UNITS
    assert sum(calls) < 60


def test_a_run_that_cannot_even_learn_its_location_is_recorded(db, shop, listings, simulator):
    simulator.fault("refuse")

    with pytest.raises(ShopError):
        sync(db, shop)

    with db.transaction() as session:
        run = session.scalars(select(SyncRun)).one()
    assert (run.complete, run.pages) == (False, 0)
    assert run.finished_at is not None
    assert run.last_error


def test_a_run_that_died_is_closed_by_the_next_one(db, shop, listings):
    with db.transaction() as session:
        session.add(SyncRun(kind="inventory"))

    sync(db, shop)

    with db.transaction() as session:
        runs = session.scalars(select(SyncRun).order_by(SyncRun.id)).all()
    assert [(run.complete, run.last_error) for run in runs] == [(False, "interrupted"), (True, None)]


def test_two_at_once_are_one(db, shop, listings):
    with db.exclusive(LOCK):
        second = sync_inventory(db, shop, configured_location=None)

    assert second is None
    assert sync(db, shop).complete


def test_two_beats_make_one_run(db, shop, listings):
    for _ in range(2):
        sync_on_schedule(db, shop, configured_location=None, every_seconds=600)

    with db.transaction() as session:
        assert len(session.scalars(select(SyncRun)).all()) == 1


def test_a_webhook_that_overtakes_a_read_is_kept(db, shop, listings):
    """The read saw 10; the level changed and its webhook came before the read was stored."""
    sync(db, Overtaken(shop, lambda: level_webhook(db, listings[0].inventory_item_id, 2)))

    assert available(db, listings[0]) == 2


def test_units_reserved_while_the_shop_is_asked_stay_subtracted(db, shop, listings):
    item = listings[0].inventory_item_id

    def meanwhile() -> None:
        with db.transaction() as session:
            partner = session.scalars(select(Partner)).one()
            add_order(session, partner, {item: 4}, location=known_location(session))

    sync(db, Overtaken(shop, meanwhile))

    with db.transaction() as session:
        states = session.scalars(select(Reservation.state)).all()
    assert set(states) == {"held"}


def test_units_committed_while_the_shop_is_asked_are_not_handed_over_by_that_read(db, shop, listings):
    item = listings[0].inventory_item_id
    with db.transaction() as session:
        partner = session.scalars(select(Partner)).one()
        order = add_order(session, partner, {item: 4}, location=known_location(session))

    def meanwhile() -> None:
        with db.transaction() as session:
            commit(session, order, clock(session))

    sync(db, Overtaken(shop, meanwhile))

    with db.transaction() as session:
        assert reservations(session, order.id) == {item: "in_shopify"}


def test_a_sync_hands_over_what_was_committed_before_it_began(db, shop, listings):
    item = listings[0].inventory_item_id
    with db.transaction() as session:
        partner = session.scalars(select(Partner)).one()
        order = add_order(session, partner, {item: 4}, location=known_location(session))
        commit(session, order, clock(session) - timedelta(seconds=10))

    sync(db, shop)

    with db.transaction() as session:
        assert reservations(session, order.id) == {item: "handed_over"}


def test_an_item_deleted_in_the_shop_has_none_and_its_product_is_asked_about(db, shop, listings, staff):
    gone = listings[7]
    staff.delete(gone.product_id)

    sweep = sync(db, shop)

    assert sweep.missing == 1
    assert sweep.complete
    assert available(db, gone) == 0
    with db.transaction() as session:
        work = session.scalars(select(Work)).all()
    assert [(one.job, one.ids) for one in work] == [(jobs.READ_PRODUCT, {"product_id": str(gone.product_id)})]


def test_an_item_no_longer_stocked_has_none_and_an_untracked_one_no_limit(db, shop, listings, staff):
    staff.stop_stocking(listings[1].inventory_item_id, location_of(db))
    staff.track(listings[2].inventory_item_id, tracked=False)

    sync(db, shop)

    assert available(db, listings[1]) == 0
    assert available(db, listings[2]) is None
    with db.transaction() as session:
        level = session.get_one(InventoryLevel, (listings[1].inventory_item_id, known_location(session)))
    assert not level.stocked


def test_syncs_reads_and_webhooks_at_once_neither_wait_for_each_other_for_ever_nor_lose_a_number(
    db, shop, listings, staff
):
    location = location_of(db)
    problems: list[Exception] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001  whatever it is, the test shows it
            problems.append(error)

    def webhooks() -> None:
        for n, listing in enumerate(reversed(listings)):
            with db.transaction() as session:
                now = clock(session)
                observe_webhook_level(
                    session,
                    inventory_item_id=listing.inventory_item_id,
                    location_id=location,
                    available=n,
                    updated_at=now - timedelta(days=1),
                    now=now,
                )

    works = [
        webhooks,
        webhooks,
        *[lambda: sync_inventory(db, shop, configured_location=None)] * 2,
    ]
    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    assert sync(db, shop).changed == 0
