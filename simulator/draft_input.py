"""Reading a `DraftOrderInput`: what Shopify refuses, in its captured words, and what it silently ignores."""

import re
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from simulator.addresses import UserError, is_phone, read_address, user_error
from simulator.gids import InvalidGid, number
from simulator.money import ZERO
from simulator.records import Discount, DraftLine, DraftOrder, ShippingLine
from simulator.state import Store

MAX_TAG = 40
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")

# Input name -> attribute, of what is taken over as it is.
PLAIN = {
    "email": "email",
    "phone": "phone",
    "note": "note",
    "poNumber": "po_number",
    "taxExempt": "tax_exempt",
    "acceptAutomaticDiscounts": "accept_automatic_discounts",
    "allowDiscountCodesInCheckout": "allow_discount_codes_in_checkout",
    "visibleToCustomer": "visible_to_customer",
    "paymentTerms": "payment_terms",
}
FLAGS = ("taxExempt", "allowDiscountCodesInCheckout", "visibleToCustomer")


def read_tags(tags: list[str], *, update: bool) -> tuple[list[str], list[UserError]]:
    """Trimmed, each once, in alphabetical order. (An update counts from one, below `input`: captured.)"""
    prefix, first = (("input", "tags"), 1) if update else (("tags",), 0)
    errors = [
        user_error(f"Title Tag exceeds the maximum length of {MAX_TAG} characters", *prefix, str(index))
        for index, tag in enumerate(tags, first)
        if len(tag.strip()) > MAX_TAG
    ]
    return sorted({tag.strip() for tag in tags if tag.strip()}), errors


def fill(store: Store, draft: DraftOrder, given: dict[str, Any], *, update: bool) -> list[UserError]:
    """Write an input into a draft that is not in the store yet, or a copy of one that is.

    :param update: only what is given changes; else a draft without lines is refused
    :returns: what is wrong with it; the draft is then not to be used
    """
    errors: list[UserError] = []
    for name, attribute in PLAIN.items():
        if name in given:
            value = given[name]
            setattr(draft, attribute, bool(value) if name in FLAGS else value or None)
    if given.get("presentmentCurrencyCode"):
        draft.currency = given["presentmentCurrencyCode"]
        shown = (store.settings.presents or draft.currency).split()
        if draft.currency not in (store.settings.currency, *shown):
            errors.append(
                user_error("The presentment currency is not enabled for the shop.", "presentmentCurrencyCode")
            )
    if draft.email and not _EMAIL.match(draft.email):
        errors.append(user_error("Email is invalid", "email"))
    if draft.phone and not is_phone(draft.phone, "US"):
        errors.append(user_error("Phone is invalid", "phone"))
    if draft.payment_terms and not draft.payment_terms.get("paymentTermsTemplateId"):
        errors.append(user_error("Payment terms template id can not be empty."))
    if "tags" in given:
        draft.tags, wrong = read_tags(given["tags"] or [], update=update)
        errors.extend(wrong)
    if "customAttributes" in given:
        draft.custom_attributes = read_attributes(given["customAttributes"])
    for name, attribute in (("shippingAddress", "shipping_address"), ("billingAddress", "billing_address")):
        if name in given:
            address, wrong = read_address(store, given[name], name)
            setattr(draft, attribute, address)
            errors.extend(wrong)
    if "shippingLine" in given:
        draft.shipping_line = read_shipping(store, given["shippingLine"])
    if "appliedDiscount" in given:
        draft.applied_discount = read_discount(given["appliedDiscount"])
    if "reserveInventoryUntil" in given:
        draft.reserve_inventory_until = given["reserveInventoryUntil"]
        if draft.reserve_inventory_until and draft.reserve_inventory_until <= datetime.now(UTC):
            errors.append(user_error("Reserve until can't be in the past"))
    if "lineItems" in given or not update:
        draft.lines, wrong = read_lines(store, given.get("lineItems") or [])
        errors.extend(wrong)
    return errors


