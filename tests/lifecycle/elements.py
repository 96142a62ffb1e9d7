"""What nobody decides: work is done or dies, Shopify fails, mail is late, doubled or lost, time passes."""

import random
from datetime import timedelta

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from bridge import failpoints, jobs
from tests.lifecycle.laws import Laws

FAULTS = ("lost_reply", "lost_reply", "error_500", "internal_error", "refuse", "throttle", "stale_search")
# Where a worker may die of a piece of work.
_PLACES = {
    jobs.PUSH_ORDER: "push.",
    jobs.CONFIRM_ORDER: ("confirm.", "reserve."),
    jobs.CLOSE_ORDER: "close.",
    jobs.APPLY_WEBHOOK: "apply.",
}
PAUSES = (0, 0, 0, 0, 1, 61, 700, 90_000)
EXPIRY_HOURS = 24


class Elements(Laws):
    """Work, mail and time."""

    @rule(
        data=st.data(),
        seconds=st.sampled_from(PAUSES),
        what=st.sampled_from(
            ("all is done", "some is done", "Shopify fails", "a draft is late", "a worker dies")
        ),
        chance=st.randoms(use_true_random=False),
    )
    def time_passes_and_work_is_done(self, data, seconds, what, chance) -> None:
        if seconds:
            self.world.pass_time(seconds)
        if what == "all is done":
            self.world.work()
            return
        due = self.world.due()
        if not due:
            return
        piece = self._draw(data, due)
        if what == "Shopify fails":
            fault = data.draw(st.sampled_from(FAULTS))
            self.world.do_while_shopify_fails(piece, fault, times=data.draw(st.integers(1, 3)))
        elif what == "a draft is late":
            self.world.do_and_see_no_draft(piece)
        elif what == "a worker dies" and piece.job in _PLACES:
            places = [name for name in failpoints.NAMES if name.startswith(_PLACES[piece.job])]
            self.world.do_until(piece, data.draw(st.sampled_from(places)))
        else:
            self.world.do(piece)
        self.world.work(data.draw(st.integers(0, 3)), chance)

    @precondition(lambda self: self.world.late)
    @rule()
    def the_late_drafts_appear(self) -> None:
        self.world.show_late_drafts()

    @precondition(lambda self: self.left["expiries"])
    @rule(pause=st.sampled_from((61, 90_000)))
    def what_waited_too_long_expires(self, pause) -> None:
        """Decision 23, where a setting says so: whatever nobody has decided about is canceled."""
        self.left["expiries"] -= 1
        self.world.pass_time(pause)
        before = self.world.rows()
        expired = self.world.expire(within_hours=EXPIRY_HOURS)
        after = self.world.rows()
        for life in self.lives:
            row = before[life.id]
            waits = row.status == "INCOMPLETE_CAUTION" and not row.confirm_requested_at and not row.intent
            too_long = after[life.id].created_at <= expired - timedelta(hours=EXPIRY_HOURS)
            assert (after[life.id].intent == "cancel") == (row.intent == "cancel" or (waits and too_long))
            if waits and too_long:
                life.intend("cancel")

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
