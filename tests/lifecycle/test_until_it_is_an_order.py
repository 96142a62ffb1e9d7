"""The life of an order up to the moment at which it is one in the shop: fewer things happen, more often."""

import hypothesis.strategies as st
from hypothesis.stateful import initialize

from tests.lifecycle.beginnings import YOUNG, Beginnings
from tests.lifecycle.carts import CARTS
from tests.lifecycle.draft_staff import DraftStaff
from tests.lifecycle.playing import patience, play, rounds
from tests.lifecycle.world import World


class YoungLives(Beginnings, DraftStaff):
    """Partners, staff at the drafts, and the elements."""

    @initialize(cart=st.sampled_from(CARTS), begun=st.sampled_from(YOUNG))
    def a_life_begins(self, cart, begun) -> None:
        self._begin(cart, begun)


@rounds
@patience
def test_every_young_order_ends_where_the_plain_model_says(world: World, nth: int):
    play(YoungLives, world, nth)
