"""Whether the customer has paid, and what about the payment staff should look at before confirming.

Marking an order paid stops the courier from collecting, so in doubt it is not paid (decision 22).
"""

import re
from collections.abc import Iterable

from bridge.domain.carts import CartItem

PAYMENT_CONTRADICTION = "payment_contradiction"
COLLECTS_PARTNER_LINES = "collects_partner_lines"

# "Cash On Delivery (COD)" and "Card On Delivery" as the guides list them, and what partners make of them.
_ON_DELIVERY = re.compile(r"\bon delivery\b|\bcod\b")


def is_paid(payment_status: str | None, payment_method: str | None) -> bool:
    """Tell whether the order is paid in Shopify's sense; everything else is payment pending."""
    return _says_paid(payment_status) and not collects_on_delivery(payment_method)


def collects_on_delivery(payment_method: str | None) -> bool:
    """Tell whether the courier collects the money, by cash or by card."""
    words = re.sub(r"[\s_-]+", " ", payment_method or "").casefold()
    return _ON_DELIVERY.search(words) is not None


def review_reasons(
    payment_status: str | None, payment_method: str | None, custom_items: Iterable[CartItem]
) -> tuple[str, ...]:
    """Say why a person should look at the payment; any reason keeps the order from confirming itself.

    :param custom_items: the lines that the partner ships itself; collecting their price on our delivery
        is collecting somebody else's money
    """
    if not collects_on_delivery(payment_method):
        return ()
    reasons = []
    if _says_paid(payment_status):
        reasons.append(PAYMENT_CONTRADICTION)
    if any(item.price > 0 for item in custom_items):
        reasons.append(COLLECTS_PARTNER_LINES)
    return tuple(reasons)


def _says_paid(payment_status: str | None) -> bool:
    return (payment_status or "").strip().casefold() == "paid"
