"""What a cart is, in our own words: the shape every contract translates its order into."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class CartItem:
    """One line as the partner sent it: `price` per unit, `quantity` in whole units, at least 1."""

    sku: str
    title: str
    price: Decimal
    quantity: int
    product_url: str | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    name: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """`country` as it was sent, `country_code` as ISO 3166-1 alpha-2."""

    street: str
    city: str
    postal_code: str
    country: str
    country_code: str
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """The amounts the customer agreed to, in major units of the partner's currency."""

    subtotal: Decimal
    tax: Decimal
    shipping: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class Cart:
    """A whole submission. `currency` is the partner's setting; carts name none."""

    partner_order_id: str
    currency: str
    items: tuple[CartItem, ...]
    customer: Customer
    shipping: Address
    totals: Totals
    payment_status: str | None = None
    payment_method: str | None = None


def lines_total(cart: Cart) -> Decimal:
    """Return the sum of price times quantity over all lines."""
    return sum((item.price * item.quantity for item in cart.items), Decimal(0))


def totals_mismatch(cart: Cart) -> bool:
    """Tell whether the totals do not follow from the lines and from each other.

    Partners may calculate their own way, so this is a flag and not a refusal (decision 16).
    """
    totals = cart.totals
    return (
        lines_total(cart) != totals.subtotal or totals.subtotal + totals.tax + totals.shipping != totals.total
    )
