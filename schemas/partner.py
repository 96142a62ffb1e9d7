"""Contract 1's cart: from strict JSON to `domain.carts.Cart`, with every refusal under its field's path."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from bridge.domain import money
from bridge.domain.carts import Address, Cart, CartItem, Customer, Totals, totals_mismatch
from bridge.domain.errors import InvalidCart
from schemas.countries import country_code
from schemas.fields import Amount, Entries, Quantity, Text

MAX_ITEMS = 250
MAX_QUANTITY = 100_000
_NAMED_IN_DETAILS = 5
# How many decimals there may be depends on the partner's currency; everything else can be told beforehand.
_BOUNDS = {"minimum": 0, "maximum": int(money.MAX_AMOUNT)}


def _known_country(name: str) -> None:
    if country_code(name) is None:
        raise ValidationError("Must be an ISO 3166-1 alpha-2 code or a country's common English name.")


class _Part(Schema):
    class Meta:
        unknown = EXCLUDE  # Partners may send more than we read (decision 18).

    error_messages = {"type": "Must be an object."}  # noqa: RUF012  marshmallow reads it from the class


class CartItemSchema(_Part):
    """One line: what the customer bought, ours or the partner's own."""

    sku = Text(
        length=255,
        required=True,
        metadata={"description": "Compared exactly with the catalog.", "example": "JDTQ1834"},
    )
    title = Text(length=500, required=True, metadata={"example": "JafarShop Product"})
    price = Amount(
        required=True,
        metadata={**_BOUNDS, "description": "Per unit, in the partner's currency.", "example": 29.99},
    )
    quantity = Quantity(
        required=True, validate=validate.Range(min=1, max=MAX_QUANTITY), metadata={"example": 2}
    )
    product_url = Text(length=2048, metadata={"example": "https://yourstore.com/product/jdtq1834"})


class CustomerSchema(_Part):
    """Who receives the parcel."""

    name = Text(length=255, required=True, metadata={"example": "John Doe"})
    phone = Text(length=64, metadata={"example": "+1234567890"})


class ShippingSchema(_Part):
    """Where the parcel goes."""

    street = Text(length=500, required=True, metadata={"example": "123 Main Street"})
    city = Text(length=255, required=True, metadata={"example": "Amman"})
    state = Text(length=255, metadata={"example": "Khalda"})
    postal_code = Text(length=64, required=True, metadata={"example": "11118"})
    country = Text(
        length=100,
        required=True,
        checks=[_known_country],
        metadata={
            "description": "ISO 3166-1 alpha-2 in any case, or a country's common English name.",
            "example": "JO",
        },
    )


class TotalsSchema(_Part):
    """What the customer agreed to pay. They should add up, or follow from your own calculation method."""

    subtotal = Amount(required=True, metadata={**_BOUNDS, "example": 59.98})
    tax = Amount(required=True, metadata={**_BOUNDS, "example": 4.80})
    shipping = Amount(required=True, metadata={**_BOUNDS, "example": 5.00})
    total = Amount(required=True, metadata={**_BOUNDS, "example": 69.78})


class CartSchema(_Part):
    """A cart as the customer paid for it. Fields that are not listed are ignored."""

    partner_order_id = Text(
        length=255,
        required=True,
        metadata={"description": "Your own number; one order each.", "example": "ORDER-2024-001"},
    )
    items = Entries(fields.Nested(CartItemSchema), most=MAX_ITEMS, required=True)
    customer = fields.Nested(CustomerSchema, required=True)
    shipping = fields.Nested(ShippingSchema, required=True)
    totals = fields.Nested(TotalsSchema, required=True)
    payment_status = Text(length=100, metadata={"example": "paid"})
    payment_method = Text(length=255, metadata={"example": "Credit Card"})


def cart_from(loaded: Mapping[str, Any], *, currency: str, strict_totals: bool) -> Cart:
    """Make the cart of what `CartSchema` has read, in the partner's currency.

    :param strict_totals: refuse totals that do not add up instead of flagging them (decision 16)
    :raises InvalidCart: an amount that the currency does not have
    """
    lines, totals = loaded["items"], loaded["totals"]
    amounts = {f"items.{position}.price": line["price"] for position, line in enumerate(lines)}
    amounts |= {f"totals.{name}": amount for name, amount in totals.items()}
    problems = {
        path: [problem]
        for path, amount in amounts.items()
        if (problem := money.amount_problem(amount, currency))
    }
    if problems:
        raise invalid(problems)
    cart = _cart(loaded, currency)
    if strict_totals and totals_mismatch(cart):
        raise invalid({"totals": ["Must add up: lines to subtotal, subtotal + tax + shipping to total."]})
    return cart


def invalid(errors: Mapping[str, list[str]]) -> InvalidCart:
    """Return the refusal, with the first few fields named for people and all of them for programs."""
    named = [f"{path}: {' '.join(messages)}" for path, messages in errors.items()]
    rest = len(named) - _NAMED_IN_DETAILS
    sentences = [*named[:_NAMED_IN_DETAILS], *([f"and {rest} more"] if rest > 0 else [])]
    return InvalidCart("; ".join(sentences), errors)


def _cart(loaded: Mapping[str, Any], currency: str) -> Cart:
    def amount(value: Decimal) -> Decimal:
        return abs(money.quantize(value, currency))  # abs: JSON has a -0, money has none.

    shipping = loaded["shipping"]
    return Cart(
        partner_order_id=loaded["partner_order_id"],
        currency=currency,
        items=tuple(CartItem(**{**line, "price": amount(line["price"])}) for line in loaded["items"]),
        customer=Customer(**loaded["customer"]),
        shipping=Address(**shipping, country_code=country_code(shipping["country"]) or ""),
        totals=Totals(**{name: amount(value) for name, value in loaded["totals"].items()}),
        payment_status=loaded["payment_status"],
        payment_method=loaded["payment_method"],
    )
