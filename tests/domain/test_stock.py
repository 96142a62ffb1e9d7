"""What a partner is told of a SKU."""

import pytest

from bridge.domain.stock import Availability, Stock, availability


@pytest.mark.parametrize(
    ("because", "stock", "retired", "told"),
    [
        ("one is left", Stock(1, True, True, 3, reserved=2), False, Availability.IN_STOCK),
        ("the last was promised", Stock(1, True, True, 2, reserved=2), False, Availability.OUT_OF_STOCK),
        ("nobody counts them", Stock(1, True, False, None, reserved=2), False, Availability.IN_STOCK),
        ("the location has none", Stock(1, False, True, 9, reserved=0), False, Availability.OUT_OF_STOCK),
        ("never observed is not zero", None, False, Availability.UNKNOWN),
        ("retired, whatever there is", Stock(1, True, True, 9, reserved=0), True, Availability.RETIRED),
    ],
)
def test_a_sku_is_what_a_cart_with_one_unit_would_meet(because, stock, retired, told):
    assert availability(stock, is_retired=retired) is told
