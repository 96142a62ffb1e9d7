"""`inventory sync` and `inventory show` as operators run them, and the worker's own sync."""

from sqlalchemy import select

from bridge import jobs
from bridge.db import clock
from bridge.models import InventoryLevel, Listing, Partner, SyncRun, Work
from bridge.services.reserve_stock import commit
from bridge.services.stock_location import known_location
from bridge.services.sync_inventory import LOCK
from tests.cli.running import at_a_terminal, bridge, succeed
from tests.inventory.conftest import ARTICLES
from tests.support.selling import add_listing, add_order, add_partner, reservations
from tests.support.waiting import await_until


def test_a_sync_says_what_it_did(environment, db, listings, staff):
    with db.transaction() as session:
        location = known_location(session)
    staff.set_available(listings[0].inventory_item_id, 3, location)

    said = succeed("inventory", "sync", env=environment)

    assert said.pop("points") > 0
    assert said == {
        "location_id": location,
        "method": "nodes",
        "pages": 3,
        "items": ARTICLES,
        "changed": 1,
        "missing": 0,
        "failed_pages": 0,
        "requests": 4,
        "complete": True,
        "last_error": None,
        "bulk_problem": None,
    }
    assert f"{ARTICLES} items read" in bridge("inventory", "sync", env=environment).out


def test_a_person_sees_how_far_a_sync_is_either_way_and_what_it_cost(environment, listings):
    for option, how in (("--no-bulk", "(4 requests, "), ("--bulk", "(in bulk, ")):
        ran = at_a_terminal("inventory", "sync", option, env=environment)

        assert ran.code == 0, ran.err
        assert "Reading stock" in ran.err
        assert how in ran.out

    runs = succeed("inventory", "runs", env=environment)["runs"]
    assert [(run["method"], run["items"], run["complete"]) for run in runs] == [
        ("bulk", ARTICLES, True),
        ("nodes", ARTICLES, True),
    ]
    assert all(run["requests"] and run["points"] for run in runs)
    assert "nodes" in bridge("inventory", "runs", env=environment).out


def test_a_sync_beside_another_one_says_so(environment, db, listings):
    with db.exclusive(LOCK):
        answer = bridge("inventory", "sync", env=environment)

    assert answer.code == 1
    assert "another sync is running" in answer.err


def test_a_sync_that_missed_pages_says_what_it_did_and_fails(environment, listings, simulator):
    simulator.fault("error_500", operation="nodes", times=3)

    answer = bridge("inventory", "sync", "--json", env=environment)

    assert answer.code == 1
    assert (answer.json["pages"], answer.json["failed_pages"]) == (2, 1)
    assert "1 pages could not be read" in answer.err


def test_a_sync_while_the_shop_is_away_is_a_sentence(environment, listings, simulator):
    simulator.fault("refuse")

    answer = bridge("inventory", "sync", env=environment)

    assert answer.code == 1
    assert answer.out == ""
    assert answer.err.count("\n") <= 2


def test_an_operator_sees_who_holds_what(environment, db, listings):
    listing = listings[0]
    with db.transaction() as session:
        partner = session.scalars(select(Partner)).one()
        location = known_location(session)
        order = add_order(session, partner, {listing.inventory_item_id: 4}, location=location)

    [shown] = succeed("inventory", "show", listing.sku, env=environment)["listings"]
    text = bridge("inventory", "show", listing.sku, env=environment).out

    [place] = shown["locations"]
    assert (shown["partner"], shown["title"]) == ("Zain", "Article 0")
    assert (place["location_id"], place["sold_from_here"]) == (location, True)
    assert (place["available"], place["reserved"], place["sellable"]) == (10, 4, 6)
    assert place["observed_by"] == "read"
    assert [(row["order_id"], row["quantity"], row["state"]) for row in place["reservations"]] == [
        (str(order.id), 4, "held")
    ]
    assert "10 available - 4 promised = 6 sellable" in text
    assert str(order.id) in text
    assert "the shop does not know of it yet" in text


