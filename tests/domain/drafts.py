"""Builders of sales and drafts; each shows only the value that matters."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from hypothesis import strategies as st

from bridge.domain import money
from bridge.domain.carts import Totals
from bridge.domain.draft_money import lines_total
from bridge.domain.draft_order import Sale
from bridge.domain.shop_values import Draft, DraftAddress, DraftLine, PlacedDraft, PlacedLine

ORDER = UUID("8c3c2b52-6f2b-4c8a-9d8c-0d7a5d0d6b11")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
CURRENCIES = sorted(money._TWO_DIGITS | money._MINOR_DIGITS.keys())
ADDRESS = DraftAddress("John", "Doe", "123 Main Street", "New York", "10001", "US", province="NY")


def totals(subtotal="59.98", tax="4.80", shipping="5.00", total="69.78") -> Totals:
    return Totals(*map(Decimal, (subtotal, tax, shipping, total)))


def line(
    position="0", *, price="29.99", quantity=2, variant_id=11, title="Product Name", **more
) -> DraftLine:
    return DraftLine(
        position=position,
        title=title,
        sku=f"SKU-{position}",
        quantity=quantity,
        price=Decimal(price),
        variant_id=variant_id,
        **more,
    )


def sale(lines=(line(),), totals=totals(), currency="USD", **more) -> Sale:
    values = {"partner": "Store", "partner_order_id": "ORDER-1", "address": ADDRESS, **more}
    return Sale(order_id=ORDER, currency=currency, lines=lines, totals=totals, **values)


def placed(draft: Draft, **changes) -> PlacedDraft:
    """The draft as the shop holds it right after it was made."""
    made = PlacedDraft(
        draft_id=1,
        name="#D1",
        status="open",
        ready=True,
        currency=draft.currency,
        total=draft.total,
        tags=draft.tags,
        attributes=draft.attributes,
        created_at=NOON,
        updated_at=NOON,
        lines=tuple(
            PlacedLine(
                line_id=100 + number,
                variant_id=line.variant_id,
                sku=line.sku,
                title=line.title,
                quantity=line.quantity,
                price=line.price,
                position=line.position,
            )
            for number, line in enumerate(draft.lines)
        ),
    )
    return replace(made, **changes)


@st.composite
def sales(draw, currencies=CURRENCIES, variants=(None, 11)) -> Sale:
    """Any valid cart: totals that follow from the lines, nearly follow, or have nothing to do with them."""
    currency = draw(st.sampled_from(currencies))
    digits = money.minor_digits(currency)
    small = st.integers(0, 10**6)
    units = st.one_of(
        small, st.integers(0, 10 ** (12 + digits)), st.sampled_from([0, 1, 10 ** (12 + digits)])
    )
    amounts = units.map(lambda n: Decimal(n).scaleb(-digits))
    lines = tuple(
        line(
            str(position),
            price=draw(amounts),
            quantity=draw(st.one_of(st.integers(1, 5), st.integers(1, 100_000))),
            variant_id=draw(st.sampled_from(variants)),
        )
        for position in range(draw(st.integers(1, 6)))
    )
    subtotal, tax, shipping = (draw(amounts) for _ in range(3))
    minor = Decimal(1).scaleb(-digits)
    honest = lines_total(lines) + tax + shipping
    off_by_a_little = honest + minor * draw(st.integers(-300, 300))
    total = draw(st.sampled_from([honest, max(off_by_a_little, Decimal(0)), draw(amounts)]))
    return sale(lines, Totals(subtotal, tax, shipping, total), currency)
