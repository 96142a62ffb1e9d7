"""The same cart is recognized however it was written; another one is told by the fields that differ."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bridge.domain.carts import Address, Cart, CartItem, Customer, Totals
from bridge.domain.idempotency import differing_fields, digest, is_key

CART = Cart(
    partner_order_id="ORDER-2024-001",
    currency="USD",
    items=(
        CartItem("JDTQ1834", "JafarShop Product", Decimal("29.99"), 2),
        CartItem("YOUR-SKU-123", "Your Product", Decimal("19.9"), 1, "https://yourstore.com/p"),
    ),
    customer=Customer("John Doe", "+1234567890"),
    shipping=Address("123 Main Street", "Amman", "11118", "JO", "JO", "Khalda"),
    totals=Totals(Decimal("79.88"), Decimal("6.40"), Decimal("5.00"), Decimal("91.28")),
    payment_status="paid",
)


def with_item(**changes) -> Cart:
    return replace(CART, items=(replace(CART.items[0], **changes), *CART.items[1:]))


@pytest.mark.parametrize(
    ("because", "other"),
    [
        ("trailing zeros are no amount", with_item(price=Decimal("29.9900"))),
        ("nor is the way it is written", replace(CART, totals=replace(CART.totals, shipping=Decimal("5")))),
        ("carts name no currency", replace(CART, currency="JOD")),
    ],
)
def test_the_same_cart_has_the_same_digest(because, other):
    assert digest(other) == digest(CART)
    assert differing_fields(CART, other) == ()


@pytest.mark.parametrize(
    ("fields", "other"),
    [
        (("items.0.price",), with_item(price=Decimal("29.98"))),
        (("items.0.quantity",), with_item(quantity=3)),
        (("items.0.product_url",), with_item(product_url="https://yourstore.com/x")),
        (("items",), replace(CART, items=CART.items[:1])),
        (("items.0.sku", "items.1.sku"), None),
        (("customer.phone",), replace(CART, customer=Customer("John Doe"))),
        (("shipping.country",), replace(CART, shipping=replace(CART.shipping, country="Jordan"))),
        (
            ("totals.total", "payment_method"),
            replace(CART, totals=replace(CART.totals, total=Decimal("91.29")), payment_method="COD"),
        ),
        (("partner_order_id",), replace(CART, partner_order_id="ORDER-2024-002")),
    ],
)
def test_another_cart_is_told_by_the_fields_that_differ(fields, other):
    if other is None:  # Two lines that changed places.
        first, second = CART.items
        other = replace(CART, items=(replace(first, sku=second.sku), replace(second, sku=first.sku)))

    assert digest(other) != digest(CART)
    assert differing_fields(CART, other) == fields


@pytest.mark.parametrize(
    ("because", "key", "valid"),
    [
        ("a UUID", "5f0c3a0e-6d7e-4b7c-9a57-0d2f8f0b0d11", True),
        ("what PHP's uniqid makes", "656f0a3be2d5b8.90283561", True),
        ("any visible character", '!"~', True),
        ("255 characters", "k" * 255, True),
        ("256 are too many", "k" * 256, False),
        ("nothing", "", False),
        ("a space cannot be seen", "a b", False),
        ("nor can a letter of another script be sent", "é", False),
        ("a line end", "a\n", False),
    ],
)
def test_a_key_is_1_to_255_visible_characters(because, key, valid):
    assert is_key(key) is valid
