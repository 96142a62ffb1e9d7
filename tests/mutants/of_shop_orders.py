"""Guarantees about which order of the shop is an order's own."""

from tests.mutants.mutant import Edit, Mutant

_LIVING = "bridge/services/living_orders.py"
_HEARD = "bridge/services/heard_orders.py"
_GONE = "tests/webhooks/test_drafts_that_are_gone.py::"
_WHILE = "tests/webhooks/test_completed_while_deleted.py::"
_RESTORED = "tests/reconcile/test_a_restored_database.py::"
_PAID = (
    "tests/webhooks/test_another_order.py::test_one_that_a_customer_paid_is_taken_over_without_a_confirmation"
)

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
    Mutant(
        "seconds of deleted drafts",
        "what staff made of a spare draft while it was being deleted is shown as a copy and lives on",
        (Edit(_HEARD, "set[int]() if own is None else", "set[int]() if True else"),),
        (
            _WHILE + "test_a_spare_of_a_confirmed_order_leaves_a_second_that_is_canceled",
            _WHILE + "test_one_whose_webhooks_were_lost_is_canceled_by_the_comparison",
        ),
    ),
    Mutant(
        "paid checkouts",
        "an order that a customer paid by a checkout of before is not looked at until somebody confirms",
        (Edit(_HEARD, "len(living) == len(living.own) == 1", "False"),),
        (_PAID,),
    ),
    Mutant(
        "heard by id",
        "an order that was heard of counts only when a search shows it",
        (Edit(_LIVING, " - {None, *found}", " - {attempt.shopify_order_id for attempt in attempts}"),),
        (_PAID,),
    ),
    Mutant(
        "draft left for an order",
        "the own draft of an order that was taken over is deleted only as it was sent",
        (
            Edit(
                "bridge/services/adopt_draft.py",
                "            attempt.outcome = SPARE\n",
                "            attempt.outcome = UNKNOWN\n",
            ),
        ),
        (_PAID,),
    ),
    Mutant(
        "late order of a rejected one",
        "a rejection is forgotten when a shop order appears that no search showed",
        (
            Edit(
                "bridge/services/store_facts.py",
                "        if order.intent is not None:  # It still holds",
                "        if False:  # It still holds",
            ),
        ),
        (_WHILE + "test_what_was_made_of_the_draft_of_a_rejected_order_is_canceled",),
    ),
    Mutant(
        "restored database",
        "a database that was put back believes what it says about attempts",
        (Edit("bridge/services/rebuild_journal.py", "order.created_at > restored:", "True:"),),
        (_RESTORED + "test_orders_that_were_pushed_after_the_backup_get_no_second_draft",),
    ),
    Mutant(
        "forgotten carts",
        "a cart that a restored database has forgotten and the shop has not is made again",
        (
            Edit(
                "bridge/services/push_order.py",
                "if restored is not None and not known and",
                "if False and",
            ),
        ),
        (_RESTORED + "test_a_cart_that_was_forgotten_and_is_sent_again_is_not_made_again",),
    ),
)
