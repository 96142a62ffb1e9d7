"""Lines of orders, and of orders that staff are editing, as the schema shows them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from simulator import order_money as money
from simulator.fulfillment_state import sent, unsent
from simulator.money import Bag, rounded
from simulator.order_edits import Edit, staged
from simulator.records import Order, OrderLine
from simulator.registry import Context, resolves


def _bag(line: Any, context: Context, amount: Decimal) -> Bag:
    return context.bag(amount, line.owner.currency)


LINE_MONEY: dict[str, Callable[[Any], Decimal]] = {
    "originalUnitPriceSet": lambda line: line.price,
    "originalTotalSet": lambda line: rounded(line.price * line.quantity, line.owner.currency),
    "discountedTotalSet": lambda line: money.line_total(line.owner, line),
    "discountedUnitPriceSet": lambda line: money.line_total(line.owner, line) / line.quantity,
    "discountedUnitPriceAfterAllDiscountsSet": (
        lambda line: money.line_total(line.owner, line) / line.quantity
    ),
    "priceAfterAllDiscountsBeforeTaxesSet": lambda line: money.line_total(line.owner, line),
    "totalDiscountSet": lambda line: line.discount,
    "unfulfilledOriginalTotalSet": lambda line: line.price * unsent(line.owner, line),
    "unfulfilledDiscountedTotalSet": (
        lambda line: money.line_total(line.owner, line, unsent(line.owner, line))
    ),
}


def _register_line(name: str, read: Callable[[Any], Decimal]) -> None:
    @resolves("LineItem", name)
    def amount(line: OrderLine, context: Context, **_: Any) -> Bag:
        return _bag(line, context, read(line))


for _name, _line_read in LINE_MONEY.items():
    _register_line(_name, _line_read)


@resolves("LineItem", "name")
def line_name(line: OrderLine, _context: Context) -> str:
    return f"{line.title} - {line.variant_title}" if line.variant_title else line.title


@resolves("LineItem", "fulfillableQuantity", "unfulfilledQuantity")
def fulfillable_quantity(line: Any, _context: Context) -> int:
    return unsent(line.owner, line)


@resolves("LineItem", "nonFulfillableQuantity")
def non_fulfillable_quantity(line: Any, _context: Context) -> int:
    return int(line.quantity - unsent(line.owner, line))


@resolves("LineItem", "refundableQuantity")
def refundable_quantity(line: OrderLine, _context: Context) -> int:
    return line.current_quantity


@resolves("LineItem", "fulfillmentStatus")
def line_status(line: Any, _context: Context) -> str:
    if not sent(line.owner, line):
        return "unfulfilled"
    return "partial" if unsent(line.owner, line) else "fulfilled"


@resolves("LineItem", "restockable", "canRestock", "merchantEditable")
def line_yes(line: OrderLine, _context: Context) -> bool:
    return line.level is not None


# -- edits


@resolves("CalculatedOrder", "originalOrder")
def original_order(edit: Edit, _context: Context) -> Order:
    return edit.order


@resolves("CalculatedOrder", "lineItems")
def staged_lines(edit: Edit, _context: Context, **_: Any) -> Any:
    shown = [staged(edit, line) for line in (*edit.order.lines, *edit.added)]
    return {"nodes": shown, "edges": [{"node": one, "cursor": one["id"]} for one in shown]}


@resolves("CalculatedOrder", "addedLineItems")
def added_lines(edit: Edit, _context: Context, **_: Any) -> Any:
    shown = [staged(edit, line) for line in edit.added]
    return {"nodes": shown, "edges": [{"node": one, "cursor": one["id"]} for one in shown]}


@resolves("CalculatedLineItem", "originalUnitPriceSet", "discountedUnitPriceSet")
def staged_price(shown: dict[str, Any], context: Context) -> Bag:
    return context.bag(shown["record"].price, shown["edit"].currency)


@resolves("CalculatedLineItem", "variant")
def staged_variant(shown: dict[str, Any], context: Context) -> Any:
    line = shown["record"]
    return context.store.get("ProductVariant", line.variant_id) if line.variant_id else None
