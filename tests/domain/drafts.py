"""Builders of sales and drafts; each shows only the value that matters."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from bridge.domain.carts import Totals
from bridge.domain.draft_order import Sale
from bridge.domain.shop import Draft, DraftAddress, DraftLine, PlacedDraft, PlacedLine

ORDER = UUID("8c3c2b52-6f2b-4c8a-9d8c-0d7a5d0d6b11")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
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
