"""Orders, their lines, payments, refunds and returns as the schema shows them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from simulator import order_money as money
from simulator.connections import connection
from simulator.fulfillment_state import status, unsent
from simulator.money import Bag
from simulator.records import Order, Refund, TaxLine, Transaction
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
