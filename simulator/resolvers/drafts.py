"""Draft orders as the schema shows them."""

from decimal import Decimal
from typing import Any

from simulator.connections import connection
from simulator.drafts import is_ready, totals
from simulator.gids import gid
from simulator.money import Bag
from simulator.records import Address, Discount, DraftLine, DraftOrder, ShippingLine, TaxLine
from simulator.registry import Context, query, resolves
from simulator.resolvers.lists import counted, listed

SORT_KEYS = {
    "NUMBER": lambda draft: int(draft.name[2:]),
    "STATUS": lambda draft: draft.status,
    "UPDATED_AT": lambda draft: draft.updated_at,
    "TOTAL_PRICE": lambda draft: sum(line.price * line.quantity for line in draft.lines),
}


@query("draftOrder")
def draft_order(context: Context, id: str) -> Any:  # noqa: A002 - GraphQL's name
    return context.find("DraftOrder", id)


@query("draftOrders")
def draft_orders(context: Context, **arguments: Any) -> Any:
    return listed(context, "DraftOrder", arguments, SORT_KEYS)


@query("draftOrdersCount")
def draft_orders_count(context: Context, **arguments: Any) -> Any:
    return counted(context, "DraftOrder", arguments)


@resolves("DraftOrder", "ready")
def ready(draft: DraftOrder, _context: Context) -> bool:
    return is_ready(draft)


@resolves("DraftOrder", "note2")
def note(draft: DraftOrder, _context: Context) -> str | None:
    return draft.note


@resolves("DraftOrder", "currencyCode")
@resolves("CalculatedDraftOrder", "currencyCode")
def currency(_draft: DraftOrder, context: Context) -> str:
    return context.store.settings.currency


@resolves("DraftOrder", "presentmentCurrencyCode")
@resolves("CalculatedDraftOrder", "presentmentCurrencyCode")
@resolves("Order", "presentmentCurrencyCode")
def presentment_currency(record: Any, _context: Context) -> str:
    currency_code: str = record.currency
    return currency_code


@resolves("DraftOrder", "invoiceUrl")
def invoice_url(draft: DraftOrder, context: Context) -> str:
    return f"https://{context.store.settings.shop}/63755419881/invoices/{draft.token}"


@resolves("DraftOrder", "lineItems")
def lines(draft: DraftOrder, context: Context, **arguments: Any) -> Any:
    totals(context.store, draft)
    return connection(draft.lines, arguments)


@resolves("CalculatedDraftOrder", "lineItems")
def calculated_lines(draft: DraftOrder, _context: Context) -> list[DraftLine]:
    return draft.lines


@resolves("DraftOrder", "totalQuantityOfLineItems")
@resolves("CalculatedDraftOrder", "totalQuantityOfLineItems")
def total_quantity(draft: DraftOrder, _context: Context) -> int:
    return sum(line.quantity for line in draft.lines)


@resolves("DraftOrder", "anyVariantPricesOverridden")
@resolves("CalculatedDraftOrder", "anyVariantPricesOverridden")
def any_overridden(draft: DraftOrder, _context: Context) -> bool:
    return any(line.price_override is not None for line in draft.lines)


@resolves("DraftOrder", "taxLines")
@resolves("CalculatedDraftOrder", "taxLines")
def tax_lines(draft: DraftOrder, context: Context) -> list[dict[str, Any]]:
    amount = totals(context.store, draft).tax
    rates = {(tax.title, tax.rate) for line in draft.lines for tax in line.tax_lines}
    return [shown_tax(context, title, rate, amount, draft.currency) for title, rate in rates]


def shown_tax(context: Context, title: str, rate: Decimal, amount: Decimal, currency: str) -> dict[str, Any]:
    bag = context.bag(amount, currency)
    return {
        "title": title, "rate": float(rate), "ratePercentage": float(rate * 100),
        "priceSet": bag, "price": bag, "source": "Shopify",
    }  # fmt: skip


def shown_taxes(context: Context, found: list[TaxLine], currency: str) -> list[dict[str, Any]]:
    return [shown_tax(context, one.title, one.rate, one.price, currency) for one in found]


MONEY = {
    "subtotalPriceSet": lambda sums: sums.subtotal,
    "totalPriceSet": lambda sums: sums.total,
    "totalTaxSet": lambda sums: sums.tax,
    "totalShippingPriceSet": lambda sums: sums.shipping,
    "totalDiscountsSet": lambda sums: sums.discounts,
    "totalLineItemsPriceSet": lambda sums: sums.lines,
    "lineItemsSubtotalPrice": lambda sums: sums.lines - sums.line_discounts,
    "amountDueNowSet": lambda sums: sums.total,
}


def _register(name: str, read: Any) -> None:
    for kind in ("DraftOrder", "CalculatedDraftOrder"):

        @resolves(kind, name)
        def amount(draft: DraftOrder, context: Context) -> Bag:
            return context.bag(read(totals(context.store, draft)), draft.currency)


for _name, _read in MONEY.items():
    _register(_name, _read)


# -- parts


@resolves("DraftOrder", "appliedDiscount")
@resolves("CalculatedDraftOrder", "appliedDiscount")
def order_discount(draft: DraftOrder, context: Context) -> Any:
    totals(context.store, draft)
    return shown_discount(context, draft.applied_discount, draft.currency)


def shown_discount(context: Context, found: Discount | None, currency: str) -> Any:
    if found is None:
        return None
    bag = context.bag(found.amount, currency)
    return {
        "title": found.title, "description": found.description, "value": float(found.value),
        "valueType": found.value_type, "amountSet": bag, "amount": bag, "amountV2": bag,
    }  # fmt: skip


@resolves("DraftOrder", "shippingLine")
@resolves("CalculatedDraftOrder", "shippingLine")
def shipping_line(draft: DraftOrder, context: Context) -> Any:
    return shown_shipping(context, draft.shipping_line, draft.currency)


def shown_shipping(context: Context, line: ShippingLine | None, currency: str) -> Any:
    if line is None:
        return None
    bag = context.bag(line.price, currency)
    return {
        "id": gid("ShippingLine", line.id), "title": line.title, "code": line.code, "custom": True,
        "originalPriceSet": bag, "discountedPriceSet": bag, "currentDiscountedPriceSet": bag,
        "price": bag, "originalPrice": bag, "discountedPrice": bag,
        "source": "shopify", "taxLines": [],
    }  # fmt: skip


@resolves("DraftOrder", "paymentTerms")
def payment_terms(draft: DraftOrder, _context: Context) -> Any:
    if not draft.payment_terms:
        return None
    return {
        "id": gid("PaymentTerms", draft.id),
        "paymentTermsName": "Due on receipt",
        "paymentTermsType": "RECEIPT",
        "translatedName": "Due on receipt",
    }


@resolves("MailingAddress", "id")
def address_id(record: Address, _context: Context) -> str:
    return f"{gid('MailingAddress', record.id)}?model_name=Address"


@resolves("MailingAddress", "countryCodeV2")
def country_code(record: Address, _context: Context) -> str | None:
    return record.country_code


@resolves("MailingAddress", "name")
def full_name(record: Address, _context: Context) -> str | None:
    return " ".join(part for part in (record.first_name, record.last_name) if part) or None


@resolves("MailingAddress", "formatted")
def formatted(record: Address, context: Context, withName: bool = False, **_: Any) -> list[str]:
    name = full_name(record, context) if withName else None
    parts = (name, record.address1, record.address2, record.city, record.country)
    return [part for part in parts if part]
