"""What is collected on delivery is never marked paid."""

from decimal import Decimal

import pytest

from bridge.domain.carts import CartItem
from bridge.domain.payments import is_paid, review_reasons


def custom_item(price: str = "19.99") -> CartItem:
    return CartItem(sku="YOUR-SKU-123", title="Your Product", price=Decimal(price), quantity=1)


@pytest.mark.parametrize(
    ("because", "status", "method", "paid"),
    [
        ("it was paid by card", "paid", "Credit Card", True),
        ("upper case is the same word", "PAID", None, True),
        ("a wallet has collected already", " Paid ", "ZainCash", True),
        ("the guide's own example says both; the courier collects", "paid", "Cash On Delivery (COD)", False),
        ("a card at the door is collected too", "paid", "Card On Delivery", False),
        ("partners spell it their way", "paid", "cash_on_delivery", False),
        ("or short", "paid", "COD", False),
        ("nothing was said", None, None, False),
        ("it is pending", "pending", "Credit Card", False),
        ("half is not all", "partially_paid", "Credit Card", False),
        ("a word that only begins so", "paid", "Codashop voucher", True),
    ],
)
def test_paid_means_that_nobody_has_to_collect(because, status, method, paid):
    assert is_paid(status, method) is paid


@pytest.mark.parametrize(
    ("because", "status", "method", "custom", "reasons"),
    [
        ("all is said and ours", "pending", "Cash On Delivery (COD)", [], ()),
        ("paid and yet to be collected", "paid", "Card On Delivery", [], ("payment_contradiction",)),
        (
            "the courier would collect the partner's own lines",
            None,
            "Cash On Delivery (COD)",
            [custom_item()],
            ("collects_partner_lines",),
        ),
        ("a free gift collects nothing", None, "COD", [custom_item("0")], ()),
        (
            "both at once",
            "paid",
            "COD",
            [custom_item()],
            ("payment_contradiction", "collects_partner_lines"),
        ),
        ("paid by card, nothing is collected", "paid", "Credit Card", [custom_item()], ()),
    ],
)
def test_staff_look_at_payments_that_a_courier_could_get_wrong(because, status, method, custom, reasons):
    assert review_reasons(status, method, custom) == reasons
