"""Keeping what the shop was seen to have: only what is newer, and handing promised units over to it.

Which observation is newer is decided in `domain/observations`. Rows are locked in (item, location) order,
as by submits, so that a number never changes between a submit's look and its reservation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select, text
from sqlalchemy.orm import Session

from bridge import jobs
from bridge.domain.observations import Observation, Source, Verdict, judge
from bridge.domain.shop import InventoryLevel as ShopLevel
from bridge.models import InventoryLevel, Listing
from bridge.services.observe_product import ask_for_products
from bridge.services.reserve_stock import SETTLING
from bridge.services.stock_location import known_location

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of one read: how many of its levels were news, and how many items the shop does not have."""

    changed: int
    missing: int


def store_read(
    session: Session,
    *,
    asked: Sequence[int],
    location_id: int,
    levels: Mapping[int, ShopLevel],
    began: datetime,
) -> Stored:
    """Keep what one read of the shop said, and hand over the units its numbers can be trusted to include.

    An item the shop did not answer for is gone: there is none of it, and whether its product is gone too
    is asked next.

    :param asked: item ids, at most a few hundred
    :param began: PostgreSQL's clock before the shop was asked
    """
    gone = [item for item in asked if item not in levels]
    seen = {(level.inventory_item_id, location_id): _observed(level, began) for level in levels.values()}
    seen |= {(item, location_id): _nothing(began) for item in gone}
    outcome = _store(session, dict(sorted(seen.items())))
    _hand_over(session, sorted(outcome.newer), began=began)
    ask_for_products(session, Listing.inventory_item_id.in_(gone))
    return Stored(changed=len(outcome.changed), missing=len(gone))


def observe_webhook_level(
    session: Session,
    *,
    inventory_item_id: int,
    location_id: int,
    available: int | None,
    updated_at: datetime | None,
    now: datetime,
) -> Verdict | None:
    """Keep what `inventory_levels/update` said, if it is newer.

    :param available: None where the shop does not track the item; too little to sell without limit by
    :param now: when the webhook arrived, PostgreSQL's clock
    :returns: what was done; None when nobody sells the item or not from there
    """
    if not _is_ours(session, inventory_item_id, location_id):
        return None
    if available is None:
        jobs.request(session, jobs.READ_STOCK, inventory_item_id=inventory_item_id)
        return Verdict.READ
    seen = Observation(
        stocked=True,
        tracked=True,
        available=available,
        changed_at=updated_at,
        seen_at=now,
        seen_by=Source.WEBHOOK,
    )
    outcome = _store(session, {(inventory_item_id, location_id): seen})
    if outcome.unseen:  # Whether the shop tracks it at all, only a read tells.
        jobs.request(session, jobs.READ_STOCK, inventory_item_id=inventory_item_id)
    return outcome.verdict


def observe_webhook_connection(session: Session, *, inventory_item_id: int, location_id: int) -> bool:
    """Ask what is true after `inventory_levels/connect` or `disconnect`, which name no number.

    :returns: whether anybody sells the item from there
    """
    ours = _is_ours(session, inventory_item_id, location_id)
    if ours:
        jobs.request(session, jobs.READ_STOCK, inventory_item_id=inventory_item_id)
    return ours


def observe_webhook_item(session: Session, *, inventory_item_id: int, tracked: bool) -> bool:
    """Ask what is true after `inventory_items/update`, when it says otherwise than we hold.

    :returns: whether we hold anything of the item
    """
    held = session.scalars(
        select(InventoryLevel.tracked).where(InventoryLevel.inventory_item_id == inventory_item_id)
    ).all()
    if any(was_tracked != tracked for was_tracked in held):
        jobs.request(session, jobs.READ_STOCK, inventory_item_id=inventory_item_id)
    return bool(held)


@dataclass(slots=True)
class _Outcome:
    unseen: set[Key]
    newer: set[Key]
    changed: set[Key]
    verdict: Verdict  # of the last one looked at


def _store(session: Session, seen: dict[Key, Observation]) -> _Outcome:
    """Insert what was never observed, lock the rest in key order, and write what is newer."""
    inserted = _insert_unseen(session, seen)
    outcome = _Outcome(unseen=inserted, newer=set(inserted), changed=set(inserted), verdict=Verdict.STORE)
    known = sorted(seen.keys() - inserted)
    for row in _locked(session, known):
        key = (row.inventory_item_id, row.location_id)
        held, new = _held(row), seen[key]
        outcome.verdict = judge(held, new)
        if outcome.verdict is Verdict.STORE:
            outcome.newer.add(key)
            if new.content != held.content:
                outcome.changed.add(key)
        elif outcome.verdict is Verdict.READ:
            jobs.request(session, jobs.READ_STOCK, inventory_item_id=row.inventory_item_id)
    _update(session, {key: seen[key] for key in sorted(outcome.newer - inserted)})
    return outcome


