"""The sweep by a bulk operation: the same truth as by pages, for a handful of requests."""

import pytest

from bridge.db import clock
from bridge.models import InventoryLevel as LevelRow
from bridge.services import bulk_webhooks
from bridge.services.observe_stock import store_read
from tests.inventory.bulk_stage import PAGES, Clock, Watched, level_webhook, numbers, operations, runs, sync
from tests.inventory.conftest import ARTICLES, UNITS
from tests.support.waiting import await_until


def test_everything_is_read_by_a_handful_of_requests(db, shop, listings, changed, simulator):
    told: list[tuple[int, int]] = []
    before = simulator.state()["requests"]["total"]

    sweep = sync(db, shop, progress=lambda done, total: told.append((done, total)))

    assert (sweep.method, sweep.pages, sweep.items, sweep.changed) == ("bulk", PAGES, ARTICLES, 3)
    assert (sweep.complete, sweep.bulk_problem) == (True, None)
    assert sweep.requests == simulator.state()["requests"]["total"] - before + 1  # The file is one more.
    assert sweep.requests <= 20
    assert numbers(db, changed) == changed
    assert told[-1] == (ARTICLES, ARTICLES)
    [run] = runs(db)
    assert (run.requests, run.points, run.method) == (sweep.requests, sweep.points, "bulk")
    assert run.points > 0


def test_the_number_of_items_decides_unless_somebody_does(db, shop, listings):
    def method(**options) -> str:
        return sync(db, shop, **{"bulk": None, **options}).method

    assert method(bulk_above=ARTICLES) == "nodes"
    assert method(bulk_above=ARTICLES - 1) == "bulk"
    assert method(bulk_above=ARTICLES - 1, bulk=False) == "nodes"


@pytest.mark.parametrize("bulk", [False, True], ids=["by pages", "in bulk"])
def test_every_kind_of_level_means_the_same_either_way(db, shop, listings, staff, location, bulk):
    fewer_than_none, not_stocked, untracked, gone = listings[0], listings[1], listings[2], listings[3]
    staff.adjust(fewer_than_none.inventory_item_id, -UNITS - 5, location)
    staff.stop_stocking(not_stocked.inventory_item_id, location)
    staff.track(untracked.inventory_item_id, tracked=False)
    staff.delete(gone.product_id)
    four = [one.inventory_item_id for one in (fewer_than_none, not_stocked, untracked, gone)]

    sweep = sync(db, shop, bulk=bulk)

    assert (sweep.items, sweep.changed, sweep.missing, sweep.complete) == (ARTICLES, 4, 1, True)
    with db.transaction() as session:
        rows = [session.get_one(LevelRow, (item, location)) for item in four]
    assert [(row.stocked, row.tracked, row.available) for row in rows] == [
        (True, True, -5), (False, True, 0), (True, False, None), (False, True, 0),
    ]  # fmt: skip


def test_the_webhook_about_its_end_ends_the_wait(db, shop, listings, simulator):
    simulator.settings(bulk_seconds=3600)

    def end() -> None:
        simulator.settings(bulk_seconds=0)
        [one] = await_until(lambda: [o for o in operations(simulator) if o["status"] == "COMPLETED"])
        with db.transaction() as session:
            now = clock(session)
            body = {"admin_graphql_api_id": one["id"], "status": "completed"}
            assert bulk_webhooks.operation_ended(session, body, now, now).state == "applied"

    pause = Clock(at=4, do=end)
    sweep = sync(db, shop, pause=pause)

    assert pause.waits == [0.5, 0.5, 1.0, 1.0]  # The fourth was the first second of two.
    assert (sweep.pages, sweep.bulk_problem) == (PAGES, None)


def test_a_webhook_about_somebody_elses_bulk_operation_is_foreign(db):
    with db.transaction() as session:
        now = clock(session)
        body = {"admin_graphql_api_id": "gid://shopify/BulkOperation/5", "status": "completed"}

        assert bulk_webhooks.operation_ended(session, body, now, now).state == "foreign"


def test_a_webhook_that_overtakes_the_file_is_kept(db, shop, listings):
    item = listings[0].inventory_item_id

    sync(db, Watched(shop, lambda: level_webhook(db, item, 2)))

    assert numbers(db, [item]) == {item: 2}


def test_a_read_that_began_later_than_the_bulk_operation_is_kept(db, shop, listings, staff, location):
    item = listings[0].inventory_item_id

    def meanwhile() -> None:
        staff.set_available(item, 2, location)
        with db.transaction() as session:
            began = clock(session)
        levels = shop.inventory_levels([item], location)
        with db.transaction() as session:
            store_read(session, asked=[item], location_id=location, levels=levels, began=began)

    sync(db, Watched(shop, meanwhile))

    assert numbers(db, [item]) == {item: 2}
