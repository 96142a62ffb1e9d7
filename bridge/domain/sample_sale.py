"""A small cart in any currency, to have a shop reckon with: nobody ordered it and nothing is made of it."""

from decimal import Decimal
from uuid import UUID

from bridge.domain.carts import Totals
from bridge.domain.draft_order import Sale
from bridge.domain.money import minor_digits
from bridge.domain.shop_values import DraftAddress, DraftLine


def sample_sale(currency: str, *, variant_id: int | None) -> Sale:
    """Return a sale whose every amount uses the last minor digit of `currency`, so that any rounding shows.

    :param variant_id: a line of ours; None leaves only a line of the partner's own
    :raises ValueError: no such currency
    """
    minor = Decimal(1).scaleb(-minor_digits(currency))
    ours, own, tax, shipping = (Decimal(amount) + minor for amount in (19, 7, 2, 3))
    lines = [DraftLine(position="1", title="Sample", sku=None, quantity=1, price=own)]
    if variant_id is not None:
        lines.append(
            DraftLine(position="0", title="Sample", sku=None, quantity=3, price=ours, variant_id=variant_id)
        )
    subtotal = sum((line.price * line.quantity for line in lines), Decimal(0))
    return Sale(
        order_id=UUID(int=0),
        partner="doctor",
        partner_order_id="doctor",
        currency=currency,
        lines=lines,
        totals=Totals(subtotal=subtotal, tax=tax, shipping=shipping, total=subtotal + tax + shipping),
        address=DraftAddress(
            first_name="Sample",
            last_name="Customer",
            address1="12 Rainbow Street",
            city="Amman",
            zip="11118",
            country_code="JO",
        ),
    )
