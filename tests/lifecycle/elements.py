"""What nobody decides: work is done or dies, Shopify fails, mail is late, doubled or lost, time passes."""

import random

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from bridge import failpoints
from tests.lifecycle.laws import Laws

FAULTS = ("lost_reply", "error_500", "internal_error", "refuse", "throttle", "stale_search")
WORKER_PLACES = tuple(
    name
    for name in failpoints.NAMES
    if name.split(".")[0] in ("push", "confirm", "reserve", "apply", "close")
)
PAUSES = (1, 61, 700, 90_000)


class Elements(Laws):
    """Work, mail and time."""

    @precondition(lambda self: self.world.is_work_due())
    @rule(
        pieces=st.sampled_from((1, 2, 4, None)),
        chance=st.randoms(use_true_random=False),
        trouble=st.sampled_from((None, None, None, *FAULTS, *WORKER_PLACES)),
        times=st.integers(1, 3),
    )
    def work_is_done(self, pieces, chance, trouble, times) -> None:
        """Some of what is due or all of it, while Shopify fails, or until a worker dies, or undisturbed."""
        if trouble in FAULTS:
            self.world.simulator.fault(trouble, times=times)
        elif trouble is not None:
            failpoints.arm(f"{trouble}:raise")
        if pieces is None:
            self.world.work()
        else:
            self.world.work(pieces, chance)
        self.world.simulator.simulation.faults.clear()
        failpoints.arm("")

    @precondition(lambda self: self.world.has_mail())
    @rule(
        chance=st.randoms(use_true_random=False),
        what=st.sampled_from(("comes", "comes", "comes and comes again", "comes twice at once", "is lost")),
    )
    def some_mail(self, chance: random.Random, what) -> None:
        """Some of the letters, shuffled, whatever the order in which things happened."""
        self.world.collect()
        chosen = [letter for letter in self.world.mail if chance.random() < 0.6]
        if what != "comes and comes again":
            self.world.mail = [letter for letter in self.world.mail if letter not in chosen]
        chance.shuffle(chosen)
        if what == "comes twice at once":  # The bridge died before it could say that it has the first one.
            failpoints.arm("receive.inserted:raise")
        if what != "is lost":
            self.world.hand_over(chosen)
        failpoints.arm("")

    @rule(seconds=st.sampled_from(PAUSES))
    def time_passes(self, seconds) -> None:
        self.world.pass_time(seconds)
