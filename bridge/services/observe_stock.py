"""What reads and webhooks about stock mean: a number to keep if it is newer, or a reason to look.

Which of two is newer is decided in `domain/observations`; how rows are locked and written, in `stock_levels`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bridge import jobs
from bridge.domain.observations import Observation, Source, Verdict
from bridge.domain.shop_values import InventoryLevel as ShopLevel
from bridge.models import InventoryLevel, Listing
from bridge.services.observe_product import ask_for_products
from bridge.services.stock_levels import hand_over, keep_newer
from bridge.services.stock_location import known_location


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
    kept = keep_newer(session, dict(sorted(seen.items())))
    hand_over(session, sorted(kept.newer), began=began)
    ask_for_products(session, Listing.inventory_item_id.in_(gone))
    return Stored(changed=len(kept.changed), missing=len(gone))


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
    kept = keep_newer(session, {(inventory_item_id, location_id): seen})
    if kept.unseen:  # Whether the shop tracks it at all, only a read tells.
        jobs.request(session, jobs.READ_STOCK, inventory_item_id=inventory_item_id)
    return kept.verdict


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


def _is_ours(session: Session, inventory_item_id: int, location_id: int) -> bool:
    """Tell whether the number matters to us: the shop sells to others, and has other locations, too."""
    held = exists().where(
        InventoryLevel.inventory_item_id == inventory_item_id, InventoryLevel.location_id == location_id
    )
    if session.scalar(select(held)):
        return True
    listed = exists().where(Listing.inventory_item_id == inventory_item_id, Listing.retired_at.is_(None))
    return known_location(session) == location_id and bool(session.scalar(select(listed)))
