"""What tests of the bulk sync share: the sync itself, what it wrote, and a shop that is watched."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from bridge.db import Database, clock
from bridge.domain.shop import Shop
from bridge.domain.shop_values import BulkOperation, InventoryLevel
from bridge.models import InventoryLevel as LevelRow
from bridge.models import SyncRun
from bridge.services.observe_stock import observe_webhook_level
from bridge.services.stock_location import known_location
from bridge.services.sync_inventory import sync_inventory
from bridge.services.sync_runs import Sweep

# 600 articles, 250 at a time.
PAGES = 3
_OPERATIONS = "{ bulkOperations(first: 50) { nodes { id status } } }"


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


def numbers(db: Database, items: Iterable[int]) -> dict[int, int | None]:
    with db.transaction() as session:
        rows = session.execute(
            select(LevelRow.inventory_item_id, LevelRow.available).where(
                LevelRow.inventory_item_id.in_(list(items)), LevelRow.location_id == known_location(session)
            )
        )
        return {row.inventory_item_id: row.available for row in rows}


def level_webhook(db: Database, item: int, available: int) -> None:
    """Apply what `inventory_levels/update` says, with a time of change after whatever was read so far."""
    with db.transaction() as session:
        now = clock(session)
        observe_webhook_level(
            session,
            inventory_item_id=item,
            location_id=known_location(session) or 0,
            available=available,
            updated_at=now + timedelta(seconds=5),
            now=now,
        )


def operations(simulator) -> list[dict]:
    return simulator.graphql(_OPERATIONS)["data"]["bulkOperations"]["nodes"]


def runs(db: Database) -> list[SyncRun]:
    with db.transaction() as session:
        return list(session.scalars(select(SyncRun).order_by(SyncRun.id)))
