"""The shop's own storefront: customers who buy without any partner, and those who pay a draft's invoice."""

import copy
import secrets
from decimal import Decimal
from typing import Any

from simulator.drafts import new_draft, release_stock, totals
from simulator.placing import order_of
from simulator.records import DraftLine, DraftOrder, Order, Variant
from simulator.state import Store, utc_now

DEFAULT_LINES = [{"sku": "JS-PROD-001", "quantity": 1}]


class CannotBuy(ValueError):
    """The wish makes no sense; the text says why."""


def start_checkout(store: Store, draft_id: int) -> str:
    """A customer opens a draft's invoice. The checkout keeps what the draft says now.

    It stays linked to the draft until somebody updates the draft: then both live on, each for itself.

    :raises CannotBuy: when there is no open draft of that id
    """
    draft = store.get("DraftOrder", draft_id)
    if draft is None or draft.status == "COMPLETED":
        raise CannotBuy(f"there is no open draft {draft_id}")
    token = secrets.token_hex(16)
    kept = copy.copy(draft)
    kept.lines = [copy.copy(line) for line in draft.lines]
    kept.holds = []
    store.table("Checkout")[token] = kept
    draft.checkout = token
    return token


def pay_checkout(store: Store, token: str) -> Order:
    """The customer pays: an order of what the checkout kept. The draft is completed if still linked.

    :raises CannotBuy: when there is no such checkout, or it was paid
    """
    kept: DraftOrder | None = store.table("Checkout").pop(token, None)
    if kept is None:
        raise CannotBuy(f"there is no checkout {token}")
    draft = store.get("DraftOrder", kept.id)
    linked = draft is not None and draft.checkout == token and draft.status != "COMPLETED"
    if linked:
        release_stock(store, draft)
    totals(store, kept)
    order = order_of(store, kept, paid=True)
    if linked:
        draft.status, draft.completed_at, draft.order = "COMPLETED", utc_now(), order
        order.draft_id = draft.id
        store.touch(draft)
        store.emit("draft_orders/update", draft)
    return order


def buy(store: Store, wish: dict[str, Any]) -> Order:
    """An order of the shop's own, which no partner knows of.

    :param wish: {"lines"?: [{"sku" or "variant_id", "quantity"?}], "email"?, "note"?, "tags"?: [...],
        "paid"?: true}; one line may stand in the wish itself
    :raises CannotBuy: for an unknown SKU or a quantity that is none
    """
    basket = new_draft(store)
    basket.source_name = "web"
    basket.email = wish.get("email", "customer@example.com")
    basket.note = wish.get("note")
    basket.tags = sorted(wish.get("tags") or [])
    own = [wish] if "sku" in wish or "variant_id" in wish else DEFAULT_LINES
    for one in wish.get("lines") or own:
        variant, quantity = _wanted(store, one), one.get("quantity", 1)
        if variant is None or not isinstance(quantity, int) or quantity < 1:
            raise CannotBuy(f"cannot buy {one}")
        basket.lines.append(_line(store, variant, quantity))
    totals(store, basket)
    return order_of(store, basket, paid=wish.get("paid", True) is not False)


def _wanted(store: Store, one: dict[str, Any]) -> Variant | None:
    if "variant_id" in one:
        number = str(one["variant_id"]).rpartition("/")[2]
        found: Variant | None = store.get("ProductVariant", int(number) if number.isdigit() else 0)
        return found
    every = store.all("ProductVariant")
    return next((variant for variant in every if variant.inventory_item.sku == one.get("sku")), None)


def _line(store: Store, variant: Variant, quantity: int) -> DraftLine:
    return DraftLine(
        id=store.next_id(), uuid="", variant_id=variant.id, product_id=variant.product.id,
        title=variant.product.title, variant_title=None, sku=variant.inventory_item.sku,
        vendor=variant.product.vendor, quantity=quantity, price=Decimal(variant.price),
        taxable=variant.taxable, requires_shipping=variant.inventory_item.requires_shipping,
        custom_attributes=[],
    )  # fmt: skip