def test_an_operator_keeps_units_back_and_sees_whose_buffer_it_is(environment, db, listings):
    sku = listings[0].sku
    set_ = succeed("inventory", "buffer", sku, 3, env=environment)
    of_item = bridge("inventory", "show", sku, env=environment).out
    succeed("inventory", "buffer", sku, "none", env=environment)
    [shown] = succeed("inventory", "show", sku, env={**environment, "STOCK_BUFFER": "2"})["listings"]

    assert set_ == {"sku": sku, "inventory_item_id": listings[0].inventory_item_id, "buffer": 3}
    assert "10 available - 0 promised - 3 kept back (item) = 7 sellable" in of_item
    [place] = shown["locations"]
    assert (place["buffer"], place["buffer_of"], place["sellable"]) == (2, "shop", 8)


def test_a_buffer_of_a_sku_that_is_two_things_or_none_is_refused(environment, db, listings):
    with db.transaction() as session:
        other = add_partner(session, "Umniah")
        add_listing(session, other, listings[0].sku, listings[1].inventory_item_id)

    ambiguous = bridge("inventory", "buffer", listings[0].sku, 3, env=environment)
    of_one = succeed("inventory", "buffer", listings[0].sku, 3, "--partner", "Umniah", env=environment)
    unknown = bridge("inventory", "buffer", "NOTHING", 3, env=environment)

    assert ambiguous.code == 1
    assert "is 2 different items" in ambiguous.err
    assert of_one["inventory_item_id"] == listings[1].inventory_item_id
    assert unknown.code == 1
    assert "no partner lists the SKU 'NOTHING'" in unknown.err


def test_a_sku_that_was_never_observed_untracked_or_unknown_is_told_as_it_is(environment, db, listings):
    with db.transaction() as session:
        levels = {one.sku: (one.inventory_item_id, known_location(session)) for one in listings[:2]}
        session.delete(session.get_one(InventoryLevel, levels["SKU-000"]))
        untracked = session.get_one(InventoryLevel, levels["SKU-001"])
        untracked.tracked, untracked.available = False, None

    assert "never observed" in bridge("inventory", "show", "SKU-000", env=environment).out
    assert "without limit" in bridge("inventory", "show", "SKU-001", env=environment).out
    unknown = bridge("inventory", "show", "NOTHING", env=environment)
    assert unknown.code == 1
    assert "no partner lists the SKU 'NOTHING'" in unknown.err


def test_the_clock_and_a_worker_keep_stock_true_by_themselves(environment, db, listings, staff, worker):
    """The worker does what is asked for: a sweep, and one item after a commitment."""
    from celery import Celery

    celery = Celery(broker=environment["REDIS_URL"])
    celery.conf.broker_transport_options = {"global_keyprefix": "bridge:"}
    with db.transaction() as session:
        location = known_location(session)
    staff.set_available(listings[0].inventory_item_id, 3, location)

    celery.send_task(jobs.SYNC_INVENTORY, queue="inventory")

    def swept() -> bool:
        with db.transaction() as session:
            run = session.scalars(select(SyncRun)).first()
            return run is not None and run.complete

    await_until(swept, because="the sweep")
    with db.transaction() as session:
        level = session.get_one(InventoryLevel, (listings[0].inventory_item_id, location))
        assert level.available == 3
        partner = session.scalars(select(Partner)).one()
        order = add_order(session, partner, {listings[0].inventory_item_id: 1}, location=location)
        commit(session, order, clock(session))

    def handed_over() -> bool:
        celery.send_task(jobs.DISPATCH, queue="dispatch", expires=2)
        with db.transaction() as session:
            return set(reservations(session, order.id).values()) == {"handed_over"}

    await_until(handed_over, seconds=40, because="the read after the commitment")
    with db.transaction() as session:
        assert session.scalars(select(Work)).all() == []
        assert session.scalars(select(Listing).where(Listing.retired_at.is_not(None))).all() == []