def read_lines(store: Store, given: list[dict[str, Any]]) -> tuple[list[DraftLine], list[UserError]]:
    """The lines, and what is wrong with them."""
    if not given:
        return [], [user_error("Add at least 1 product")]
    lines: list[DraftLine] = []
    errors: list[UserError] = []
    for index, one in enumerate(given):
        if one["quantity"] < 1:
            message = "Quantity must be greater than or equal to 1"
            errors.append(user_error(message, "lineItems", str(index), "quantity"))
            continue
        line = _variant_line(store, one) if one.get("variantId") else _custom_line(store, one)
        if isinstance(line, DraftLine):
            lines.append(line)
        else:
            errors.append(user_error(line))
    return lines, errors


def _variant_line(store: Store, given: dict[str, Any]) -> DraftLine | str:
    """A line of the catalog: title, SKU, price, taxable and shipping are the catalog's, whatever was sent.

    Only `priceOverride` changes the price. Captured: Shopify ignores the rest without a word.
    """
    try:
        variant_id = number(given["variantId"], "ProductVariant")
    except InvalidGid:
        return f"Product with ID {given['variantId']} is no longer available."
    variant = store.get("ProductVariant", variant_id)
    if variant is None:
        return f"Product with ID {variant_id} is no longer available."
    override = _money(given.get("priceOverride"))
    if override is not None and override < 0:
        return "Cannot send negative price for line_item"
    return DraftLine(
        id=store.next_id(), uuid=given.get("uuid") or str(uuid.uuid4()),
        variant_id=variant.id, product_id=variant.product.id,
        title=variant.product.title,
        variant_title=None if variant.title == "Default Title" else variant.title,
        sku=variant.inventory_item.sku, vendor=variant.product.vendor,
        quantity=given["quantity"],
        price=variant.price if override is None else override, price_override=override,
        taxable=variant.taxable, requires_shipping=variant.inventory_item.requires_shipping,
        custom_attributes=read_attributes(given.get("customAttributes")),
        applied_discount=read_discount(given.get("appliedDiscount")),
    )  # fmt: skip


def _custom_line(store: Store, given: dict[str, Any]) -> DraftLine | str:
    """A line that is in no catalog; without a price it costs nothing."""
    title = (given.get("title") or "").strip()
    if not title:
        return "Merchandise title is empty."
    price = _money(given.get("originalUnitPriceWithCurrency"))
    if price is None:
        price = given.get("originalUnitPrice", ZERO) or ZERO
    if price < 0:
        return "Cannot send negative price for line_item"
    return DraftLine(
        id=store.next_id(), uuid=given.get("uuid") or str(uuid.uuid4()),
        variant_id=None, product_id=None, title=title, variant_title=None,
        sku=given.get("sku"), vendor=None, quantity=given["quantity"], price=price,
        taxable=given.get("taxable", True) is not False,
        requires_shipping=given.get("requiresShipping", True) is not False,
        custom_attributes=read_attributes(given.get("customAttributes")),
        applied_discount=read_discount(given.get("appliedDiscount")),
        grams=given.get("grams") or 0,
    )  # fmt: skip


def read_attributes(given: list[dict[str, str]] | None) -> list[dict[str, str]]:
    return [{"key": one["key"], "value": one["value"]} for one in given or ()]


def read_discount(given: dict[str, Any] | None) -> Discount | None:
    if given is None:
        return None
    return Discount(
        title=given.get("title"),
        description=given.get("description") or "",
        value=Decimal(str(given["value"])),
        value_type=given["valueType"],
    )


def read_shipping(store: Store, given: dict[str, Any] | None) -> ShippingLine | None:
    """Shipping as staff typed it; a title is not needed (captured)."""
    if given is None:
        return None
    price = _money(given.get("priceWithCurrency"))
    if price is None:
        price = given.get("price") or ZERO
    return ShippingLine(id=store.next_id(), title=given.get("title") or "Shipping", price=price)


def _money(given: dict[str, Any] | None) -> Decimal | None:
    """The amount of a `MoneyInput`; this shop takes every currency one to one."""
    return None if given is None else Decimal(given["amount"])
