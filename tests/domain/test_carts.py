from decimal import Decimal

import pytest

from bridge.domain.carts import Address, Cart, CartItem, Customer, Totals, lines_total, totals_mismatch


def cart(*, subtotal="59.98", tax="4.80", shipping="5.00", total="69.78"):
    return Cart(
        partner_order_id="ORDER-1",
        currency="USD",
        items=(CartItem(sku="JDTQ1834", title="Product", price=Decimal("29.99"), quantity=2),),
        customer=Customer(name="John Doe"),
        shipping=Address(street="1 Main", city="Amman", postal_code="11118", country="JO", country_code="JO"),
        totals=Totals(*(Decimal(amount) for amount in (subtotal, tax, shipping, total))),
    )


def test_the_guides_example_adds_up():
    assert lines_total(cart()) == Decimal("59.98")
    assert not totals_mismatch(cart())


@pytest.mark.parametrize(
    ("because", "change"),
    [
        ("the subtotal is not the lines", {"subtotal": "60.00", "total": "69.80"}),
        ("the total is not its parts", {"total": "69.79"}),
    ],
)
def test_totals_that_do_not_follow_are_noticed(because, change):
    assert totals_mismatch(cart(**change))
