"""Amounts as Shopify prints them, in the shop's currency and in the one the customer sees, one to
one.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

# ISO 4217 where it is not two; https://www.six-group.com/en/products-services/financial-information
DIGITS = {
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND",
         "VUV", "XAF", "XOF", "XPF"), 0,
    ),
}  # fmt: skip
ZERO = Decimal(0)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount to the minor unit of the currency, halves away from zero."""
    return amount.quantize(Decimal(1).scaleb(-DIGITS.get(currency, 2)), ROUND_HALF_UP)


def decimal_text(amount: Decimal) -> str:
    """As the `Decimal` scalar prints it: no trailing zeros, but at least one digit behind the
    point.
    """
    text = f"{amount:f}"
    if "." not in text:
        return f"{text}.0"
    text = text.rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def money_text(amount: Decimal, currency: str) -> str:
    """As the `Money` scalar and the webhooks print it: all digits of the currency."""
    return f"{rounded(amount, currency):f}"


@dataclass(frozen=True)
class Bag:
    """One amount as the customer sees it; the shop's own amount follows, one to one.

    `currency` is the presentment currency, `shop_currency` the store's.
    """

    amount: Decimal
    currency: str
    shop_currency: str

    @property
    def presentment(self) -> tuple[Decimal, str]:
        return rounded(self.amount, self.currency), self.currency

    @property
    def shop(self) -> tuple[Decimal, str]:
        return rounded(self.amount, self.shop_currency), self.shop_currency
