"""When two submissions are the same cart, and in which fields they differ when they are not.

Compared is the cart as it was understood, so neither the order of keys nor white space nor `1` against
`1.0` makes a difference; the country is compared as it was sent. The currency is not part of it: carts
name none.
"""

import hashlib
import json
import re
from decimal import Decimal

from bridge.domain.carts import Cart

KEY_HOURS = 24
# Which rules the digest was made by; another number is another digest, never a wrong match.
_VERSION = b"\x01"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def is_key(value: str) -> bool:
    """Tell whether `value` can be an idempotency key: 1 to 255 visible ASCII characters, opaque to us."""
    return _KEY.fullmatch(value) is not None


def digest(cart: Cart) -> bytes:
    """Return the fingerprint by which the same cart is recognized."""
    canonical = json.dumps(_fields(cart), sort_keys=True, separators=(",", ":"))
    return _VERSION + hashlib.sha256(canonical.encode()).digest()


def differing_fields(ours: Cart, theirs: Cart) -> tuple[str, ...]:
    """Name the fields in which two carts differ, by path, in the order of a cart.

    Carts with another number of lines differ in `items`; which line is missing cannot be known.
    """
    there, sent = _fields(ours), _fields(theirs)
    names = list(dict.fromkeys([*there, *sent]))
    if len(ours.items) != len(theirs.items):
        names = ["items"] + [name for name in names if not name.startswith("items.")]
        there["items"], sent["items"] = len(ours.items), len(theirs.items)
    return tuple(name for name in names if there.get(name) != sent.get(name))


def _fields(cart: Cart) -> dict[str, str | int | None]:
    """Return the cart's values by path; what was left out is None, which is as if it had not been sent."""
    fields: dict[str, str | int | None] = {"partner_order_id": cart.partner_order_id}
    for position, item in enumerate(cart.items):
        fields |= {
            f"items.{position}.sku": item.sku,
            f"items.{position}.title": item.title,
            f"items.{position}.price": _number(item.price),
            f"items.{position}.quantity": item.quantity,
            f"items.{position}.product_url": item.product_url,
        }
    return fields | _rest(cart)


def _rest(cart: Cart) -> dict[str, str | int | None]:
    return {
        "customer.name": cart.customer.name,
        "customer.phone": cart.customer.phone,
        "shipping.street": cart.shipping.street,
        "shipping.city": cart.shipping.city,
        "shipping.state": cart.shipping.state,
        "shipping.postal_code": cart.shipping.postal_code,
        "shipping.country": cart.shipping.country,
        "totals.subtotal": _number(cart.totals.subtotal),
        "totals.tax": _number(cart.totals.tax),
        "totals.shipping": _number(cart.totals.shipping),
        "totals.total": _number(cart.totals.total),
        "payment_status": cart.payment_status,
        "payment_method": cart.payment_method,
    }


def _number(amount: Decimal) -> str:
    return format(amount.normalize(), "f")
