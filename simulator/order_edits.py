"""Order editing as staff do it: begin, stage changes, commit."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from simulator import order_money, stock
from simulator.addresses import user_error
from simulator.fulfillment_state import sent, status, waiting_parts
from simulator.gids import gid
from simulator.money import ZERO
from simulator.order_changes import changed, now_fulfilled
from simulator.placing import commit_lines, open_fulfillment_order
from simulator.pricing import TAX_TITLE
from simulator.records import Order, OrderLine, TaxLine
from simulator.refunds import take_back
from simulator.registry import Context, mutation


@dataclass(eq=False)
class Edit:
    """What is staged and not committed: wanted units by line id, whether they go back, lines to come."""

    kind: ClassVar[str] = "CalculatedOrder"

    id: int
    order: Order
    wanted: dict[int, int] = field(default_factory=dict)
    restock: dict[int, bool] = field(default_factory=dict)
    added: list[OrderLine] = field(default_factory=list)

    @property
    def currency(self) -> str:
        return self.order.currency


def staged(edit: Edit, line: OrderLine) -> dict[str, Any]:
    """A line as the edit would leave it."""
    units = edit.wanted.get(line.id, line.current_quantity)
    return {
        "id": gid("CalculatedLineItem", line.id),
        "record": line,
        "edit": edit,
        "quantity": units,
        "editableQuantity": units,
        "editableQuantityBeforeChanges": line.current_quantity,
        "title": line.title,
        "sku": line.sku,
        "variantTitle": line.variant_title,
        "customAttributes": line.custom_attributes,
        "restocking": edit.restock.get(line.id, False),
    }


def refused(message: str, *field_path: str) -> dict[str, Any]:
    return {"calculatedOrder": None, "userErrors": [user_error(message, *field_path)]}


def find_edit(context: Context, global_id: str) -> Edit | None:
    found: Edit | None = context.find("CalculatedOrder", global_id)
    return found


@mutation("orderEditBegin")
def begin(context: Context, id: str) -> dict[str, Any]:  # noqa: A002 - GraphQL's name
    order = context.find("Order", id)
    if order is None:
        return refused("The order does not exist.", "id")
    if order.cancelled_at:
        return refused("The order cannot be edited.", "id")
    edit = context.store.add(Edit(context.store.next_id(), order))
    session = {"id": gid("OrderEditSession", edit.id)}
    return {"calculatedOrder": edit, "orderEditSession": session, "userErrors": []}


@mutation("orderEditSetQuantity")
def set_quantity(
    context: Context, id: str, lineItemId: str, quantity: int, restock: bool | None = None,  # noqa: A002
    locationId: str | None = None,  # noqa: ARG001 - deprecated, and ignored by Shopify
) -> dict[str, Any]:  # fmt: skip
    """Stage another number of units. What was sent cannot be taken away."""
    edit = find_edit(context, id)
    if edit is None:
        return refused("The calculated order does not exist.", "id")
    wanted = lineItemId.rpartition("/")[2]
    line = next((one for one in (*edit.order.lines, *edit.added) if str(one.id) == wanted), None)
    if line is None:
        return refused("The calculated line item does not exist.", "lineItemId")
    if quantity < sent(edit.order, line):
        return refused("Line item quantity cannot be less than the fulfilled quantity.", "quantity")
    edit.wanted[line.id] = quantity
    edit.restock[line.id] = bool(restock)
    return {"calculatedOrder": edit, "calculatedLineItem": staged(edit, line), "userErrors": []}


@mutation("orderEditAddVariant")
def add_variant(context: Context, id: str, variantId: str, quantity: int, **_: Any) -> dict[str, Any]:  # noqa: A002
    """Stage a line of the catalog at the catalog's price."""
    edit, variant = find_edit(context, id), context.find("ProductVariant", variantId)
    if edit is None or variant is None:
        return refused("The calculated order or the variant does not exist.", "id")
    line = _line(
        context, edit, quantity, variant.price, title=variant.product.title, taxable=variant.taxable,
        requires_shipping=variant.inventory_item.requires_shipping,
    )  # fmt: skip
    line.variant_id, line.product_id = variant.id, variant.product.id
    line.sku, line.vendor = variant.inventory_item.sku, variant.product.vendor
    edit.added.append(line)
    return {"calculatedOrder": edit, "calculatedLineItem": staged(edit, line), "userErrors": []}


