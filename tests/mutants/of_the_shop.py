"""Guarantees of the way into Shopify and back."""

from tests.mutants.mutant import Edit, Mutant

_PUSH = "bridge/services/push_order.py"
_TURN = "bridge/services/order_turn.py"
_PUSHES = "tests/flows/test_push.py::"
_RACES = "tests/flows/test_races.py::"
_DUE = "tests/services/test_due_work.py::"

MUTANTS = (
    Mutant(
        "ask first",
        "after an unknown outcome the draft is sent again without looking for it",
        (
            Edit(
                _PUSH,
                "if unanswered and _settled(turn, shop, sale, unanswered):",
                "if False:",
            ),
        ),
        (_PUSHES + "test_an_unknown_outcome_is_looked_up_and_never_repeated_blindly",),
    ),
    Mutant(
        "grace period",
        "one look that finds nothing is believed at once",
        (
            Edit(
                _PUSH,
                "    if patience > 0:\n        with turn.entry() as entry:",
                "    if False:\n        with turn.entry() as entry:",
            ),
        ),
        (_PUSHES + "test_an_unknown_outcome_is_looked_up_and_never_repeated_blindly",),
    ),
    Mutant(
        "journal",
        "the attempt is written down after it was sent, not before",
        (
            Edit(
                _PUSH,
                "        entry.session.add(\n            PushAttempt(order_id=turn.order_id,",
                "        unwritten = (\n            PushAttempt(order_id=turn.order_id,",
            ),
            Edit(
                _PUSH,
                '    failpoints.hit("push.sent")\n    with turn.entry() as entry:\n',
                '    failpoints.hit("push.sent")\n    with turn.entry() as entry:\n'
                "        entry.session.add(unwritten)\n        entry.session.flush()\n",
            ),
        ),
        (_PUSHES + "test_a_worker_that_died_after_sending_leaves_a_draft_that_is_found",),
    ),
    Mutant(
        "attempt without an answer",
        "an attempt whose process died counts as never made",
        (
            Edit(
                "bridge/services/adopt_draft.py",
                "return attempt.outcome in (None, UNKNOWN)",
                "return attempt.outcome == UNKNOWN",
            ),
        ),
        (_PUSHES + "test_a_worker_that_died_after_sending_leaves_a_draft_that_is_found",),
    ),
    Mutant(
        "advisory lock",
        "every worker has a lock of its own, so that a frozen one can be overtaken",
        (
            Edit(
                _TURN,
                'with db.exclusive(f"order:{order_id}") as lock:',
                "with db.exclusive(f\"order:{order_id}:{id(timing)}:{__import__('os').getpid()}\") as lock:",
            ),
        ),
        (
            "tests/faults/test_a_crash_at_every_step.py::"
            "test_a_process_that_was_frozen_past_its_lease_loses_nothing_and_doubles_nothing[push.fenced]",
        ),
    ),
    Mutant(
        "fence for the lock",
        "nobody looks, right before sending, whether PostgreSQL still has the lock",
        (Edit(_TURN, "        if not self.lock.still_held():", "        if False:"),),
        (_RACES + "test_nothing_is_sent_when_postgresql_has_forgotten_the_lock",),
    ),
    Mutant(
        "fence for the lease",
        "a call is begun that the lease may not outlast",
        (
            Edit(
                _TURN,
                "        if left <= timedelta(seconds=self.timing.call_seconds + BUDGET_SECONDS):",
                "        if False:",
            ),
        ),
        (_RACES + "test_nothing_is_sent_when_the_lease_would_run_out_during_the_call",),
    ),
    Mutant(
        "lease",
        "claimed work stays due for everybody else",
        (
            Edit(
                "bridge/services/due_work.py",
                "work.leased_until = work.next_attempt_at = now + timedelta(seconds=lease_seconds)",
                "work.leased_until = now + timedelta(seconds=lease_seconds)",
            ),
        ),
        (_DUE + "test_work_is_claimed_by_one",),
    ),
    Mutant(
        "generation",
        "work that was asked for again while it ran is deleted with it",
        (
            Edit(
                "bridge/services/due_work.py",
                ".where(Work.id == claimed.work_id, Work.generation == claimed.generation)",
                ".where(Work.id == claimed.work_id)",
            ),
        ),
        (_DUE + "test_asking_while_it_runs_makes_it_run_again_and_not_at_the_same_time",),
    ),
    Mutant(
        "asked again while parking",
        "work that is given up, or waits, forgets that it was asked for again while it ran",
        (
            Edit(
                "bridge/services/due_work.py",
                "    if generation is None or generation == claimed.generation:",
                "    if True:",
            ),
        ),
        (
            "tests/services/test_work_asked_for_again.py::test_it_is_due_at_once",
            "tests/webhooks/test_staff_and_drafts.py::"
            "test_a_confirmation_that_accepts_what_was_changed_is_not_lost_on_one_that_does_not",
        ),
    ),
    Mutant(
        "second ring",
        "a ring that Redis lost is not repeated",
        (
            Edit(
                "bridge/services/due_work.py",
                "            Work.rung_at.is_(None) | (Work.rung_at <= now - RING_AGAIN),",
                "            Work.rung_at.is_(None),",
            ),
        ),
        (_DUE + "test_a_ring_is_repeated_only_after_a_while",),
    ),
    Mutant(
        "copies",
        "whatever carries our token is taken for ours",
        (
            Edit(
                "bridge/services/adopt_draft.py",
                "    return in_window and is_ours(draft_of(sale, attempt=attempt.number), placed)",
                "    return in_window",
            ),
        ),
        (_PUSHES + "test_a_copy_made_by_staff_is_neither_adopted_nor_touched",),
    ),
    Mutant(
        "draft total",
        "a draft with another total is completed",
        (
            Edit(
                "bridge/domain/draft_differences.py",
                "    elif placed.total != sent.total:",
                "    elif False:",
            ),
        ),
        ("tests/flows/test_confirm.py::test_a_price_that_staff_changed_is_seen_in_the_total",),
    ),
    Mutant(
        "stock at confirmation",
        "a draft is completed although its units are gone",
        (
            Edit(
                "bridge/services/confirm_order.py",
                "    return not covers(stock, units)",
                "    return False",
            ),
        ),
        ("tests/flows/test_confirm.py::test_stock_that_is_gone_waits_for_staff_who_may_override",),
    ),
    Mutant(
        "rejected meanwhile",
        "a draft is completed although its order was rejected while we looked",
        (
            Edit(
                "bridge/services/confirm_order.py",
                "            if _plan(entry) is None:  # Rejected while we looked.",
                "            if False:",
            ),
        ),
        (_RACES + "test_an_order_rejected_while_its_confirmation_looks_is_never_completed",),
    ),
    Mutant(
        "partner's price",
        "Shopify charges its own price",
        (
            Edit(
                "bridge/shopify/drafts.py",
                '            "priceOverride": money(line.price),\n',
                "",
            ),
        ),
        (_PUSHES + "test_a_mixed_cart_becomes_one_draft_at_the_customers_prices",),
    ),
    Mutant(
        "tax exemption",
        "Shopify adds its own tax to what the customer agreed to",
        (Edit("bridge/shopify/drafts.py", '        "taxExempt": True,', '        "taxExempt": False,'),),
        (_PUSHES + "test_the_shop_arrives_at_the_customers_total",),
    ),
    Mutant(
        "restock",
        "a canceled order's units do not go back on the shelf",
        (Edit("bridge/services/cancel_in_shop.py", "        restock=True,", "        restock=False,"),),
        ("tests/flows/test_close.py::test_canceling_a_confirmed_order_cancels_it_in_the_shop",),
    ),
    Mutant(
        "signature",
        "a webhook needs no signature",
        (Edit("bridge/shopify/signatures.py", "    return any(matches)", "    return True or matches"),),
        ("tests/webhooks/test_the_door.py::test_what_is_not_surely_shopifys_is_refused_and_not_kept",),
    ),
    Mutant(
        "webhook's id",
        "a webhook that comes again is applied again",
        (
            Edit(
                "bridge/services/receive_webhook.py",
                "            webhook_id=delivery.webhook_id,\n            event_id=",
                "            webhook_id=delivery.webhook_id + str(id(delivery)),\n            event_id=",
            ),
        ),
        ("tests/webhooks/test_the_door.py::test_a_repeated_delivery_is_kept_once_and_answered_the_same",),
    ),
    Mutant(
        "newer picture",
        "an older report of an order takes the place of a newer one",
        (
            Edit(
                "bridge/domain/order_facts.py",
                "    if held is not None and seen.updated_at < held.updated_at:\n        return held, None\n",
                "    if held is not None and seen.updated_at < held.updated_at:\n        return seen, None\n",
            ),
        ),
        ("tests/domain/test_shipments_in_any_order.py",),
    ),
    Mutant(
        "newer parcel",
        "an older report of a parcel takes the place of a newer one",
        (
            Edit(
                "bridge/domain/order_facts.py",
                "    if seen.updated_at > newest.updated_at:\n        newest = seen\n",
                "    if seen.updated_at != newest.updated_at:\n        newest = seen\n",
            ),
        ),
        ("tests/domain/test_shipments_in_any_order.py",),
    ),
    Mutant(
        "cancellation is a hint",
        "a webhook alone cancels an order",
        (
            Edit(
                "bridge/domain/order_facts.py",
                "    if not by_read and seen.cancelled_at != (held.cancelled_at if held else None):",
                "    if False:",
            ),
        ),
        (
            "tests/webhooks/test_applying.py::"
            "test_a_cancellation_that_the_shop_does_not_confirm_changes_nothing",
        ),
    ),
    Mutant(
        "unusual moves",
        "a move that nobody may ask for leaves no mark on the timeline",
        (
            Edit(
                "bridge/services/move_order.py",
                "unusual=not is_usual(current, target)",
                "unusual=False",
            ),
        ),
        ("tests/webhooks/test_fulfillment.py::test_a_cancelled_parcel_takes_the_order_back",),
    ),
    Mutant(
        "poison",
        "work that ends every worker is tried for ever",
        (
            Edit(
                "bridge/services/poison.py",
                "    return work.deaths >= MAX_DEATHS or work.attempts >= MAX_ATTEMPTS",
                "    return False",
            ),
        ),
        (_DUE + "test_work_that_ends_every_worker_is_given_up_with_the_reason",),
    ),
)
