"""Lines of drafts as the schema shows them, those of a mere calculation too."""

from decimal import Decimal
from typing import Any

from simulator.money import Bag, rounded
from simulator.records import DraftLine
from simulator.registry import Context, resolves
from simulator.resolvers.drafts import shown_discount, shown_taxes

LINE = ("DraftOrderLineItem", "CalculatedDraftOrderLineItem")


def _on_lines(*names: str) -> Any:
    def register(function: Any) -> Any:
        for kind in LINE:
            resolves(kind, *names)(function)
        return function

    return register


@_on_lines("custom")
def custom(line: DraftLine, _context: Context) -> bool:
    return line.variant_id is None


@_on_lines("name")
def name(line: DraftLine, _context: Context) -> str:
    return f"{line.title} - {line.variant_title}" if line.variant_title else line.title


@_on_lines("variant")
@resolves("LineItem", "variant")
@resolves("FulfillmentOrderLineItem", "variant")
def variant(line: Any, context: Context) -> Any:
    source = getattr(line, "line", line)
    return context.store.get("ProductVariant", source.variant_id) if source.variant_id else None


@_on_lines("product")
@resolves("LineItem", "product")
def product(line: Any, context: Context) -> Any:
    return context.store.get("Product", line.product_id) if line.product_id else None


def _bag(line: Any, context: Context, amount: Decimal) -> Bag:
    return context.bag(amount, line.owner.currency)


def _own_discount(line: DraftLine) -> Decimal:
    return line.applied_discount.amount if line.applied_discount else Decimal(0)


def _gross(line: Any) -> Decimal:
    return rounded(line.price * line.quantity, line.owner.currency)


@_on_lines("originalUnitPriceSet", "originalUnitPriceWithCurrency")
def unit_price(line: DraftLine, context: Context) -> Bag:
    return _bag(line, context, line.price)


@_on_lines("priceOverride")
def price_override(line: DraftLine, _context: Context) -> Any:
    if line.price_override is None:
        return None
    return {"amount": line.price_override, "currencyCode": line.owner.currency}


@_on_lines("originalTotalSet", "originalTotal")
def original_total(line: DraftLine, context: Context) -> Bag:
    return _bag(line, context, _gross(line))


@_on_lines("discountedTotalSet", "discountedTotal")
def discounted_total(line: DraftLine, context: Context) -> Bag:
    return _bag(line, context, _gross(line) - _own_discount(line))


@_on_lines("approximateDiscountedUnitPriceSet", "discountedUnitPriceSet", "discountedUnitPrice")
def discounted_unit(line: DraftLine, context: Context) -> Bag:
    return _bag(line, context, (_gross(line) - _own_discount(line)) / line.quantity)


@_on_lines("totalDiscountSet", "totalDiscount")
def total_discount(line: DraftLine, context: Context) -> Bag:
    return _bag(line, context, _own_discount(line))


@_on_lines("appliedDiscount")
def line_discount(line: DraftLine, context: Context) -> Any:
    return shown_discount(context, line.applied_discount, line.owner.currency)


@resolves("DraftOrderLineItem", "taxLines")
@resolves("LineItem", "taxLines")
def line_taxes(line: Any, context: Context, **_: Any) -> list[dict[str, Any]]:
    return shown_taxes(context, line.tax_lines, line.owner.currency)