@mutation("orderEditAddCustomItem")
def add_custom_item(
    context: Context, id: str, title: str, price: dict[str, Any], quantity: int,  # noqa: A002
    taxable: bool | None = None, requiresShipping: bool | None = None, **_: Any,
) -> dict[str, Any]:  # fmt: skip
    """Stage a line that is in no catalog."""
    edit = find_edit(context, id)
    if edit is None:
        return refused("The calculated order does not exist.", "id")
    line = _line(
        context, edit, quantity, price["amount"], title=title, taxable=taxable is not False,
        requires_shipping=requiresShipping is not False,
    )  # fmt: skip
    edit.added.append(line)
    return {"calculatedOrder": edit, "calculatedLineItem": staged(edit, line), "userErrors": []}


def _line(
    context: Context, edit: Edit, quantity: int, price: Decimal, *,
    title: str, taxable: bool, requires_shipping: bool,
) -> OrderLine:  # fmt: skip
    settings = context.store.settings
    rate = ZERO if edit.order.tax_exempt or not taxable else settings.tax_rate
    return OrderLine(
        id=context.store.next_id(), variant_id=None, product_id=None, title=title, variant_title=None,
        sku=None, vendor=None, quantity=quantity, current_quantity=quantity, price=price, taxable=taxable,
        requires_shipping=requires_shipping, custom_attributes=[],
        tax_lines=[TaxLine(TAX_TITLE, rate, price * quantity * rate)] if rate else [],
    )  # fmt: skip


@mutation("orderEditCommit")
def commit(
    context: Context, id: str, notifyCustomer: bool | None = None, staffNote: str | None = None  # noqa: A002, ARG001
) -> dict[str, Any]:  # fmt: skip
    """Make the staged changes: removed units stay in `quantity` and leave `currentQuantity` (captured)."""
    store, edit = context.store, find_edit(context, id)
    if edit is None:
        return {"order": None, "userErrors": [user_error("The calculated order does not exist.", "id")]}
    order = edit.order
    before = status(order)
    additions, removals = [], []
    for line in order.lines:
        delta = edit.wanted.get(line.id, line.current_quantity) - line.current_quantity
        if delta < 0:
            how = "CANCEL" if edit.restock.get(line.id) else "NO_RESTOCK"
            take_back(store, order, line, -delta, how)
            removals.append({"id": line.id, "delta": -delta})
        elif delta > 0:
            _more(context, order, line, delta)
            additions.append({"id": line.id, "delta": delta})
    new = [line for line in edit.added if edit.wanted.get(line.id, line.quantity) > 0]
    for line in new:
        line.quantity = line.current_quantity = edit.wanted.get(line.id, line.quantity)
        additions.append({"id": line.id, "delta": line.quantity})
    order.lines.extend(new)
    commit_lines(store, order, new)
    order.edited = True
    order_money.settle(order)
    store.table("CalculatedOrder").pop(edit.id, None)
    store.emit("orders/edited", order, additions=additions, removals=removals, edit_id=edit.id)
    changed(store, order, *now_fulfilled(store, order, before))
    return {"order": order, "successMessages": ["Order updated"], "userErrors": []}


def _more(context: Context, order: Order, line: OrderLine, units: int) -> None:
    """More units of a line that is there already, at its own price."""
    store = context.store
    line.quantity += units
    line.current_quantity += units
    if line.level:
        stock.commit(store, line.level, units)
    waiting = waiting_parts(order, line)
    if waiting:
        waiting[0][1].remaining += units
        waiting[0][1].total += units
        return
    location = line.level.location if line.level else store.default_location
    open_fulfillment_order(store, order, location, [line])
    fresh = order.fulfillment_orders[-1].lines[0]
    fresh.total = fresh.remaining = units
