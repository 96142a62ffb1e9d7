"""What is sold in a soak, and the carts of its two partners: functions of the seed and the cart's number."""

import random
from decimal import Decimal
from typing import Any

from tests.support.partner_api import cart

# SKU -> units at the beginning. What is hot runs out again and again; nobody but partners sells it.
HOT = {"HOT-1": 40, "HOT-2": 25, "HOT-3": 60, "LAST-1": 1}
COLD = {f"COLD-{n}": 100_000 for n in range(1, 7)}
# The shop's own customers buy this one too.
SHARED = {"SHARED-1": 400}
UNITS = HOT | COLD | SHARED
FIRST_VARIANT = 7_000
VARIANTS = {sku: FIRST_VARIANT + n for n, sku in enumerate(UNITS)}

PARTNERS = ("Alpha", "Beta")
# In no log, whatever happens.
CANARIES = ("+962790771177", "962790771177", "Canary Haddad", "13 Canary Street")


def catalog_csv() -> str:
    """Return the shop's catalog as the simulator reads it."""
    rows = [f"{sku},{VARIANTS[sku]},Title of {sku},{9 + n}.95,{units}" for n, (sku, units) in _numbered()]
    return "\n".join(["sku,shopify_variant_id,title,price,available", *rows]) + "\n"


def _numbered() -> list[tuple[int, tuple[str, int]]]:
    return list(enumerate(UNITS.items()))


def partner_of(number: int) -> str:
    """Return whose customer put the cart together."""
    return PARTNERS[number % len(PARTNERS)]


def order_number(seed: int, number: int) -> str:
    """Return the partner's own number of the order."""
    return f"SOAK-{seed}-{number}"


def key_of(seed: int, number: int, twin: int = 0) -> str:
    """Return the idempotency key of a submission; `twin` counts further ones of the same cart."""
    return f"key-{seed}-{number}-{twin}"


def cart_of(seed: int, number: int, *, altered: bool = False) -> dict[str, Any]:
    """Return the cart of a number: one to four lines, some of them hot, some of them not ours.

    One cart in ten has totals that do not add up, upwards or downwards.

    :param altered: one more unit of its first line, and the totals to match
    """
    draw = random.Random(f"cart {seed} {number}")
    items = [_line(draw) for _ in range(draw.randint(1, 4))]
    if draw.random() < 0.3:
        items.append(_item(f"OWN-{draw.randrange(100)}", Decimal(draw.randint(100, 9999)) / 100, 1))
    off = draw.choice([Decimal("-1.37"), Decimal("0.05"), Decimal(2)]) if draw.random() < 0.1 else Decimal(0)
    tax, shipping = Decimal(draw.randint(0, 900)) / 100, Decimal(draw.choice([0, 3, 5]))
    paid_by = draw.choice(["Credit Card", "Credit Card", "Cash On Delivery (COD)"])
    if altered:
        items[0]["quantity"] += 1
    subtotal = sum((Decimal(str(item["price"])) * item["quantity"] for item in items), Decimal(0))
    return cart(
        order_number(seed, number),
        items=items,
        customer={"name": "Canary Haddad", "phone": "+962790771177"},
        shipping={"street": "13 Canary Street", "city": "Amman", "postal_code": "11118", "country": "JO"},
        totals={
            "subtotal": float(subtotal),
            "tax": float(tax),
            "shipping": float(shipping),
            "total": float(subtotal + tax + shipping + off),
        },
        payment_method=paid_by,
    )


def _line(draw: random.Random) -> dict[str, Any]:
    sku = draw.choice([*HOT, *COLD, *SHARED])
    return _item(sku, Decimal(draw.randint(100, 9999)) / 100, draw.randint(1, 3) if sku in COLD else 1)


def _item(sku: str, price: Decimal, quantity: int) -> dict[str, Any]:
    return {"sku": sku, "title": f"Title of {sku}", "price": float(price), "quantity": quantity}
