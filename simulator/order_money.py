"""What an order comes to: as it was placed, as it stands after edits and refunds, and what was paid."""

from decimal import Decimal

from simulator.money import ZERO, rounded
from simulator.records import Order, OrderLine, Refund


def line_total(order: Order, line: OrderLine, units: int | None = None) -> Decimal:
    """Units of a line (all ordered ones when left out) after discounts, before tax."""
    whole = rounded(line.price * line.quantity, order.currency) - line.discount
    return _part(whole, line, units, order.currency)


def line_tax(order: Order, line: OrderLine, units: int | None = None) -> Decimal:
    whole = sum((tax.price for tax in line.tax_lines), ZERO)
    return _part(whole, line, units, order.currency)


def _part(whole: Decimal, line: OrderLine, units: int | None, currency: str) -> Decimal:
    if units is None or units == line.quantity:
        return whole
    return rounded(whole * units / line.quantity, currency)


def shipping(order: Order) -> Decimal:
    return order.shipping_line.price if order.shipping_line else ZERO


def refunded_shipping(order: Order) -> Decimal:
    return sum((refund.shipping for refund in order.refunds), ZERO)


def current_shipping(order: Order) -> Decimal:
    return ZERO if order.cancelled_at else shipping(order) - refunded_shipping(order)


def subtotal(order: Order) -> Decimal:
    return sum((line_total(order, line) for line in order.lines), ZERO)


def current_subtotal(order: Order) -> Decimal:
    return sum((line_total(order, line, line.current_quantity) for line in order.lines), ZERO)


def tax(order: Order) -> Decimal:
    return sum((line_tax(order, line) for line in order.lines), ZERO)


def current_tax(order: Order) -> Decimal:
    return sum((line_tax(order, line, line.current_quantity) for line in order.lines), ZERO)


def total(order: Order) -> Decimal:
    return subtotal(order) + shipping(order) + tax(order)


def current_total(order: Order) -> Decimal:
    return current_subtotal(order) + current_shipping(order) + current_tax(order)


def gross(order: Order) -> Decimal:
    """The lines before any discount."""
    return sum((rounded(line.price * line.quantity, order.currency) for line in order.lines), ZERO)


def discounts(order: Order) -> Decimal:
    return sum((line.discount for line in order.lines), ZERO)


def current_discounts(order: Order) -> Decimal:
    return sum(
        (_part(line.discount, line, line.current_quantity, order.currency) for line in order.lines), ZERO
    )


def received(order: Order) -> Decimal:
    return _moved(order, "SALE")


def refunded(order: Order) -> Decimal:
    return _moved(order, "REFUND")


def refund_total(refund: Refund) -> Decimal:
    return sum((one.amount for one in refund.transactions if one.status == "SUCCESS"), ZERO)


def _moved(order: Order, kind: str) -> Decimal:
    return sum(
        (t.amount for t in order.transactions if t.transaction_kind == kind and t.status == "SUCCESS"), ZERO
    )


def outstanding(order: Order) -> Decimal:
    """What the customer still owes."""
    if order.cancelled_at:
        return ZERO
    return max(current_total(order) - received(order) + refunded(order), ZERO)


def settle(order: Order) -> None:
    """Set the financial status from the money that moved."""
    got, back = received(order), refunded(order)
    if order.cancelled_at and not got:
        order.financial_status = "VOIDED"
    elif back and back >= got:
        order.financial_status = "REFUNDED"
    elif back:
        order.financial_status = "PARTIALLY_REFUNDED"
    elif got and outstanding(order):
        order.financial_status = "PARTIALLY_PAID"
    elif got:
        order.financial_status = "PAID"
