"""Orders, their lines, payments, refunds and returns as the schema shows them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from simulator import order_money as money
from simulator.connections import connection
from simulator.fulfillment_state import sent, status, unsent
from simulator.money import Bag, rounded
from simulator.order_edits import Edit, staged
from simulator.records import Order, OrderLine, Refund, RefundLine, Return, ReturnLine, TaxLine, Transaction
from simulator.registry import Context, query, resolves
from simulator.resolvers.drafts import shown_shipping, shown_taxes
from simulator.resolvers.lists import counted, listed

SORT_KEYS: dict[str, Callable[[Order], Any]] = {
    "CREATED_AT": lambda order: order.created_at,
    "PROCESSED_AT": lambda order: order.processed_at,
    "UPDATED_AT": lambda order: order.updated_at,
    "ORDER_NUMBER": lambda order: order.number,
    "TOTAL_PRICE": money.total,
    "PO_NUMBER": lambda order: order.po_number or "",
}
MONEY: dict[str, Callable[[Order], Decimal]] = {
    "totalPriceSet": money.total,
    "originalTotalPriceSet": money.total,
    "currentTotalPriceSet": money.current_total,
    "subtotalPriceSet": money.subtotal,
    "currentSubtotalPriceSet": money.current_subtotal,
    "totalTaxSet": money.tax,
    "currentTotalTaxSet": money.current_tax,
    "totalShippingPriceSet": money.shipping,
    "currentShippingPriceSet": money.current_shipping,
    "totalDiscountsSet": money.discounts,
    "currentTotalDiscountsSet": money.current_discounts,
    "currentCartDiscountAmountSet": lambda order: order.discount.amount if order.discount else Decimal(0),
    "cartDiscountAmountSet": lambda order: order.discount.amount if order.discount else Decimal(0),
    "totalReceivedSet": money.received,
    "totalRefundedSet": money.refunded,
    "totalRefundedShippingSet": money.refunded_shipping,
    "netPaymentSet": lambda order: money.received(order) - money.refunded(order),
    "totalOutstandingSet": money.outstanding,
}


def _register(name: str, read: Callable[[Order], Decimal]) -> None:
    @resolves("Order", name)
    def amount(order: Order, context: Context) -> Bag:
        return context.bag(read(order), order.currency)


for _name, _read in MONEY.items():
    _register(_name, _read)


@query("order")
def order_by_id(context: Context, id: str) -> Any:  # noqa: A002 - GraphQL's name
    return context.find("Order", id)


@query("orders")
def orders(context: Context, **arguments: Any) -> Any:
    return listed(context, "Order", arguments, SORT_KEYS)


@query("ordersCount")
def orders_count(context: Context, **arguments: Any) -> Any:
    return counted(context, "Order", arguments)


@query("orderByIdentifier")
def order_by_identifier(context: Context, identifier: dict[str, Any]) -> Any:
    return context.find("Order", identifier["id"]) if identifier.get("id") else None


@query("refund")
def refund_by_id(context: Context, id: str) -> Any:  # noqa: A002 - GraphQL's name
    return context.find("Refund", id)


@query("return")
def return_by_id(context: Context, id: str) -> Any:  # noqa: A002 - GraphQL's name
    return context.find("Return", id)


# -- the order


@resolves("Order", "currencyCode")
def currency(_order: Order, context: Context) -> str:
    return context.store.settings.currency


@resolves("Order", "closed")
def closed(order: Order, _context: Context) -> bool:
    return order.closed_at is not None


@resolves("Order", "confirmed", "merchantEditable", "canNotifyCustomer")
def yes(_order: Order, _context: Context) -> bool:
    return True


@resolves("Order", "cancellation")
def cancellation(order: Order, _context: Context) -> Any:
    return {"staffNote": order.cancel_note} if order.cancelled_at else None


@resolves("Order", "displayFinancialStatus")
def financial_status(order: Order, _context: Context) -> str:
    return order.financial_status


@resolves("Order", "displayFulfillmentStatus")
def fulfillment_status(order: Order, _context: Context) -> str:
    return status(order)


@resolves("Order", "fullyPaid")
def fully_paid(order: Order, _context: Context) -> bool:
    return not money.outstanding(order)


@resolves("Order", "unpaid")
def unpaid(order: Order, _context: Context) -> bool:
    return not money.received(order)


@resolves("Order", "canMarkAsPaid")
def can_mark_as_paid(order: Order, _context: Context) -> bool:
    return order.financial_status in ("PENDING", "PARTIALLY_PAID") and not order.cancelled_at


@resolves("Order", "fulfillable")
def fulfillable(order: Order, _context: Context) -> bool:
    return any(unsent(order, line) for line in order.lines)


@resolves("Order", "requiresShipping")
def requires_shipping(order: Order, _context: Context) -> bool:
    return any(line.requires_shipping for line in order.lines)


@resolves("Order", "paymentGatewayNames")
def gateways(order: Order, _context: Context) -> list[str]:
    return sorted({transaction.gateway for transaction in order.transactions})


@resolves("Order", "transactions")
def transactions(order: Order, _context: Context, first: int | None = None, **_: Any) -> list[Transaction]:
    return order.transactions[:first]


@resolves("Order", "refunds")
def refunds(order: Order, _context: Context, first: int | None = None) -> list[Refund]:
    return order.refunds[:first]


@resolves("Order", "returns")
def returns(order: Order, _context: Context, **arguments: Any) -> Any:
    return connection(order.returns, arguments)


@resolves("Order", "returnStatus")
def return_status(order: Order, _context: Context) -> str:
    return "IN_PROGRESS" if order.returns else "NO_RETURN"


@resolves("Order", "fulfillments")
def fulfillments(order: Order, _context: Context, first: int | None = None, **_: Any) -> Any:
    return order.fulfillments[:first]


@resolves("Order", "fulfillmentsCount")
def fulfillments_count(order: Order, _context: Context) -> dict[str, Any]:
    return {"count": len(order.fulfillments), "precision": "EXACT"}


@resolves("Order", "fulfillmentOrders")
def fulfillment_orders(order: Order, _context: Context, **arguments: Any) -> Any:
    return connection(order.fulfillment_orders, arguments)


@resolves("Order", "lineItems")
def line_items(order: Order, _context: Context, **arguments: Any) -> Any:
    return connection(order.lines, arguments)


@resolves("Order", "nonFulfillableLineItems")
def non_fulfillable(order: Order, _context: Context, **arguments: Any) -> Any:
    return connection([line for line in order.lines if not unsent(order, line)], arguments)


@resolves("Order", "subtotalLineItemsQuantity")
def subtotal_quantity(order: Order, _context: Context) -> int:
    return sum(line.quantity for line in order.lines)


@resolves("Order", "currentSubtotalLineItemsQuantity")
def current_quantity(order: Order, _context: Context) -> int:
    return sum(line.current_quantity for line in order.lines)


@resolves("Order", "shippingLine")
def shipping_line(order: Order, context: Context) -> Any:
    return shown_shipping(context, order.shipping_line, order.currency)


@resolves("Order", "shippingLines")
def shipping_lines(order: Order, context: Context, **_: Any) -> Any:
    line = shipping_line(order, context)
    return {"nodes": [line] if line else [], "edges": [{"node": line, "cursor": ""}] if line else []}


@resolves("Order", "taxLines", "currentTaxLines")
def tax_lines(order: Order, context: Context) -> list[dict[str, Any]]:
    sums: dict[tuple[str, Decimal], Decimal] = {}
    for line in order.lines:
        for tax in line.tax_lines:
            sums[tax.title, tax.rate] = sums.get((tax.title, tax.rate), Decimal(0)) + tax.price
    merged = [TaxLine(title, rate, amount) for (title, rate), amount in sums.items()]
    return shown_taxes(context, merged, order.currency)


@resolves("Order", "statusPageUrl")
def status_page(order: Order, context: Context, **_: Any) -> str:
    return f"https://{context.store.settings.shop}/63755419881/orders/{order.token}/authenticate"


@resolves("Order", "displayAddress")
def display_address(order: Order, _context: Context) -> Any:
    return order.shipping_address or order.billing_address


# -- lines


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


# -- payments, refunds, returns


@resolves("OrderTransaction", "kind")
def transaction_kind(record: Transaction, _context: Context) -> str:
    return record.transaction_kind


@resolves("OrderTransaction", "amountSet", "amountV2")
def transaction_amount(record: Transaction, context: Context) -> Bag:
    return context.bag(record.amount, record.order.currency)


@resolves("OrderTransaction", "parentTransaction")
def parent(record: Transaction, _context: Context) -> Transaction | None:
    return record.parent


@resolves("OrderTransaction", "manualPaymentGateway")
def manual(record: Transaction, _context: Context) -> bool:
    return record.gateway == "manual"


@resolves("OrderTransaction", "formattedGateway")
def formatted_gateway(record: Transaction, _context: Context) -> str:
    return record.gateway.capitalize()


@resolves("OrderTransaction", "processedAt")
def transaction_time(record: Transaction, _context: Context) -> Any:
    return record.created_at


@resolves("Refund", "totalRefundedSet")
def refund_total(refund: Refund, context: Context) -> Bag:
    return context.bag(money.refund_total(refund), refund.order.currency)


@resolves("Refund", "refundLineItems")
def refund_lines(refund: Refund, _context: Context, **arguments: Any) -> Any:
    return connection(refund.lines, arguments)


@resolves("Refund", "transactions")
def refund_transactions(refund: Refund, _context: Context, **arguments: Any) -> Any:
    return connection(refund.transactions, arguments)


@resolves("RefundLineItem", "lineItem")
def refunded_line(part: RefundLine, _context: Context) -> OrderLine:
    return part.line


@resolves("RefundLineItem", "restocked")
def restocked(part: RefundLine, _context: Context) -> bool:
    return part.restock_type != "NO_RESTOCK"


@resolves("RefundLineItem", "subtotalSet")
def refund_subtotal(part: RefundLine, context: Context) -> Bag:
    return context.bag(part.subtotal, part.refund.order.currency)


@resolves("RefundLineItem", "totalTaxSet")
def refund_tax(part: RefundLine, context: Context) -> Bag:
    return context.bag(part.total_tax, part.refund.order.currency)


@resolves("RefundLineItem", "priceSet")
def refund_price(part: RefundLine, context: Context) -> Bag:
    return context.bag(part.line.price, part.refund.order.currency)


@resolves("Return", "returnLineItems")
def return_lines(record: Return, _context: Context, **arguments: Any) -> Any:
    return connection(record.lines, arguments)


@resolves("Return", "totalQuantity")
def return_quantity(record: Return, _context: Context) -> int:
    return sum(part.quantity for part in record.lines)


@resolves("ReturnLineItem", "returnReason")
def return_reason(part: ReturnLine, _context: Context) -> str:
    return part.reason


@resolves("ReturnLineItem", "returnReasonNote")
def return_note(part: ReturnLine, _context: Context) -> str:
    return part.note


@resolves("ReturnLineItem", "fulfillmentLineItem")
def returned_part(part: ReturnLine, _context: Context) -> Any:
    return part.fulfillment_line


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
