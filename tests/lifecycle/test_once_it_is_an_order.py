"""The life of an order from the moment at which it is one in the shop: fewer things happen, more often."""

from collections.abc import Mapping
from typing import ClassVar

import hypothesis.strategies as st
from hypothesis.stateful import initialize

from tests.lifecycle.beginnings import OLD, Beginnings
from tests.lifecycle.carts import CARTS
from tests.lifecycle.order_staff import OrderStaff
from tests.lifecycle.playing import patience, play, rounds
from tests.lifecycle.world import World


class OldLives(Beginnings, OrderStaff):
    """Staff and carriers at the order, decisions, and the elements."""

    often: ClassVar[Mapping[str, int]] = {
        "submits": 1,
        "decisions": 3,
        "rests": 1,
        "filings": 1,
        "expiries": 0,
    }

    @initialize(cart=st.sampled_from(CARTS), begun=st.sampled_from(OLD))
    def a_life_begins(self, cart, begun) -> None:
        self._begin(cart, begun)


@rounds
@patience
def test_every_order_in_the_shop_ends_where_the_plain_model_says(world: World, nth: int):
    play(OldLives, world, nth)
