"""Another location to sell from: read as a whole first, and what was promised at the old one stays promised."""

from datetime import timedelta

from sqlalchemy import func, select

from bridge.db import clock
from bridge.models import InventoryLevel, Partner
from bridge.services.reserve_stock import commit
from tests.inventory.conftest import ARTICLES
from tests.inventory.sync_stage import Overtaken, location_of, sync
from tests.support.selling import add_order, reservations


def test_a_new_location_is_read_as_a_whole_before_it_is_sold_from(db, shop, listings, simulator):
    before = location_of(db)
    other = _other_location(simulator, before)
    known_meanwhile = []

    sync(db, Overtaken(shop, lambda: known_meanwhile.append(location_of(db))), configured_location=other)

    assert set(known_meanwhile) == {before}
    assert location_of(db) == other
    with db.transaction() as session:
        read = session.scalar(
            select(func.count()).select_from(InventoryLevel).where(InventoryLevel.location_id == other)
        )
    assert read == ARTICLES


def test_a_new_location_that_could_not_be_read_as_a_whole_is_not_sold_from(db, shop, listings, simulator):
    before = location_of(db)
    simulator.fault("error_500", operation="nodes", times=3)

    sync(db, shop, configured_location=_other_location(simulator, before))

    assert location_of(db) == before


def test_units_promised_at_the_old_location_are_still_looked_after(db, shop, listings, simulator):
    before = location_of(db)
    item = listings[0].inventory_item_id
    with db.transaction() as session:
        partner = session.scalars(select(Partner)).one()
        order = add_order(session, partner, {item: 4}, location=before)
        commit(session, order, clock(session) - timedelta(seconds=10))

    sweep = sync(db, shop, configured_location=_other_location(simulator, before))

    assert sweep.items == ARTICLES + 1
    with db.transaction() as session:
        assert reservations(session, order.id) == {item: "handed_over"}


def _other_location(simulator, known: int) -> int:
    answer = simulator.graphql("{ locations(first: 10) { nodes { id } } }")
    ids = [int(node["id"].rsplit("/", 1)[1]) for node in answer["data"]["locations"]["nodes"]]
    return next(one for one in ids if one != known)
