"""The carts of the drawn lives, and who sends them."""

from typing import Any

from tests.lifecycle.model import Cart
from tests.lifecycle.world import BOARD, COFFEE
from tests.support.partner_api import cart

GIFT = "YOURS-1"
# Who sells under which number. Umniah's orders confirm themselves.
NUMBERS = (("Zain", "Z-1"), ("Zain", "Z-2"), ("Umniah", "Z-1"))
KEYS = (None, "key-1", "key-2")
_PRICES = {COFFEE: 29.99, BOARD: 49.99, GIFT: 5}


def _cart(name: str, lines: dict[str, int], *, tax: float, shipping: float, **more: Any) -> Cart:
    ours = {position: sku for position, sku in enumerate(lines) if sku != GIFT}
    subtotal = round(sum(_PRICES[sku] * units for sku, units in lines.items()), 2)
    items = [
        {"sku": sku, "title": sku, "price": _PRICES[sku], "quantity": units} for sku, units in lines.items()
    ]
    totals = {
        "subtotal": subtotal,
        "tax": tax,
        "shipping": shipping,
        "total": round(subtotal + tax + shipping, 2),
    }
    return Cart(
        name=name,
        ours={position: lines[sku] for position, sku in ours.items()},
        skus=ours,
        body=cart(items=items, totals=totals, **more),
    )


CARTS = (
    _cart("coffee and a gift of the partner's", {COFFEE: 2, GIFT: 1}, tax=4.8, shipping=5),
    _cart(
        "coffee, paid at the door", {COFFEE: 3}, tax=0, shipping=0,
        payment_status="pending", payment_method="Cash On Delivery (COD)",
    ),
    _cart("a gift, coffee and boards", {GIFT: 1, COFFEE: 1, BOARD: 2}, tax=0, shipping=5),
)  # fmt: skip
NOTHING_OF_OURS = _cart("a gift of the partner's", {GIFT: 2}, tax=0, shipping=0)
