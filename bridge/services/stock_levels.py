"""Writing stock levels: rows locked in (item, location) order, only what is newer written, units handed over.

Submits lock the same rows in the same order, so that a number never changes between a submit's look and its
reservation. Statements are written by hand: a page is 250 rows, and each of these is one message.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bridge import jobs
from bridge.domain.observations import Observation, Source, Verdict, judge
from bridge.models import InventoryLevel
from bridge.services.reserve_stock import SETTLING

Key = tuple[int, int]


@dataclass(slots=True)
class Kept:
    """What became of some observations: whose item was never seen before, which were news, which said otherwise."""

    unseen: set[Key]
    newer: set[Key]
    changed: set[Key]
    verdict: Verdict  # of the last one looked at


def keep_newer(session: Session, seen: dict[Key, Observation]) -> Kept:
    """Insert what was never observed, lock the rest in key order, and write what is newer."""
    inserted = _insert_unseen(session, seen)
    kept = Kept(unseen=inserted, newer=set(inserted), changed=set(inserted), verdict=Verdict.STORE)
    known = sorted(seen.keys() - inserted)
    for row in _locked(session, known):
        key = (row.inventory_item_id, row.location_id)
        held, new = _held(row), seen[key]
        kept.verdict = judge(held, new)
        if kept.verdict is Verdict.STORE:
            kept.newer.add(key)
            if new.content != held.content:
                kept.changed.add(key)
        elif kept.verdict is Verdict.READ:
            jobs.request(session, jobs.READ_STOCK, inventory_item_id=row.inventory_item_id)
    _update(session, {key: seen[key] for key in sorted(kept.newer - inserted)})
    return kept


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
_HOLD_SEEN = text("""
    UPDATE reservations
    SET hold_seen_at = :began
    WHERE state = 'held' AND hold_since <= :committed_until AND hold_seen_at IS NULL
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


def hand_over(session: Session, keys: Sequence[Key], *, began: datetime) -> None:
    """Stop subtracting what the shop has subtracted itself in the numbers of the read that was just stored.

    :param keys: locked by `keep_newer` in this transaction
    :param began: PostgreSQL's clock before the shop was asked
    """
    if keys:
        which = {
            "committed_until": began - SETTLING,
            "items": [item for item, _ in keys],
            "locations": [location for _, location in keys],
        }
        session.execute(_HAND_OVER, which)
        session.execute(_HOLD_SEEN, which | {"began": began})


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


def _held(row: InventoryLevel) -> Observation:
    return Observation(
        stocked=row.stocked,
        tracked=row.tracked,
        available=row.available,
        changed_at=row.shopify_updated_at,
        seen_at=row.observed_at,
        seen_by=Source(row.observed_by),
    )
