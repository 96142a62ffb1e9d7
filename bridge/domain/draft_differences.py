"""What the shop holds against what was sent: the differences staff have to see before anything is completed."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bridge.domain import references
from bridge.domain.money import quantize
from bridge.domain.shop_values import Draft, OrderLine, PlacedDraft, PlacedLine, ShopOrder

# Review reasons (Order.review_reasons).
LINES_DIFFER = "lines_differ"
AMOUNTS_DIFFER = "amounts_differ"


@dataclass(frozen=True, slots=True)
class Differences:
    """Sentences for staff, one per difference; empty where the shop holds what was sent."""

    lines: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.lines or self.amounts)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return the review reasons these differences are."""
        found = ((LINES_DIFFER, self.lines), (AMOUNTS_DIFFER, self.amounts))
        return tuple(reason for reason, sentences in found if sentences)

    def __str__(self) -> str:
        return "; ".join((*self.lines, *self.amounts))


def differences(sent: Draft, placed: PlacedDraft | ShopOrder) -> Differences:
    """Compare a draft or an order in the shop with the draft that was sent.

    Lines are matched by the position they carry, never by SKU, variant or order (decision 34c). Unit prices are
    not compared: what they come to is the total.
    """
    return Differences(tuple(_line_differences(sent, placed.lines)), tuple(_amount_differences(sent, placed)))


def is_ours(sent: Draft, placed: PlacedDraft | ShopOrder) -> bool:
    """Tell whether something in the shop that carries our token is what this attempt made (decision 46).

    A copy made by staff carries the token too, but not the tax exemption, shipping and discount, so its
    total gives it away.
    """
    named = (placed.attributes.get(references.ORDER), placed.attributes.get(references.ATTEMPT))
    expected = (sent.attributes[references.ORDER], sent.attributes[references.ATTEMPT])
    return named == expected and not differences(sent, placed)


def _line_differences(sent: Draft, placed: Iterable[PlacedLine | OrderLine]) -> Iterable[str]:
    expected = {line.position: line for line in sent.lines}
    found = Counter(line.position for line in placed)
    for line in placed:
        wanted = expected.get(line.position or "")
        if wanted is None:
            yield f"{line.quantity} x {line.title} was added"
        elif found[line.position] > 1:
            yield f"{wanted.title} is there more than once"
        elif line.variant_id != wanted.variant_id:
            yield f"{wanted.title} was replaced by {line.title}"
        elif line.quantity != wanted.quantity:
            yield f"{wanted.title}: {wanted.quantity} became {line.quantity}"
    for position, wanted in expected.items():
        if position not in found:
            yield f"{wanted.quantity} x {wanted.title} was removed"


def _amount_differences(sent: Draft, placed: PlacedDraft | ShopOrder) -> Iterable[str]:
    if placed.currency != sent.currency:
        yield f"the currency is {placed.currency}, not {sent.currency}"
    elif placed.total != sent.total:
        yield f"the total is {quantize(placed.total, sent.currency)}, not {sent.total} {sent.currency}"
