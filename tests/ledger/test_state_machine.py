"""Whatever comes in whichever order: never more sold than there is, never a unit leaked (ADR 0013).

The bridge's own services run on a real database beside a plain model of the shop. After every step each promise that
lives is subtracted at least once, by the number the bridge holds or by the bridge, and nothing else is; in the end
exactly once.

Steps are drawn as a list, and from each stage of an order's life: Hypothesis' own state machines leave out half of
their rules in an example, and as few examples as fit into a normal run missed products that were broken on purpose.
`--hypothesis-profile=explore` draws many.
"""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bridge.db import Database
from tests.ledger.ledger import Ledger
from tests.ledger.world import THERE

Step = tuple[str, tuple[object, ...]]

which = st.integers(0, 1)
yes_or_no = st.booleans()
items = st.sampled_from(sorted(THERE))
carts = st.sampled_from([{"LAMP": 1, "CHAIR": 1}, {"LAMP-GIFT": 2, "LAMP": 1}, {"CHAIR": 3}])
# The oldest, which have been on their way from the beginning, or the newest.
news = st.sampled_from([0, 1, -1, -2])


def step(name: str, *arguments: st.SearchStrategy[object]) -> st.SearchStrategy[Step]:
    return st.tuples(st.just(name), st.tuples(*arguments))


# Orders whose units the shop takes, and puts back or does not.
COMMITMENTS = st.one_of(
    step("submit", carts, yes_or_no),
    step("confirm", which),
    step("reject_or_cancel", which, yes_or_no),
    step("storefront_sells_out", items),
    step("goods_arrive", items),
    step("staff_complete_the_draft", which),
    step("hear_of_order", which),
    step("staff_refund_and_restock", which),
    step("time_passes", st.sampled_from([4, 12, 400]), yes_or_no),
    step("webhook_arrives", news, yes_or_no),
    step("read_arrives", news, yes_or_no),
    step("everything_is_read"),
)
# Orders whose drafts hold units in the shop for a while: until the clock, staff or the order itself ends that.
HOLDS = st.one_of(
    step("confirm", which),
    step("reject_or_cancel", which, yes_or_no),
    step("storefront_sells_out", items),
    step("staff_take_the_hold_off", which),
    step("work"),
    step("time_passes", st.sampled_from([12, 5000, 5700]), yes_or_no),
    step("webhook_arrives", news, yes_or_no),
    step("everything_is_read"),
)
# By the hours that a draft holds its units: what may happen, and how far an order may have come before.
LEDGERS = {
    0: (
        COMMITMENTS,
        ("submitted", "with its units gone", "completed by staff", "ordered", "handed over", "rejected", "canceled",
         "ordered before the workers went away"),
    ),
    2: (
        HOLDS,
        ("with a draft", "held", "let go by staff", "no longer held", "known to be no longer held", "held anew"),
    ),
}  # fmt: skip
# Nothing is shrunk: to read five steps takes less time than to try hundreds of shorter lists.
STORIES = settings(
    max_examples=3 if settings().derandomize else settings().max_examples,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize(
    ("stage", "hold_hours"), [(stage, hours) for hours, (_, stages) in LEDGERS.items() for stage in stages]
)
def test_nothing_is_sold_twice_and_nothing_leaks_whatever_comes_in_whichever_order(
    db: Database, stage: str, hold_hours: int
):
    story_of(db, stage, hold_hours)()


def story_of(db: Database, stage: str, hold_hours: int) -> Callable[[], None]:
    """Return a test of what may happen to an order that has come to a stage, and to another one before it."""
    steps, stages = LEDGERS[hold_hours]

    @STORIES
    @given(
        before=st.sampled_from(stages),
        lag=st.sampled_from([0, 9]),
        steps=st.lists(steps, min_size=4, max_size=6),
    )
    def story(before: str, lag: int, steps: list[Step]) -> None:
        ledger = Ledger(db, hold_hours=hold_hours)
        ledger.begin((before, stage), lag)
        ledger.check()
        for name, arguments in steps:
            getattr(ledger, name)(*arguments)
            ledger.check()
        ledger.come_to_rest()

    return story
