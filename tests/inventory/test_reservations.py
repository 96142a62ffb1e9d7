"""A reservation's life after the submit: committed by the shop, handed over by a late enough read, or given back."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bridge import jobs
from bridge.db import Database, clock
from bridge.domain.shop_values import InventoryLevel as ShopLevel
from bridge.models import InventoryLevel, Order, Reservation, Work
from bridge.services.observe_stock import observe_webhook_level, store_read
from bridge.services.reserve_stock import commit, doubt_hold, note_hold, release
from tests.support.lock_order import locked_while_waiting
from tests.support.selling import LOCATION, add_level, add_listing, add_order, add_partner, reservations

ITEM, OTHER = 700, 800
DAY = timedelta(days=1)


@pytest.fixture
def order(db: Database) -> Order:
    """An order that holds 3 of ITEM and 1 of OTHER; the shop was read an hour ago and had 10 of each."""
    with db.transaction() as session:
        partner = add_partner(session)
        hour_ago = clock(session) - timedelta(hours=1)
        for item in (OTHER, ITEM):
            add_listing(session, partner, f"SKU-{item}", item)
            add_level(session, item, 10, seen_at=hour_ago, changed_at=hour_ago)
        return add_order(session, partner, {OTHER: 1, ITEM: 3})


def states(db: Database, order: Order) -> dict[int, str]:
    with db.transaction() as session:
        return reservations(session, order.id)


def sellable(db: Database, item: int) -> int:
    with db.transaction() as session:
        available = session.scalars(
            select(InventoryLevel.available).where(InventoryLevel.inventory_item_id == item)
        ).one()
        promised = session.scalar(
            select(func.coalesce(func.sum(Reservation.quantity), 0)).where(
                Reservation.inventory_item_id == item, Reservation.state.in_(("held", "in_shopify"))
            )
        )
    assert available is not None
    return available - promised


def committed_ago(db: Database, order: Order, seconds: float) -> None:
    """Commit the order's units as if it had been done some seconds ago."""
    with db.transaction() as session:
        commit(session, order, clock(session) - timedelta(seconds=seconds))


def read(
    session: Session, item: int, available: int, *, began: datetime, changed: datetime | None = None
) -> None:
    level = ShopLevel(
        inventory_item_id=item,
        location_id=LOCATION,
        stocked=True,
        tracked=True,
        available=available,
        updated_at=changed or began,
    )
    store_read(session, asked=[item], location_id=LOCATION, levels={item: level}, began=began)


def test_what_an_order_held_is_given_back_when_it_will_not_be_delivered(db, order):
    with db.transaction() as session:
        release(session, order, clock(session))

    assert states(db, order) == {ITEM: "released", OTHER: "released"}
    assert sellable(db, ITEM) == 10


def test_releasing_twice_is_releasing_once(db, order):
    for _ in range(2):
        with db.transaction() as session:
            release(session, order, clock(session))

    assert sellable(db, ITEM) == 10


def test_committed_units_stay_subtracted_and_a_read_is_asked_for(db, order):
    with db.transaction() as session:
        now = clock(session)
        commit(session, order, now)

    assert states(db, order) == {ITEM: "in_shopify", OTHER: "in_shopify"}
    assert sellable(db, ITEM) == 7
    with db.transaction() as session:
        work = session.scalars(select(Work).order_by(Work.key)).all()
    assert [(one.job, one.ids) for one in work] == [
        (jobs.READ_STOCK, {"inventory_item_id": str(ITEM)}),
        (jobs.READ_STOCK, {"inventory_item_id": str(OTHER)}),
    ]
    assert {one.next_attempt_at for one in work} == {now + timedelta(seconds=11)}


def test_committing_again_keeps_the_first_time(db, order):
    committed_ago(db, order, 60)
    with db.transaction() as session:
        before = session.scalars(select(Reservation.committed_at)).all()

    committed_ago(db, order, 0)

    with db.transaction() as session:
        assert session.scalars(select(Reservation.committed_at)).all() == before


@pytest.mark.parametrize(
    ("because", "began_after_commit", "state"),
    [
        ("it began ten seconds after", 10, "handed_over"),
        ("it began nine seconds after: the shop may not have subtracted yet", 9.9, "in_shopify"),
        ("it began before", -1, "in_shopify"),
    ],
)
def test_a_read_hands_units_over_when_it_began_late_enough(db, order, because, began_after_commit, state):
    committed_ago(db, order, 30)
    with db.transaction() as session:
        committed_at = session.scalars(select(Reservation.committed_at).limit(1)).one()
        read(session, ITEM, 7, began=committed_at + timedelta(seconds=began_after_commit))

    assert states(db, order) == {ITEM: state, OTHER: "in_shopify"}
    assert sellable(db, ITEM) == (7 if state == "handed_over" else 4)


def test_a_webhook_never_hands_units_over_so_they_are_subtracted_twice_for_a_while(db, order):
    committed_ago(db, order, 30)
    with db.transaction() as session:
        now = clock(session)
        observe_webhook_level(
            session, inventory_item_id=ITEM, location_id=LOCATION, available=7, updated_at=now, now=now
        )

    assert states(db, order)[ITEM] == "in_shopify"
    assert sellable(db, ITEM) == 4


def test_a_read_that_a_newer_webhook_outranks_hands_nothing_over(db, order):
    committed_ago(db, order, 30)
    with db.transaction() as session:
        now = clock(session)
        observe_webhook_level(
            session, inventory_item_id=ITEM, location_id=LOCATION, available=7, updated_at=now, now=now
        )
        read(session, ITEM, 10, began=now + timedelta(seconds=1), changed=now - timedelta(seconds=60))

    assert states(db, order)[ITEM] == "in_shopify"
    assert sellable(db, ITEM) == 4


def test_units_that_are_only_held_are_never_handed_over(db, order):
    with db.transaction() as session:
        read(session, ITEM, 10, began=clock(session))

    assert states(db, order)[ITEM] == "held"


def test_units_the_shop_committed_are_free_only_when_it_says_so(db, order):
    """Canceled with or without restock? The shop's number tells, not the cancellation."""
    committed_ago(db, order, 60)

    with db.transaction() as session:
        release(session, order, clock(session))

    assert states(db, order) == {ITEM: "in_shopify", OTHER: "in_shopify"}
    with db.transaction() as session:
        read(session, ITEM, 10, began=clock(session) + timedelta(seconds=11))
    assert sellable(db, ITEM) == 10


def test_units_of_an_order_that_staff_completed_and_canceled_before_we_heard_are_treated_as_committed(
    db, order
):
    with db.transaction() as session:
        order = session.get_one(Order, order.id)
        order.shopify_order_id = 5
        release(session, order, clock(session))

    assert states(db, order) == {ITEM: "in_shopify", OTHER: "in_shopify"}


@pytest.mark.parametrize(
    ("because", "change"),
    [
        ("its units are given back", release),
        ("the shop has taken them", commit),
        ("its draft holds them", lambda s, order, now: note_hold(s, order, until=now + DAY, now=now)),
        ("nobody knows whether its draft holds them", lambda s, order, _: doubt_hold(s, order)),
    ],
)
def test_who_changes_promises_waits_for_the_levels_and_keeps_nobody_from_anything(db, order, because, change):
    """A read that is stored locks levels, then promises: who takes promises first deadlocks with it."""

    def do() -> None:
        with db.transaction() as session:
            locked = session.scalars(select(Order).where(Order.id == order.id).with_for_update()).one()
            change(session, locked, clock(session))

    assert not locked_while_waiting(db, [ITEM, OTHER], do)