def _locked(session: Session, keys: Sequence[Key]) -> Sequence[InventoryLevel]:
    if not keys:
        return []
    wanted = text(
        "(inventory_item_id, location_id) IN"
        " (SELECT * FROM unnest(CAST(:items AS bigint[]), CAST(:locations AS bigint[])))"
    ).bindparams(items=[item for item, _ in keys], locations=[location for _, location in keys])
    return session.scalars(
        select(InventoryLevel)
        .where(wanted)
        .order_by(InventoryLevel.inventory_item_id, InventoryLevel.location_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


_ROWS = """
    unnest(
        CAST(:items AS bigint[]), CAST(:locations AS bigint[]), CAST(:stocked AS boolean[]),
        CAST(:tracked AS boolean[]), CAST(:available AS integer[]), CAST(:changed_at AS timestamptz[]),
        CAST(:seen_at AS timestamptz[]), CAST(:seen_by AS text[])
    ) AS new (item, location, stocked, tracked, available, changed_at, seen_at, seen_by)
"""
# Inserted in key order: two that insert the same items must not wait for each other.
_INSERT = text(f"""
    INSERT INTO inventory_levels (inventory_item_id, location_id, stocked, tracked, available,
                                  shopify_updated_at, observed_at, observed_by)
    SELECT * FROM {_ROWS} ORDER BY item, location
    ON CONFLICT DO NOTHING
    RETURNING inventory_item_id, location_id
""")  # noqa: S608  columns only; every value is bound
_UPDATE = text(f"""
    UPDATE inventory_levels AS held
    SET stocked = new.stocked, tracked = new.tracked, available = new.available,
        shopify_updated_at = new.changed_at, observed_at = new.seen_at, observed_by = new.seen_by
    FROM {_ROWS}
    WHERE held.inventory_item_id = new.item AND held.location_id = new.location
""")  # noqa: S608  columns only; every value is bound
_HAND_OVER = text("""
    UPDATE reservations
    SET state = 'handed_over', ended_at = now()
    WHERE state = 'in_shopify' AND committed_at <= :committed_until
      AND (inventory_item_id, location_id) IN
          (SELECT * FROM unnest(CAST(:items AS bigint[]), CAST(:locations AS bigint[])))
""")


def _insert_unseen(session: Session, seen: dict[Key, Observation]) -> set[Key]:
    if not seen:
        return set()
    return {(item, location) for item, location in session.execute(_INSERT, _columns(seen))}


def _update(session: Session, seen: dict[Key, Observation]) -> None:
    if seen:
        session.execute(_UPDATE, _columns(seen))


def _hand_over(session: Session, keys: Sequence[Key], *, began: datetime) -> None:
    """Stop subtracting what the shop has subtracted itself in the number that was just stored."""
    if keys:
        session.execute(
            _HAND_OVER,
            {
                "committed_until": began - SETTLING,
                "items": [item for item, _ in keys],
                "locations": [location for _, location in keys],
            },
        )


def _columns(seen: dict[Key, Observation]) -> dict[str, list[object]]:
    rows = seen.values()
    return {
        "items": [item for item, _ in seen],
        "locations": [location for _, location in seen],
        "stocked": [row.stocked for row in rows],
        "tracked": [row.tracked for row in rows],
        "available": [row.available for row in rows],
        "changed_at": [row.changed_at for row in rows],
        "seen_at": [row.seen_at for row in rows],
        "seen_by": [row.seen_by.value for row in rows],
    }


def _observed(level: ShopLevel, began: datetime) -> Observation:
    """Read a level as stock: where the location does not carry a tracked item there is none of it."""
    available = level.available if level.stocked and level.available is not None else 0
    return Observation(
        stocked=level.stocked,
        tracked=level.tracked,
        available=available if level.tracked else None,
        changed_at=level.updated_at,
        seen_at=began,
        seen_by=Source.READ,
    )


def _nothing(began: datetime) -> Observation:
    return Observation(
        stocked=False, tracked=True, available=0, changed_at=None, seen_at=began, seen_by=Source.READ
    )


def _held(row: InventoryLevel) -> Observation:
    return Observation(
        stocked=row.stocked,
        tracked=row.tracked,
        available=row.available,
        changed_at=row.shopify_updated_at,
        seen_at=row.observed_at,
        seen_by=Source(row.observed_by),
    )


def _is_ours(session: Session, inventory_item_id: int, location_id: int) -> bool:
    """Tell whether the number matters to us: the shop sells to others, and has other locations, too."""
    held = exists().where(
        InventoryLevel.inventory_item_id == inventory_item_id, InventoryLevel.location_id == location_id
    )
    if session.scalar(select(held)):
        return True
    listed = exists().where(Listing.inventory_item_id == inventory_item_id, Listing.retired_at.is_(None))
    return known_location(session) == location_id and bool(session.scalar(select(listed)))
