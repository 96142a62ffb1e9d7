"""A plain model of a shop: what is there, what drafts hold and orders took, and what was true when.

It is Shopify as far as the ledger meets it: answers are of the past (up to nine seconds), a hold lapses, an order
commits, a cancellation restocks or does not. It also knows what the bridge cannot: which promises each number excludes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import NamedTuple
from uuid import UUID

from bridge.domain.shop_values import (
    Cancellation,
    CompletedDraft,
    Draft,
    InventoryLevel,
    PlacedDraft,
    PlacedLine,
    ShopOrder,
)

LONG_AGO = timedelta(minutes=30)
# Its clock is ahead of the bridge's by less than the ten minutes that the bridge allows for.
AHEAD = timedelta(minutes=9)
# Its holds end so much sooner than it was asked; what it answers is true.
SOONER = timedelta(minutes=20)


class Snapshot(NamedTuple):
    """One item as it was from `at` on. `changed_at` is what the shop says, in whole seconds."""

    at: datetime
    changed_at: datetime
    available: int
    out: frozenset[UUID]  # the orders of ours whose units the number is without


@dataclass
class ModelDraft:
    """A draft and the order it has become. `hold` is the units it holds now, and `taken` those its order took."""

    placed: PlacedDraft
    owner: UUID
    units: Mapping[int, int]
    hold: dict[int, int] = field(default_factory=dict)
    taken: dict[int, int] = field(default_factory=dict)
    cancelled_at: datetime | None = None


class ModelShop:
    """The shop's side of `bridge.domain.shop.Shop`; `owners` tells which order a token is."""

    def __init__(self, there: Mapping[int, int]) -> None:
        begin = now() - LONG_AGO
        self.history = {
            item: [Snapshot(begin, begin.replace(microsecond=0), units, frozenset())]
            for item, units in there.items()
        }
        self.letters: list[tuple[int, Snapshot]] = []
        self.drafts: dict[int, ModelDraft] = {}
        self.owners: dict[str, UUID] = {}
        self.answered: dict[int, Snapshot] = {}  # the last answer about each item
        self.lag = 0
        self.restocks = True  # whether it does what a cancellation asks for
        self._ids = count(1)

    # ------------------------------------------------------------ numbers

    def available(self, item: int) -> int:
        return self.history[item][-1].available

    def move(self, item: int, units: int) -> None:
        """Change what is for sale, and write a letter about it."""
        at = now()
        out = frozenset(d.owner for d in self.drafts.values() if item in d.hold or item in d.taken)
        changed = Snapshot(at, at.replace(microsecond=0), self.available(item) + units, out)
        self.history[item].append(changed)
        self.letters.append((item, changed))

    def seen(self, item: int, at: datetime) -> Snapshot:
        """What was true at a time."""
        return [snapshot for snapshot in self.history[item] if snapshot.at <= at][-1]

    def let_pass(self, by: timedelta) -> None:
        """Move everything into the past; holds whose end has come lapse."""
        self.history = {
            item: [earlier(each, by) for each in snapshots] for item, snapshots in self.history.items()
        }
        self.letters = [(item, earlier(each, by)) for item, each in self.letters]
        for draft in self.drafts.values():
            if draft.placed.hold_until is not None:
                draft.placed = replace(draft.placed, hold_until=draft.placed.hold_until - by)
                if draft.placed.hold_until <= now() + AHEAD:
                    self.end_hold(draft)

    def end_hold(self, draft: ModelDraft) -> None:
        held, draft.hold = draft.hold, {}
        draft.placed = replace(draft.placed, hold_until=None)
        for item, units in held.items():
            self.move(item, units)

    def of(self, order_id: UUID) -> ModelDraft | None:
        """The draft of an order, if one is there."""
        return next((draft for draft in self.drafts.values() if draft.owner == order_id), None)

    # ------------------------------------------------------------ what the bridge asks

    def inventory_levels(self, items: Sequence[int], location_id: int) -> Mapping[int, InventoryLevel]:
        at = now() - timedelta(seconds=self.lag)
        seen = {item: self.seen(item, at) for item in items}
        self.answered |= seen
        return {
            item: InventoryLevel(item, location_id, True, True, one.available, one.changed_at)
            for item, one in seen.items()
        }

    def create_draft(self, draft: Draft) -> PlacedDraft:
        lines = tuple(
            PlacedLine(
                next(self._ids), one.variant_id, one.sku, one.title, one.quantity, one.price, one.position
            )
            for one in draft.lines
        )
        number = next(self._ids)
        units: dict[int, int] = {}
        for line in lines:
            if line.variant_id is not None:  # Variants are numbered after their items.
                units[line.variant_id - 1] = units.get(line.variant_id - 1, 0) + line.quantity
        placed = PlacedDraft(
            number, f"#D{number}", "open", True, draft.currency, draft.total, draft.tags, draft.attributes,
            now(), now(), lines,
        )  # fmt: skip
        self.drafts[number] = ModelDraft(placed, self.owners[draft.token], units)
        return placed

    def draft(self, draft_id: int) -> PlacedDraft | None:
        draft = self.drafts.get(draft_id)
        return None if draft is None else draft.placed

    def hold_draft(self, draft_id: int, *, until: datetime) -> datetime:
        draft = self.drafts[draft_id]
        self.end_hold(draft)
        until -= SOONER
        draft.placed, draft.hold = replace(draft.placed, hold_until=until), dict(draft.units)
        for item, units in draft.hold.items():
            self.move(item, -units)
        return until

    def complete_draft(self, draft_id: int, *, payment_pending: bool) -> CompletedDraft:  # noqa: ARG002  the shop asks for it
        draft = self.drafts[draft_id]
        if draft.placed.order_id is None:
            there = self.inventory_levels([*draft.units], 0)
            short = [
                item for item, n in draft.units.items() if there[item].available + draft.hold.get(item, 0) < n
            ]
            assert not short, "the bridge completed a draft whose units are not there"
            self.order_of(draft)
        return CompletedDraft(draft_id, draft.placed.order_id, draft.placed.order_name)

    def order_of(self, draft: ModelDraft) -> None:
        """Make an order of a draft; staff may, whatever is there."""
        if draft.placed.order_id is None:
            number = next(self._ids)
            held, draft.hold, draft.taken = draft.hold, {}, dict(draft.units)
            draft.placed = replace(
                draft.placed, order_id=number, order_name=f"#{number}", status="completed", hold_until=None
            )
            for item, units in draft.taken.items():
                self.move(item, held.get(item, 0) - units)

    def delete_draft(self, draft_id: int) -> None:
        self.end_hold(self.drafts[draft_id])
        del self.drafts[draft_id]

    def find_orders(self, *, tag: str) -> Sequence[ShopOrder]:  # noqa: ARG002  the shop asks for it
        return []

    def order(self, order_id: int) -> ShopOrder | None:
        [draft] = [one for one in self.drafts.values() if one.placed.order_id == order_id]
        placed = draft.placed
        return ShopOrder(
            order_id, placed.order_name, now(), now(), draft.cancelled_at, None, "pending", placed.currency,
            placed.total, placed.tags, placed.attributes, (),
        )  # fmt: skip

    def cancel_order(self, order_id: int, cancellation: Cancellation) -> None:
        [draft] = [one for one in self.drafts.values() if one.placed.order_id == order_id]
        draft.cancelled_at = now()
        if cancellation.restock and self.restocks:
            self.restock(draft)

    def restock(self, draft: ModelDraft) -> None:
        """Put what an order took back on the shelf."""
        taken, draft.taken = draft.taken, {}
        for item, units in taken.items():
            self.move(item, units)


def earlier(seen: Snapshot, by: timedelta) -> Snapshot:
    return seen._replace(at=seen.at - by, changed_at=seen.changed_at - by)


def now() -> datetime:
    return datetime.now(UTC)
