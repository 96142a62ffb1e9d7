"""Every way in which a bulk operation can go wrong costs requests, and never a number."""

from datetime import timedelta

from sqlalchemy import update

from bridge.db import clock
from bridge.models import SyncRun
from bridge.services.stock_location import known_location
from tests.inventory.bulk_stage import PAGES, Clock, numbers, operations, runs, sync
from tests.inventory.conftest import ARTICLES, UNITS

START = "mutation ($query: String!) { bulkOperationRunQuery(query: $query) { userErrors { message } } }"
CANCEL = "mutation ($id: ID!) { bulkOperationCancel(id: $id) { userErrors { message } } }"

# What goes wrong, the fault that does it, and what the run says of it.
WRONG = [
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
]


def test_what_a_bulk_operation_does_not_tell_is_read_by_pages(db, shop, changed, staff, simulator, location):
    for units, (because, fault, said) in enumerate(WRONG):
        simulator.heal()
        for item in changed:
            staff.set_available(item, 20 + units, location)
        simulator.fault(**fault)

        sweep = sync(db, shop)

        assert (sweep.items, sweep.changed, sweep.missing, sweep.complete) == (ARTICLES, 3, 0, True), because
        assert said in (sweep.bulk_problem or ""), because
        assert numbers(db, changed) == dict.fromkeys(changed, 20 + units), because


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


def test_a_run_that_died_leaves_its_bulk_operation_to_the_next_one(db, shop, listings, changed, simulator):
    first = sync(db, shop)
    with db.transaction() as session:
        session.execute(update(SyncRun).values(finished_at=None, complete=False))

    second = sync(db, shop)

    assert (first.changed, second.changed, second.pages, second.complete) == (3, 0, PAGES, True)
    assert len(operations(simulator)) == 1
    assert [(run.complete, run.last_error) for run in runs(db)] == [(False, "interrupted"), (True, None)]
    assert len({(run.bulk_operation_id, run.bulk_began_at) for run in runs(db)}) == 1


def test_another_bulk_operation_is_asked_for_where_the_last_one_is_no_use(db, shop, listings, simulator):
    sync(db, shop)
    with db.transaction() as session:
        now = clock(session)
    no_use = [
        ("it is too old", {"bulk_began_at": now - timedelta(hours=1)}),
        ("it is about another location", {"bulk_location_id": 1}),
        ("its run came to its end", {"finished_at": now}),
    ]

    for before, (because, left) in enumerate(no_use, start=1):
        with db.transaction() as session:
            last = {"bulk_began_at": now, "finished_at": None}
            session.execute(update(SyncRun).values(**(last | left)))
        assert sync(db, shop).complete
        assert len(operations(simulator)) == before + 1, because


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
