"""How a cart's amounts become a draft's, so that Shopify arrives at the customer's total to the last minor unit.

Shopify adds up lines and shipping and takes one order discount off, which cannot exceed the lines' subtotal nor
touch the shipping (decision 34). Partners may calculate their own way, so any valid totals have to come out exact.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bridge.domain.carts import Totals
from bridge.domain.shop_values import Draft, DraftLine

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Balance:
    """What goes onto a draft beside the cart's own lines. All amounts are at least 0.

    `tax` and `adjustment` become lines, `shipping` the shipping line, `discount` one amount off the order.
    """

    tax: Decimal
    shipping: Decimal
    adjustment: Decimal
    discount: Decimal

    def keeps(self, totals: Totals) -> bool:
        """Tell whether the draft shows the customer's own amounts."""
        return (self.tax, self.shipping, self.adjustment, self.discount) == (
            totals.tax,
            totals.shipping,
            ZERO,
            ZERO,
        )


def balance(lines_total: Decimal, totals: Totals) -> Balance:
    """Make up the difference between what the cart's parts add up to and its total.

    A difference up becomes one adjustment line. A difference down lowers the tax, then the shipping, and only
    what is left becomes a discount: Shopify takes that in the store's currency alone.

    :param lines_total: sum of price times quantity over the cart's lines
    """
    missing = totals.total - (lines_total + totals.tax + totals.shipping)
    if missing >= 0:
        return Balance(totals.tax, totals.shipping, adjustment=missing, discount=ZERO)
    excess = -missing
    off_tax = min(excess, totals.tax)
    off_shipping = min(excess - off_tax, totals.shipping)
    return Balance(
        tax=totals.tax - off_tax,
        shipping=totals.shipping - off_shipping,
        adjustment=ZERO,
        discount=excess - off_tax - off_shipping,
    )


def lines_total(lines: Iterable[DraftLine]) -> Decimal:
    """Return the sum of price times quantity."""
    return sum((line.price * line.quantity for line in lines), ZERO)


def total_in_shop(draft: Draft) -> Decimal:
    """Return the total Shopify will compute for a draft without taxes."""
    subtotal = lines_total(draft.lines)
    return subtotal - min(draft.discount, subtotal) + draft.shipping_price
