"""The exact draft order that Shopify is asked to make for an order of ours. Pure: the same order, the same draft."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from bridge.domain import references
from bridge.domain.carts import Totals
from bridge.domain.draft_money import Balance, balance, lines_total
from bridge.domain.errors import InvalidCart
from bridge.domain.money import quantize
from bridge.domain.shop_values import Draft, DraftAddress, DraftLine

# Shopify's limits. A text that is cut stands in the note in full as far as there is room.
MAX_LINES = 499
MAX_TITLE = 255
MAX_VALUE = 255
MAX_NOTE = 5000

TAX_TITLE = "Tax"
ADJUSTMENT_TITLE = "Adjustment"


@dataclass(frozen=True, slots=True)
class Sale:
    """What a draft is made of. `lines` are the cart's, in its order, each with the position it has there.

    `remarks` are sentences for the note, such as a phone number that Shopify would refuse.
    """

    order_id: UUID
    partner: str
    partner_order_id: str
    currency: str
    lines: Sequence[DraftLine]
    totals: Totals
    address: DraftAddress
    remarks: Sequence[str] = ()


def draft_of(sale: Sale, *, attempt: int) -> Draft:
    """Return the draft whose total in Shopify is the cart's, to the last minor unit.

    :param attempt: number of the attempt, at least 1; the only thing that differs between two drafts of one order
    :raises InvalidCart: more lines than a draft may have
    """
    money = balance(lines_total(sale.lines), sale.totals)
    lines = (*map(_fitting, sale.lines), *_balancing_lines(money))
    if len(lines) > MAX_LINES:
        raise InvalidCart(
            f"Shopify takes at most {MAX_LINES} lines", {"items": [f"Make at most {MAX_LINES} lines."]}
        )

    def exact(amount: Decimal) -> Decimal:
        return quantize(amount, sale.currency)

    return Draft(
        token=references.token_of(sale.order_id),
        currency=sale.currency,
        lines=tuple(replace(line, price=exact(line.price)) for line in lines),
        shipping_price=exact(money.shipping),
        discount=exact(money.discount),
        total=exact(sale.totals.total),
        note=_note(sale, money),
        po_number=_cut(sale.partner_order_id, MAX_VALUE),
        tags=(references.token_of(sale.order_id),),
        attributes={
            references.ORDER: str(sale.order_id),
            references.ATTEMPT: str(attempt),
            references.PARTNER: _cut(sale.partner, MAX_VALUE),
            references.PARTNER_ORDER_ID: _cut(sale.partner_order_id, MAX_VALUE),
        },
        address=sale.address,
    )


def _fitting(line: DraftLine) -> DraftLine:
    return replace(line, title=_cut(line.title, MAX_TITLE), sku=line.sku and _cut(line.sku, MAX_VALUE))


def _balancing_lines(money: Balance) -> list[DraftLine]:
    amounts = (
        (references.TAX, TAX_TITLE, money.tax),
        (references.ADJUSTMENT, ADJUSTMENT_TITLE, money.adjustment),
    )
    return [
        DraftLine(position=position, title=title, sku=None, quantity=1, price=amount)
        for position, title, amount in amounts
        if amount
    ]


def _note(sale: Sale, money: Balance) -> str:
    """Say whose order it is, and the customer's own amounts where the draft had to show others."""
    sentences = [f"{sale.partner} order {sale.partner_order_id}", *sale.remarks]
    if not money.keeps(sale.totals):
        names = ("subtotal", "tax", "shipping", "total")
        amounts = ", ".join(f"{n} {quantize(getattr(sale.totals, n), sale.currency)}" for n in names)
        sentences.append(f"Amounts as the customer agreed to them ({sale.currency}): {amounts}")
    sentences += [f"Line {line.position}: {line.title}" for line in sale.lines if len(line.title) > MAX_TITLE]
    return _cut("\n".join(sentences), MAX_NOTE)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
