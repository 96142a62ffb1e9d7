"""Guarantees about which order of the shop is an order's own."""

from tests.mutants.mutant import Edit, Mutant

_LIVING = "bridge/services/living_orders.py"
_GONE = "tests/webhooks/test_drafts_that_are_gone.py::"

MUTANTS = (
    Mutant(
        "orders of copies",
        "an order that staff made from a copy is taken for the order's own",
        (
            Edit(
                _LIVING,
                "            (own if made_by[order.order_id] in ours else copies).append(order)",
                "            own.append(order)",
            ),
        ),
        (
            "tests/webhooks/test_another_order.py::"
            "test_one_made_from_a_copy_that_is_the_same_to_the_cent_is_not_taken",
        ),
    ),
    Mutant(
        "orders of gone drafts",
        "what a draft has become is not looked for when the draft is gone",
        (Edit(_LIVING, "    if not found or not attempts:\n", "    if True:\n        found = []\n"),),
        (
            _GONE + "test_with_both_webhooks_lost_it_is_found_by_comparing",
            _GONE + "test_it_is_canceled_when_the_order_is_rejected",
            _GONE + "test_one_whose_making_was_never_answered_is_not_made_again",
        ),
    ),
)
