"""Payments, refunds and returns as the schema shows them."""

from typing import Any

from simulator import order_money as money
from simulator.connections import connection
from simulator.money import Bag
from simulator.records import OrderLine, Refund, RefundLine, Return, ReturnLine, Transaction
from simulator.registry import Context, resolves


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
