"""Draft orders: create, update, calculate, duplicate, delete. Completing one is `placing`."""

import copy
import secrets
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from simulator import stock
from simulator.addresses import UserError, user_error
from simulator.draft_input import fill
from simulator.money import ZERO
from simulator.pricing import Totals, price
from simulator.records import DraftOrder
from simulator.registry import Context, mutation
from simulator.state import Store, utc_now
from simulator.tasks import task

NOT_FOUND = "Draft order does not exist"
PAID = "This order has been paid"
APP_SOURCE = "347082227713"  # whatever sourceName is sent, Shopify answers the app's channel


def new_draft(store: Store) -> DraftOrder:
    """An empty draft that is not in the store yet."""
    now = utc_now()
    return DraftOrder(
        id=store.next_id(), created_at=now, updated_at=now,
        name="", currency=store.settings.currency, token=secrets.token_hex(16), source_name=APP_SOURCE,
    )  # fmt: skip


def totals(store: Store, draft: DraftOrder) -> Totals:
    """What the draft comes to now."""
    settings = store.settings
    return price(
        draft.lines,
        own_discounts=[line.applied_discount for line in draft.lines],
        order_discount=draft.applied_discount,
        shipping=draft.shipping_line.price if draft.shipping_line else ZERO,
        currency=draft.currency,
        shop_currency=settings.currency,
        tax_rate=Decimal(0) if draft.tax_exempt else settings.tax_rate,
    )


def keep(store: Store, draft: DraftOrder) -> None:
    """Put a new draft into the store and tell it."""
    draft.name = f"#D{store.next_number('draft')}"
    if store.settings.draft_ready_seconds:
        draft.ready_at = datetime.now(UTC) + timedelta(seconds=store.settings.draft_ready_seconds)
    totals(store, draft)
    add_lines(store, draft)
    store.add(draft)
    hold_stock(store, draft)
    store.emit("draft_orders/create", draft)


def add_lines(store: Store, draft: DraftOrder) -> None:
    for line in draft.lines:
        line.owner = draft
        store.add(line)


def is_ready(draft: DraftOrder) -> bool:
    return draft.ready_at is None or draft.ready_at <= datetime.now(UTC)


# -- holds


def hold_stock(store: Store, draft: DraftOrder) -> None:
    """Set the draft's units aside until `reserve_inventory_until`."""
    until = draft.reserve_inventory_until
    if until is None or until <= datetime.now(UTC):
        return
    for line in draft.lines:
        variant = store.get("ProductVariant", line.variant_id) if line.variant_id else None
        level = stock.choose_level(store, variant.inventory_item, line.quantity) if variant else None
        if level:
            stock.hold(store, level, line.quantity)
            draft.holds.append((level, line.quantity))
    store.later(until, "lapse_hold", draft_id=draft.id, until=until)


def release_stock(store: Store, draft: DraftOrder) -> None:
    """Give back what the draft holds."""
    for level, units in draft.holds:
        stock.release(store, level, units)
    draft.holds = []


@task
def lapse_hold(store: Store, draft_id: int, until: datetime) -> None:
    """The time of a hold has come, unless the draft is gone or holds until another time by now."""
    draft = store.get("DraftOrder", draft_id)
    if draft is None or draft.reserve_inventory_until != until:
        return
    release_stock(store, draft)
    draft.reserve_inventory_until = None
    store.touch(draft)
    store.emit("draft_orders/update", draft)


# -- mutations


def payload(draft: DraftOrder | None, *errors: UserError) -> dict[str, Any]:
    return {"draftOrder": draft, "userErrors": list(errors)}


@mutation("draftOrderCreate")
def create(context: Context, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002 - GraphQL's name
    """A new draft, or the reasons why not."""
    draft = new_draft(context.store)
    errors = fill(context.store, draft, input, update=False)
    if errors:
        return payload(None, *errors)
    keep(context.store, draft)
    return payload(draft)


@mutation("draftOrderCalculate")
def calculate(context: Context, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002 - GraphQL's name
    """What a draft would come to; nothing is kept."""
    draft = new_draft(context.store)
    errors = fill(context.store, draft, input, update=False)
    if errors:
        return {"calculatedDraftOrder": None, "userErrors": errors}
    totals(context.store, draft)
    for line in draft.lines:
        line.owner = draft
    return {"calculatedDraftOrder": draft, "userErrors": []}


@mutation("draftOrderUpdate")
def update(context: Context, id: str, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002 - GraphQL's names
    """Change what is given; lines are replaced as a whole. A checkout already started is cut loose."""
    store = context.store
    draft = context.find("DraftOrder", id)
    if draft is None:
        return payload(None, user_error(NOT_FOUND, "id"))
    if draft.status == "COMPLETED":
        return payload(draft, user_error(PAID))
    changed = copy.copy(draft)
    changed.holds = []
    errors = fill(store, changed, input, update=True)
    if errors:
        return payload(None, *errors)
    release_stock(store, draft)
    for line in draft.lines:
        if line not in changed.lines:
            store.table(line.kind).pop(line.id, None)
    vars(draft).update(vars(changed))
    draft.checkout = None
    totals(store, draft)
    add_lines(store, draft)
    hold_stock(store, draft)
    store.touch(draft)
    store.emit("draft_orders/update", draft)
    return payload(draft)


@mutation("draftOrderDelete")
def delete(context: Context, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002 - GraphQL's name
    """Forget a draft. Its order, if it has become one, stays."""
    store = context.store
    draft = context.find("DraftOrder", input["id"])
    if draft is None:
        return {"deletedId": None, "userErrors": [user_error(NOT_FOUND, "id")]}
    if draft.status == "COMPLETED" and not store.settings.deletes_completed_drafts:
        return {"deletedId": None, "userErrors": [user_error(PAID, "id")]}
    release_stock(store, draft)
    store.drop(draft)
    store.emit("draft_orders/delete", draft)
    return {"deletedId": input["id"], "userErrors": []}


@mutation("draftOrderDuplicate")
def duplicate(context: Context, id: str | None = None, draftOrderId: str | None = None) -> dict[str, Any]:  # noqa: A002
    """A copy with lines, tags, note and attributes.

    Captured: tax exemption, shipping and discounts are lost on the way, so that the copy's total differs.
    """
    store = context.store
    original = context.find("DraftOrder", id or draftOrderId or "")
    if original is None:
        return payload(None, user_error(NOT_FOUND, "id"))
    draft = new_draft(store)
    for name in ("email", "phone", "note", "po_number", "currency", "shipping_address", "billing_address"):
        setattr(draft, name, getattr(original, name))
    draft.tags = list(original.tags)
    draft.custom_attributes = copy.deepcopy(original.custom_attributes)
    for line in original.lines:
        twin = copy.copy(line)
        twin.id, twin.applied_discount, twin.tax_lines = store.next_id(), None, []
        draft.lines.append(twin)
    keep(store, draft)
    return payload(draft)
