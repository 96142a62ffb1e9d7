"""Guarantees of the stock ledger (ADR 0013)."""

from tests.mutants.mutant import Edit, Mutant

_RESERVE = "bridge/services/reserve_stock.py"
_RELEASED = """.where(Reservation.order_id == order.id, Reservation.state == "held")
            .values(state="released", ended_at=now)"""
_LEDGER = (
    "tests/ledger/test_state_machine.py::"
    "test_nothing_is_sold_twice_and_nothing_leaks_whatever_comes_in_whichever_order"
)
_INVENTORY = "tests/inventory/test_reservations.py::"

MUTANTS = (
    Mutant(
        "promised units",
        "what was promised to others is not subtracted from what there is",
        (
            Edit(
                "bridge/domain/stock.py",
                "- stock.reserved - stock.buffer",
                "- stock.buffer",
            ),
        ),
        (_LEDGER + "[submitted-0]",),
    ),
    Mutant(
        "units of a canceled order",
        "canceling frees units that the shop has taken, before a read shows that it put them back",
        (
            Edit(_RESERVE, "    if not in_shop:\n", "    if True:\n"),
            Edit(
                _RESERVE,
                _RELEASED,
                _RELEASED.replace('== "held"', '.in_(("held", "in_shopify"))'),
            ),
        ),
        (
            _LEDGER + "[canceled-0]",
            _INVENTORY + "test_units_the_shop_committed_are_free_only_when_it_says_so",
        ),
    ),
    Mutant(
        "letting go",
        "an order that is rejected or canceled goes on holding its units",
        (
            Edit(
                "bridge/services/close_order.py",
                "    reserve_stock.release(entry.session, order, entry.now)\n",
                "",
            ),
        ),
        (_LEDGER + "[rejected-0]",),
    ),
    Mutant(
        "commitment",
        "that the shop has taken an order's units is not noted, and they are subtracted twice for ever",
        (
            Edit(
                "bridge/services/record_shop_order.py",
                "        reserve_stock.commit(session, order, now)\n",
                "",
            ),
        ),
        (_LEDGER + "[ordered-0]",),
    ),
    Mutant(
        "hand-over by reads",
        "a webhook about stock hands units over, too",
        (
            Edit(
                "bridge/services/observe_stock.py",
                "    kept = keep_newer(session, {(inventory_item_id, location_id): seen})\n",
                "    kept = keep_newer(session, {(inventory_item_id, location_id): seen})\n"
                "    hand_over(session, sorted(kept.newer), began=now)\n",
            ),
        ),
        (
            _LEDGER + "[ordered before the workers went away-0]",
            _INVENTORY + "test_a_webhook_never_hands_units_over_so_they_are_subtracted_twice_for_a_while",
        ),
    ),
    Mutant(
        "newer read",
        "a read that began earlier takes the place of a later one",
        (
            Edit(
                "bridge/domain/observations.py",
                "return Verdict.STORE if new.seen_at > held.seen_at else Verdict.KEEP",
                "return Verdict.STORE",
            ),
        ),
        (_LEDGER + "[handed over-0]",),
    ),
    Mutant(
        "read for a commitment",
        "no read is asked for when the shop has taken units, and they wait for the sweep",
        (
            Edit(
                _RESERVE,
                "    _ask_for_reads(session, items, now)\n    # No hold",
                "    # No hold",
            ),
        ),
        (_LEDGER + "[ordered-0]",),
    ),
    Mutant(
        "renewed hold",
        "a hold that is renewed counts as seen, although it may have lapsed in between",
        (Edit(_RESERVE, "hold_until=until, hold_seen_at=None)", "hold_until=until)"),),
        (_LEDGER + "[held anew-2]",),
    ),
    Mutant(
        "end of a hold",
        "a hold is relied on until its very end",
        (
            Edit(
                "bridge/services/stock_terms.py",
                "HOLD_MARGIN = timedelta(minutes=10)",
                "HOLD_MARGIN = timedelta(minutes=0)",
            ),
        ),
        (_LEDGER + "[no longer held-2]",),
    ),
    Mutant(
        "asked end of a hold",
        "a hold is relied on until the end that was asked for, not the one that the shop answers",
        (
            Edit(
                "bridge/services/hold_stock.py",
                "                until = shop.hold_draft(plan.draft_id, "
                "until=plan.now + timedelta(hours=timing.hold_hours))\n",
                "                until = plan.now + timedelta(hours=timing.hold_hours)\n"
                "                shop.hold_draft(plan.draft_id, until=until)\n",
            ),
        ),
        (_LEDGER + "[with a draft-2]",),
    ),
    Mutant(
        "new holds",
        "what a draft has just begun to hold counts beside a number of the shop's that may be from before",
        (
            Edit(
                "bridge/services/confirm_order.py",
                "if plan.accept_changes or not _holds(plan, placed):",
                "if True:",
            ),
        ),
        (
            "tests/ledger/test_holds_just_set.py::test_units_that_are_gone_are_not_counted_as_held_and_as_there",
        ),
    ),
    Mutant(
        "levels before promises",
        "units are given back without locking their levels first, and a read that is stored deadlocks with that",
        (
            Edit(
                _RESERVE,
                "is not None\n    _lock_levels(session, order)\n",
                "is not None\n",
            ),
        ),
        (_INVENTORY + "test_who_changes_promises_waits_for_the_levels_and_keeps_nobody_from_anything",),
    ),
)
