"""The sweep by a bulk operation: every way in which it can go wrong costs requests, and never a number."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bridge.db import Database, clock
from bridge.domain.shop import Shop
from bridge.domain.shop_values import BulkOperation, InventoryLevel
from bridge.models import InventoryLevel as LevelRow
from bridge.models import Listing, SyncRun
from bridge.services import bulk_webhooks
from bridge.services.observe_stock import observe_webhook_level, store_read
from bridge.services.stock_location import known_location
from bridge.services.sync_inventory import sync_inventory
from bridge.services.sync_runs import Sweep
from tests.inventory.conftest import ARTICLES, UNITS
from tests.support.stock_room import StockRoom
from tests.support.waiting import await_until

PAGES = 3
START = "mutation ($query: String!) { bulkOperationRunQuery(query: $query) { userErrors { message } } }"
OPERATIONS = "{ bulkOperations(first: 50) { nodes { id status } } }"
CANCEL = "mutation ($id: ID!) { bulkOperationCancel(id: $id) { userErrors { message } } }"


@dataclass
class Watched:
    """The real shop; something happens between its file and our storing it."""

    shop: Shop
    meanwhile: Callable[[], None]

    def __getattr__(self, name: str) -> object:
        return getattr(self.shop, name)

    def bulk_levels(self, operation: BulkOperation, location_id: int) -> Iterator[InventoryLevel]:
        levels = list(self.shop.bulk_levels(operation, location_id))
        self.meanwhile()
        yield from levels


@dataclass
class Clock:
    """Waits as long as it is told, and does something at one of the waits."""

    at: int = -1
    do: Callable[[], object] = lambda: None
    waits: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)
        if len(self.waits) == self.at:
            self.do()
        time.sleep(min(seconds, 0.05))


def sync(db: Database, shop: Shop | Watched, **options) -> Sweep:
    sweep = sync_inventory(
        db,
        shop,  # type: ignore[arg-type]  # a shop that is watched is one
        **{"configured_location": None, "bulk": True, "pause": Clock(), **options},
    )
    assert sweep is not None
    return sweep


@pytest.fixture
def location(db: Database, listings: list[Listing]) -> int:
    with db.transaction() as session:
        known = known_location(session)
    assert known is not None
    return known


@pytest.fixture
def changed(listings: list[Listing], staff: StockRoom, location: int) -> dict[int, int]:
    """Numbers that are new in the shop, in every page: {item: units}."""
    new = {listings[n].inventory_item_id: n // 100 for n in (100, 300, 599)}
    for item, units in new.items():
        staff.set_available(item, units, location)
    return new


def numbers(db: Database, items: list[int] | dict[int, int]) -> dict[int, int | None]:
    with db.transaction() as session:
        rows = session.execute(
            select(LevelRow.inventory_item_id, LevelRow.available).where(
                LevelRow.inventory_item_id.in_(list(items)), LevelRow.location_id == known_location(session)
            )
        )
        return {row.inventory_item_id: row.available for row in rows}


def operations(simulator) -> list[dict]:
    return simulator.graphql(OPERATIONS)["data"]["bulkOperations"]["nodes"]


def runs(db: Database) -> list[SyncRun]:
    with db.transaction() as session:
        return list(session.scalars(select(SyncRun).order_by(SyncRun.id)))


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


@pytest.mark.parametrize(
    ("because", "fault", "said"),
    [
        ("it failed and left half", {"fault": "bulk_failure"}, "ended as failed (INTERNAL_SERVER_ERROR)"),
        ("its file has expired", {"fault": "bulk_expired"}, "not there any more"),
        ("its file is always cut off", {"fault": "lost_reply", "operation": "bulkFile"}, "cannot be fetched"),
        ("its file cannot be fetched", {"fault": "error_500", "operation": "bulkFile"}, "HTTP 500"),
        (
            "it cannot be started",
            {"fault": "internal_error", "operation": "bulkOperationRunQuery"},
            "StartBulkQuery",
        ),
        (
            "Shopify does not say how it is",
            {"fault": "error_500", "operation": "bulkOperation"},
            "ReadBulkOperation",
        ),
    ],
)
def test_what_a_bulk_operation_does_not_tell_is_read_by_pages(
    db, shop, listings, changed, simulator, because, fault, said
):
    simulator.fault(**fault)

    sweep = sync(db, shop)

    assert (sweep.items, sweep.changed, sweep.missing, sweep.complete) == (ARTICLES, 3, 0, True)
    assert said in (sweep.bulk_problem or "")
    assert numbers(db, changed) == changed


def test_a_shop_that_throttles_or_stumbles_is_asked_again(db, shop, listings, changed, simulator):
    simulator.fault("throttle", operation="bulkOperationRunQuery", times=2)
    simulator.fault("throttle", operation="bulkOperation", times=2)
    simulator.fault("error_500", operation="bulkOperation", times=1)
    simulator.fault("lost_reply", operation="bulkFile", times=2)

    sweep = sync(db, shop)

    assert (sweep.method, sweep.pages, sweep.complete, sweep.bulk_problem) == ("bulk", PAGES, True, None)
    assert numbers(db, changed) == changed


def test_a_sixth_bulk_operation_is_not_waited_for(db, shop, listings, changed, simulator):
    simulator.settings(bulk_seconds=3600)
    for _ in range(5):
        simulator.graphql(START, {"query": "{ products { edges { node { id } } } }"})

    sweep = sync(db, shop)

    assert (sweep.method, sweep.pages, sweep.complete) == ("nodes", PAGES, True)
    assert "already in progress" in (sweep.bulk_problem or "")
    assert numbers(db, changed) == changed


def test_a_bulk_operation_that_staff_cancel_is_not_waited_for(db, shop, listings, changed, simulator):
    simulator.settings(bulk_seconds=3600)

    def cancel() -> None:
        [one] = operations(simulator)
        simulator.graphql(CANCEL, {"id": one["id"]})

    sweep = sync(db, shop, pause=Clock(at=1, do=cancel))

    assert (sweep.pages, sweep.changed, sweep.complete) == (PAGES, 3, True)
    assert "ended as canceled" in (sweep.bulk_problem or "")
    assert numbers(db, changed) == changed


def test_a_bulk_operation_that_never_ends_is_given_up(db, shop, listings, changed, simulator):
    simulator.settings(bulk_seconds=3600)
    waits: list[float] = []

    sweep = sync(db, shop, pause=waits.append)

    assert 900 <= sum(waits) <= 1800
    assert "has not ended" in (sweep.bulk_problem or "")
    assert sweep.requests <= 20
    assert numbers(db, changed) == changed


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


def test_a_webhook_that_overtakes_the_file_is_kept(db, shop, listings, location):
    item = listings[0].inventory_item_id

    def meanwhile() -> None:
        with db.transaction() as session:
            now = clock(session)
            observe_webhook_level(
                session,
                inventory_item_id=item,
                location_id=location,
                available=2,
                updated_at=now + timedelta(seconds=5),
                now=now,
            )

    sync(db, Watched(shop, meanwhile))

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


def test_a_run_that_died_leaves_its_bulk_operation_to_the_next_one(db, shop, listings, changed, simulator):
    first = sync(db, shop)
    with db.transaction() as session:
        session.execute(update(SyncRun).values(finished_at=None, complete=False))

    second = sync(db, shop)

    assert (first.changed, second.changed, second.pages, second.complete) == (3, 0, PAGES, True)
    assert len(operations(simulator)) == 1
    assert [(run.complete, run.last_error) for run in runs(db)] == [(False, "interrupted"), (True, None)]
    assert len({(run.bulk_operation_id, run.bulk_began_at) for run in runs(db)}) == 1


@pytest.mark.parametrize(
    ("because", "left"),
    [
        ("it is too old", {"bulk_began_at": timedelta(hours=-1)}),
        ("it is about another location", {"bulk_location_id": 1}),
        ("it was finished", {"finished_at": timedelta(0)}),
    ],
)
def test_another_bulk_operation_is_asked_for_where_the_last_one_is_no_use(
    db, shop, listings, simulator, because, left
):
    sync(db, shop)
    with db.transaction() as session:
        now = clock(session)
        values = {
            name: now + value if isinstance(value, timedelta) else value for name, value in left.items()
        }
        session.execute(update(SyncRun).values(**{"finished_at": None, **values}))

    assert sync(db, shop).complete

    assert len(operations(simulator)) == 2


def test_a_bulk_operation_the_shop_has_forgotten_is_no_harm(db, shop, listings, changed):
    with db.transaction() as session:
        session.add(
            SyncRun(
                kind="inventory",
                bulk_operation_id=1,
                bulk_location_id=known_location(session),
                bulk_began_at=clock(session),
            )
        )

    sweep = sync(db, shop)

    assert (sweep.complete, sweep.bulk_problem) == (True, "the shop knows no bulk operation 1")
    assert numbers(db, changed) == changed


def test_a_location_that_is_not_there_empties_no_shelf(db, shop, listings):
    items = [one.inventory_item_id for one in listings]

    sweep = sync(db, shop, configured_location=77)

    assert not sweep.complete
    assert "no location 77" in (sweep.bulk_problem or "")
    assert set(numbers(db, items).values()) == {UNITS}
