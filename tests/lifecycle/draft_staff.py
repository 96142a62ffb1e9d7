"""What staff do to drafts in the shop, without telling the bridge."""

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from tests.lifecycle import floor
from tests.lifecycle.laws import Laws


class DraftStaff(Laws):
    """Drafts completed, edited, made dearer, deleted, copied."""

    @precondition(lambda self: self._drafts_to_complete())
    @rule(data=st.data())
    def staff_complete_the_draft(self, data) -> None:
        life, draft = self._draw(data, self._drafts_to_complete())
        floor.complete_draft(self.world, draft.id)
        life.completed_by_staff = True

    @precondition(lambda self: self._recorded_drafts())
    @rule(data=st.data())
    def staff_edit_the_draft(self, data) -> None:
        life, draft = self._draw(data, self._recorded_drafts())
        position = data.draw(st.sampled_from(sorted(life.cart.ours)))
        floor.take_one_more(self.world, draft.id, position)
        before = life.draft_edited or life.cart.ours
        life.draft_edited = {**before, position: before[position] + 1}

    @precondition(lambda self: self._recorded_drafts())
    @rule(data=st.data())
    def staff_change_what_the_draft_comes_to(self, data) -> None:
        life, draft = self._draw(data, self._recorded_drafts())
        floor.send_by_express(self.world, draft.id)
        life.draft_repriced = True

    @precondition(lambda self: self._recorded_drafts())
    @rule(data=st.data())
    def staff_delete_the_draft(self, data) -> None:
        life, draft = self._draw(data, self._recorded_drafts())
        floor.delete_draft(self.world, draft.id)
        life.draft_deleted = True

    @precondition(lambda self: self._completed_drafts())
    @rule(data=st.data())
    def staff_delete_a_completed_draft(self, data) -> None:
        """The order that it has become lives on."""
        life, draft = self._draw(data, self._completed_drafts())
        floor.delete_draft(self.world, draft.id)
        life.draft_cleared = True

    @precondition(lambda self: self._drafts_to_copy())
    @rule(data=st.data())
    def staff_duplicate_a_draft(self, data) -> None:
        life, draft = self._draw(data, self._drafts_to_copy())
        life.copies.add(floor.duplicate_draft(self.world, draft.id))

    @precondition(lambda self: self._open_copies())
    @rule(data=st.data())
    def staff_complete_a_copy(self, data) -> None:
        life, draft = self._draw(data, self._open_copies())
        floor.complete_draft(self.world, draft.id)
        life.copied_orders.add(draft.order.id)
