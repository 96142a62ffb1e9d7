"""The lives that were begun, and what somebody may choose to act on next."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from simulator.records import Order as ShopOrder
from tests.lifecycle.model import ENDED_BY_US, Life, Parcel
from tests.lifecycle.world import World


class Choices(RuleBasedStateMachine):
    """At most three numbers of two partners; superseded orders live on beside those that took their number.

    :cvar often: how often each may happen in one life; it would fill with what changes little, or takes long
    """

    often: ClassVar[Mapping[str, int]] = {
        "submits": 5,
        "decisions": 4,
        "rests": 1,
        "filings": 1,
        "expiries": 1,
    }

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        world.begin()
        self.lives: list[Life] = []
        self.left = Counter(self.often)

    def _draw(self, data: Any, choices: list[Any]) -> Any:
        return choices[data.draw(st.integers(0, len(choices) - 1))]

    def _any_life(self, data: Any) -> Life:
        return self._draw(data, self.lives)

    def _our_drafts(self, life: Life) -> list[Any]:
        return [draft for draft in self.world.drafts_of(life.id) if draft.id not in life.copies]

    def _our_orders(self, life: Life) -> list[ShopOrder]:
        return [order for order in self.world.orders_of(life.id) if order.draft_id not in life.copies]

    def _all_drafts(self) -> list[Any]:
        return [(life, draft) for life in self.lives for draft in self._our_drafts(life)]

    def _drafts_to_copy(self) -> list[Any]:
        """One copy per order is enough."""
        return [(life, draft) for life, draft in self._all_drafts() if not life.copies]

    def _drafts_to_complete(self) -> list[Any]:
        """Open ones that staff see alone: of two that are equal nobody can say which they would take.

        Not those that show after their orders have ended: to have these go on is for staff to decide.
        """
        rows = self.world.rows()
        return [
            (life, draft)
            for life in self.lives
            for drafts in [self._our_drafts(life)]
            for draft in drafts
            if len(drafts) == 1 and draft.status != "COMPLETED" and rows[life.id].status not in ENDED_BY_US
        ]

    def _completed_drafts(self) -> list[Any]:
        """Not those that staff had changed or canceled: without the draft nobody can say whose such an order is."""
        return [
            (life, draft)
            for life, draft in self._all_drafts()
            if draft.status == "COMPLETED" and draft.order.cancelled_at is None and life.difference() is None
        ]

    def _recorded_drafts(self) -> list[Any]:
        """Open ones whose ids the bridge knows, and all there are: of others it cannot tell what became of them."""
        rows = self.world.rows()
        return [
            (life, draft)
            for life, draft in self._drafts_to_complete()
            if rows[life.id].draft_id == draft.id and not self.world.late_drafts_of(life.id)
        ]

    def _open_copies(self) -> list[Any]:
        return [
            (life, draft)
            for life in self.lives
            for draft in self.world.drafts_of(life.id)
            if draft.id in life.copies and draft.status != "COMPLETED"
        ]

    def _living_orders(self) -> list[tuple[Life, ShopOrder]]:
        """Those that staff act on; one whose draft is gone they leave as it is until the bridge has found it."""
        return [
            (life, order)
            for life in self.lives
            for order in self._our_orders(life)
            if order.cancelled_at is None
            and (not life.draft_cleared or self.world.read(life.id).shopify_order_id == order.id)
        ]

    def _sent_lives(self) -> list[Life]:
        return [life for life in self.lives if life.sale is not None and life.sale.is_sent()]

    def _parts_to_ship(self) -> list[Any]:
        return [
            (life, order, position)
            for life, order in self._living_orders()
            for position in sorted(life.sale.ordered)
            if life.sale.waiting(position) > 0
        ]

    def _parcels(self) -> list[tuple[Life, Parcel]]:
        return [
            (life, parcel)
            for life, _ in self._living_orders()
            for parcel in life.sale.parcels
            if not parcel.void
        ]

    def _parcels_to_take_back(self) -> list[tuple[Life, Parcel]]:
        """Not after a return: which of its units are back, nobody can say."""
        return [(life, parcel) for life, parcel in self._parcels() if not any(life.sale.returned.values())]

    def _parts_to_refund(self) -> list[Any]:
        """A line's units while they wait, or those that were sent when none waits any more."""
        return [
            (life, order, position, waiting, sent)
            for life, order in self._living_orders()
            for position in sorted(life.sale.ordered)
            for waiting in [life.sale.waiting(position)]
            for sent in [life.sale.left(position) - waiting]
            if waiting > 0 or sent > 0
        ]

    def _parts_to_edit(self) -> list[Any]:
        """Not after a refund: an edit has no time, so nothing tells which of the two took the last unit."""
        return [part for part in self._parts_to_ship() if part[0].sale.refunded_at is None]

    def _orders_to_cancel(self) -> list[Any]:
        """Shopify does not cancel what has living parcels; one that is closed is reopened first."""
        return [
            (life, order)
            for life, order in self._living_orders()
            if not any(parcel.status == "SUCCESS" for parcel in order.fulfillments)
        ]

    def _filed_orders(self) -> list[Any]:
        return [(life, order) for life, order in self._living_orders() if life.sale.closed_at is not None]

    def _orders_to_delete(self) -> list[Any]:
        """Of which nothing has shipped or ended: what else is deleted keeps its status, for staff."""
        return [
            (life, order)
            for life, order in self._orders_to_cancel()
            if life.intent is None and not life.sale.parcels and life.sale.status()[0] == "UNFULFILLED"
        ]
