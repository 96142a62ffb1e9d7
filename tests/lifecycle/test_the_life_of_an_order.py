"""Partner, staff, carrier and shop do what they may, in any order, with crashes and faults in between.

The steps are drawn by hypothesis and played against the real database, the real services and the real simulator.
After each of them what must always hold is looked at; at rest, every order is where the plain model says.
`pytest --hypothesis-profile=explore tests/lifecycle` draws new lives, more and longer ones.
"""

import hypothesis.strategies as st
from hypothesis.stateful import initialize

from tests.lifecycle.beginnings import OLD, YOUNG, Beginnings
from tests.lifecycle.carts import CARTS
from tests.lifecycle.draft_staff import DraftStaff
from tests.lifecycle.order_staff import OrderStaff
from tests.lifecycle.playing import patience, play, rounds
from tests.lifecycle.world import World


class WholeLives(Beginnings, DraftStaff, OrderStaff):
    """Everything that anybody may do."""

    @initialize(cart=st.sampled_from(CARTS), begun=st.sampled_from((*YOUNG, *OLD)))
    def a_life_begins(self, cart, begun) -> None:
        self._begin(cart, begun)


@rounds
@patience
def test_every_order_ends_where_the_plain_model_says(world: World, nth: int):
    play(WholeLives, world, nth)
