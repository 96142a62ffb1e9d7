"""An order line as it stands in the bodies of orders, fulfillments and refunds."""

from simulator.fulfillment_state import line_status, unsent
from simulator.gids import gid
from simulator.money import Bag
from simulator.records import Order, OrderLine
from simulator.state import Store
from simulator.webhooks.shapes import Json, money_set, named, tax_line, text


def line_item(order: Order, line: OrderLine, store: Store) -> Json:
    """A line: what was ordered, at which price, and how far it has come."""
    shop_currency = store.settings.currency
    price = Bag(line.price, order.currency, shop_currency)
    discount = Bag(line.discount, order.currency, shop_currency)
    return {
        "id": line.id,
        "admin_graphql_api_id": gid("LineItem", line.id),
        "fulfillable_quantity": unsent(order, line),
        "fulfillment_service": "manual",
        "fulfillment_status": line_status(order, line),
        "gift_card": False,
        "grams": line.grams,
        "name": " - ".join(filter(None, (line.title, line.variant_title))),
        "price": text(price),
        "price_set": money_set(price),
        "product_exists": store.get("Product", line.product_id or 0) is not None,
        "product_id": line.product_id,
        "properties": named(line.custom_attributes),
        "quantity": line.quantity,
        "requires_shipping": line.requires_shipping,
        "sku": line.sku,
        "taxable": line.taxable,
        "title": line.title,
        "total_discount": text(discount),
        "total_discount_set": money_set(discount),
        "variant_id": line.variant_id,
        "variant_inventory_management": "shopify" if line.variant_id else None,
        "variant_title": line.variant_title,
        "vendor": line.vendor,
        "tax_lines": [
            tax_line(tax, Bag(tax.price, order.currency, shop_currency)) for tax in line.tax_lines
        ],
        "duties": [],
        "discount_allocations": [
            {"amount": text(discount), "amount_set": money_set(discount),
             "discount_application_index": 0}
        ] if line.discount else [],
    }  # fmt: skip
