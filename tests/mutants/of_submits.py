"""Guarantees of the partner's door and of stock."""

from tests.mutants.mutant import Edit, Mutant

_CLAIM = "bridge/services/claim_cart.py"
_SUBMITS = "tests/api/test_submit.py::"
_RACES = "tests/concurrency/test_submit_races.py::"
_FIRST_SCHEMA = "bridge/migrations/versions/0001_first_schema.py"

MUTANTS = (
    Mutant(
        "number claim",
        "the unique index over (partner, number): whether the number is taken is looked up, then it is inserted",
        (
            Edit(
                _FIRST_SCHEMA,
                '        unique=True,\n        postgresql_where=sa.text("superseded_by IS NULL"),',
                '        unique=False,\n        postgresql_where=sa.text("superseded_by IS NULL"),',
            ),
            Edit(
                _CLAIM,
                "ON CONFLICT (partner_id, partner_order_id) WHERE superseded_by IS NULL DO NOTHING;",
                "AND NOT EXISTS (SELECT FROM orders WHERE partner_id = %(partner_id)s::uuid"
                " AND partner_order_id = %(partner_order_id)s AND superseded_by IS NULL);",
            ),
        ),
        (_RACES + "test_fifty_keys_for_one_number_are_one_order",),
    ),
    Mutant(
        "key claim",
        "whoever comes later takes a key over as if it had expired",
        (Edit(_CLAIM, "WHERE k.expires_at <= now();", "WHERE true;"),),
        (_SUBMITS + "test_a_204_is_remembered_under_its_key_even_when_stock_came_back",),
    ),
    Mutant(
        "key digest",
        "a key answers whatever cart comes with it",
        (
            Edit(
                "bridge/services/submit_cart.py",
                "    if key.fingerprint != fingerprint:",
                "    if False:",
            ),
        ),
        (_SUBMITS + "test_the_same_key_with_another_payload_is_a_conflict",),
    ),
    Mutant(
        "expired key",
        "a key is valid for ever",
        (Edit(_CLAIM, "WHERE k.expires_at <= now();", "WHERE false;"),),
        (_SUBMITS + "test_an_expired_key_is_as_good_as_new",),
    ),
    Mutant(
        "replayed bytes",
        "a replay is rendered anew instead of repeating the stored bytes",
        (
            Edit(
                "bridge/services/write_cart.py",
                "SET status = %(answer_status)s, body = %(body)s,",
                "SET status = %(answer_status)s, body = %(body)s || ' '::bytea,",
            ),
        ),
        (_SUBMITS + "test_the_same_key_and_cart_answer_the_same_bytes_for_ever",),
    ),
    Mutant(
        "claims before stock",
        "stock decides before it is looked whether the number has an order already",
        (
            Edit(
                "bridge/services/submit_cart.py",
                "        if holder.cart_digest == fingerprint:\n",
                "        from bridge.services.check_cart import check_cart\n"
                "        early = check_cart(session, partner_id=submitter.partner_id, cart=cart,"
                " stale_after=stale_after, shop_buffer=0)\n"
                "        if not early.has_supplier_items:\n"
                "            return writer.answer_nothing(early)\n"
                "        if holder.cart_digest == fingerprint:\n",
            ),
        ),
        (_RACES + "test_a_twin_of_the_order_that_got_the_last_unit_is_never_told_204",),
    ),
    Mutant(
        "number and cart",
        "the same number with another cart is answered with the order that is there",
        (
            Edit(
                "bridge/services/submit_cart.py",
                "        if holder.cart_digest == fingerprint:",
                "        if True:",
            ),
        ),
        (_SUBMITS + "test_the_same_number_with_another_cart_names_what_differs_and_burns_no_key",),
    ),
    Mutant(
        "stock guard",
        "more may be promised than there is",
        (Edit("bridge/domain/stock.py", "left is None or left >= demand", "left is None or left >= 0"),),
        ("tests/domain/test_stock.py", _SUBMITS + "test_reserved_units_are_not_sold_again"),
    ),
    Mutant(
        "stock lock",
        "stock is read without locking its rows",
        (
            Edit(
                _CLAIM,
                "    ORDER BY inventory_item_id, location_id\n    FOR UPDATE) AS locked;",
                "    ORDER BY inventory_item_id, location_id) AS locked;",
            ),
        ),
        (_RACES + "test_the_last_unit_is_sold_once",),
    ),
    Mutant(
        "lock order",
        "submits lock the rows of their items in any order",
        (
            Edit(
                _CLAIM,
                "    ORDER BY inventory_item_id, location_id\n    FOR UPDATE) AS locked;",
                "    ORDER BY random()\n    FOR UPDATE) AS locked;",
            ),
        ),
        (_RACES + "test_a_cart_that_waits_for_its_first_item_keeps_nobody_from_the_others",),
    ),
    Mutant(
        "unknown stock",
        "an item that was never observed counts as sold out",
        (
            Edit(
                "bridge/domain/sku_matching.py",
                '        skus = ", ".join(unknown.values())\n'
                '        raise StockUnknown(f"Stock not read from the shop yet: {skus}.", sorted(unknown))\n',
                "        wanted = {item: units for item, units in wanted.items() if item not in unknown}\n"
                "        listings = {k: v for k, v in listings.items() if v.inventory_item_id not in unknown}\n",
            ),
        ),
        (_SUBMITS + "test_an_item_that_was_never_observed_is_503_and_asked_for_and_nothing_is_kept",),
    ),
    Mutant(
        "hand-over window",
        "a read that began right after the commitment is believed to include it",
        (
            Edit(
                "bridge/services/reserve_stock.py",
                "SETTLING = timedelta(seconds=10)",
                "SETTLING = timedelta(seconds=0)",
            ),
        ),
        ("tests/inventory/test_reservations.py::test_a_read_hands_units_over_when_it_began_late_enough",),
    ),
    Mutant(
        "release",
        "what is rejected or canceled goes on holding its units",
        (
            Edit(
                "bridge/services/reserve_stock.py",
                '            .values(state="released", ended_at=now)',
                '            .values(state="held")',
            ),
        ),
        (
            "tests/inventory/test_reservations.py::"
            "test_what_an_order_held_is_given_back_when_it_will_not_be_delivered",
        ),
    ),
    Mutant(
        "newer level",
        "an older stock level takes the place of a newer one",
        (
            Edit(
                "bridge/domain/observations.py",
                "    if new.changed_at < held.changed_at:\n        return Verdict.KEEP\n",
                "    if new.changed_at < held.changed_at:\n        return Verdict.STORE\n",
            ),
        ),
        ("tests/inventory/test_webhooks_about_stock.py::test_an_older_level_is_ignored",),
    ),
    Mutant(
        "scope of one order",
        "any partner may read any order by our id",
        (
            Edit(
                "bridge/services/order_queries.py",
                "if theirs is not None and theirs.partner_id == partner_id:",
                "if theirs is not None:",
            ),
        ),
        ("tests/api/test_orders.py::test_another_partners_order_is_403_by_our_id_and_404_by_its_number",),
    ),
    Mutant(
        "scope of the list",
        "the list has the orders of all partners",
        (
            Edit(
                "bridge/services/order_queries.py",
                "select(Order, _has_shipped()).where(Order.partner_id == partner_id)",
                "select(Order, _has_shipped())",
            ),
        ),
        ("tests/api/test_orders.py::test_the_list_is_the_partners_own_newest_first",),
    ),
    Mutant(
        "API secret",
        "the part of a key that may be shown opens the door",
        (
            Edit(
                "bridge/services/authenticate.py",
                "if not is_same(bytes(row[0]) if row else _NO_HASH, key_hash) or row is None:",
                "if row is None:",
            ),
        ),
        ("tests/api/test_door.py::test_the_right_id_with_another_secret_is_no_key",),
    ),
    Mutant(
        "ended API key",
        "a key goes on after it has expired",
        (
            Edit(
                "bridge/services/authenticate.py",
                "\n  AND (k.expires_at IS NULL OR k.expires_at > now())",
                "",
            ),
        ),
        ("tests/api/test_door.py::test_an_ended_key_and_a_closed_door_are_401_within_five_seconds",),
    ),
)
