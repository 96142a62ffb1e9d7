"""What a draft or an order comes to: discounts, tax, totals. Pure arithmetic, in the presentment currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from simulator.money import ZERO, rounded
from simulator.records import Discount, Line, TaxLine

TAX_TITLE = "GST"


@dataclass(frozen=True)
class Totals:
    """All in the presentment currency. `subtotal` is after every discount and before shipping and tax."""

    lines: Decimal  # before any discount
    line_discounts: Decimal
    order_discount: Decimal
    subtotal: Decimal
    shipping: Decimal
    tax: Decimal

    @property
    def discounts(self) -> Decimal:
        return self.line_discounts + self.order_discount

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.shipping + self.tax


def discount_amount(discount: Discount | None, basis: Decimal, currency: str, shop_currency: str) -> Decimal:
    """What a discount takes off an amount; a fixed one is money of the shop's currency, and never more."""
    if discount is None:
        return ZERO
    if discount.value_type == "PERCENTAGE":
        return rounded(basis * discount.value / 100, currency)
    return min(rounded(rounded(discount.value, shop_currency), currency), basis)


def price(
    lines: Sequence[Line],
    *,
    own_discounts: Sequence[Discount | None],
    order_discount: Discount | None,
    shipping: Decimal,
    currency: str,
    shop_currency: str,
    tax_rate: Decimal,
) -> Totals:
    """Write discount and tax onto every line, and add up.

    :param own_discounts: one per line, same order; each one's `amount` is set, as is the order's
    :param tax_rate: 0 for whatever is tax exempt; taken from taxable lines, not from shipping
    """
    gross = [rounded(line.price * line.quantity, currency) for line in lines]
    own = [ZERO] * len(lines)
    for index, discount in enumerate(own_discounts):
        own[index] = discount_amount(discount, gross[index], currency, shop_currency)
        if discount is not None:
            discount.amount = own[index]
    net = [total - off for total, off in zip(gross, own, strict=True)]
    off_order = discount_amount(order_discount, sum(net, ZERO), currency, shop_currency)
    if order_discount is not None:
        order_discount.amount = off_order
    shares = split(off_order, net, currency)
    for line, off, share, total in zip(lines, own, shares, gross, strict=True):
        line.discount = off + share
        line.tax_lines = []
        if tax_rate and line.taxable:
            amount = rounded((total - line.discount) * tax_rate, currency)
            line.tax_lines = [TaxLine(TAX_TITLE, tax_rate, amount)]
    return Totals(
        lines=sum(gross, ZERO),
        line_discounts=sum(own, ZERO),
        order_discount=off_order,
        subtotal=sum(net, ZERO) - off_order,
        shipping=shipping,
        tax=sum((tax.price for line in lines for tax in line.tax_lines), ZERO),
    )


def split(amount: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """An amount divided in proportion, to the minor unit; the last line that weighs takes what is left."""
    whole = sum(weights, ZERO)
    if not amount or not whole:
        return [ZERO] * len(weights)
    shares = [rounded(amount * weight / whole, currency) for weight in weights]
    last = max(index for index, weight in enumerate(weights) if weight)
    shares[last] += amount - sum(shares, ZERO)
    return shares
