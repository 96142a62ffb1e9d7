"""Which permissions are missing, and what follows from that."""

import pytest

from bridge.domain.shop_access import NEEDED, USEFUL, lacking


def test_who_may_write_may_read():
    granted = {"write_products", "write_inventory", "read_locations"}
    wanted = {name: NEEDED[name] for name in ("read_products", "read_inventory", "read_locations")}

    assert lacking(wanted, granted) == []


@pytest.mark.parametrize("scope", NEEDED)
def test_each_needed_scope_is_missed_with_what_follows(scope):
    granted = set(NEEDED) - {scope}

    assert lacking(NEEDED, granted) == [f"{scope}: {NEEDED[scope]}"]


def test_who_may_only_read_may_not_write():
    assert lacking({"write_orders": "no"}, {"read_orders"}) == ["write_orders: no"]


def test_reading_all_orders_is_not_reading_orders():
    assert lacking(USEFUL, {"read_orders"})
