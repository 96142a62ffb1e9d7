"""What must be true of the bridge and the shop together, checked on both sides' state when all is quiet."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from bridge.models import Order
from tests.soak import goods
from tests.soak.evidence import Evidence, attributes_of
from tests.soak.promises import status_of

_WAITS = "INCOMPLETE_CAUTION"
_NO_MORE = frozenset({"REJECTED", "CANCELED"})
_CHANGES_MONEY = ("edit_draft", "refund", "cancel_in_shop")


def every_order_is_in_the_shop_once(evidence: Evidence) -> Iterator[str]:
    """I2: one open draft while it waits, one shop order when it is confirmed, nothing alive when it has ended."""
    for order in evidence.orders.values():
        drafts = [one["id"] for one in evidence.drafts_of(order) if one["status"] != "COMPLETED"]
        shop_orders = [one["id"] for one in evidence.shop_orders_of(order)]
        alive = [one["id"] for one in evidence.shop_orders_of(order) if one["cancelled_at"] is None]
        status = status_of(order)
        if status == _WAITS:
            wanted = ([order.draft_id], [])
        elif status in _NO_MORE and order.shopify_order_id is None:
            wanted = ([], [])
        elif status in _NO_MORE:
            wanted = ([], alive and [order.shopify_order_id] if _is_emptied(evidence, order) else [])
        else:
            wanted = ([], [order.shopify_order_id])
        if (drafts, alive) != wanted or len(shop_orders) > 1:
            yield (
                f"order {order.id} ({order.partner_order_id}) is {status} with draft {order.draft_id} and shop"
                f" order {order.shopify_order_id}; open drafts {drafts}, living orders {alive} of {shop_orders};"
                f" attention: {order.attention}"
            )


def _is_emptied(evidence: Evidence, order: Order) -> bool:
    """Tell whether the shop order lives on without any unit of ours: every one was refunded or edited away."""
    return all(
        line["current_quantity"] == 0
        for one in evidence.shop_orders_of(order)
        for line in _our_lines(evidence, order, one).values()
    )


def everything_of_ours_in_the_shop_is_an_order(evidence: Evidence) -> Iterator[str]:
    """I3: no shop order and no completed draft carries a token of ours without being recorded."""
    known = {order.shopify_order_id for order in evidence.orders.values()}
    for one in evidence.shop["orders"]:
        if any(tag.startswith("bridge-") for tag in one["tags"]) and one["id"] not in known:
            yield f"shop order {one['id']} carries {one['tags']} and is recorded nowhere"
    for draft in evidence.shop["draft_orders"]:
        is_ours = any(tag.startswith("bridge-") for tag in draft["tags"])
        if is_ours and draft["status"] == "COMPLETED" and draft["order_id"] not in known:
            yield f"draft {draft['id']} was completed to {draft['order_id']}, which is recorded nowhere"


def every_webhook_was_applied(evidence: Evidence) -> Iterator[str]:
    """I7, first half: what Shopify delivered is kept once and came to an end."""
    for event in evidence.webhooks:
        if event.state not in ("applied", "foreign"):
            yield f"webhook {event.webhook_id} ({event.topic}, {event.subject}) is {event.state}: {event.note}"
    kept = {event.webhook_id for event in evidence.webhooks}
    for delivery in evidence.shop["deliveries"]:
        if delivery["state"] == "delivered" and delivery["webhook_id"] not in kept:
            yield f"webhook {delivery['webhook_id']} ({delivery['topic']}) was answered 200 and is not kept"


def a_status_is_what_the_shop_says(evidence: Evidence) -> Iterator[str]:
    """I7, second half: status and shipped units follow from the shop order, by a plain reading of it."""
    by_id = {one["id"]: one for one in evidence.shop["orders"]}
    for order in evidence.orders.values():
        if order.shopify_order_id is None:
            continue
        one = by_id.get(order.shopify_order_id)
        if one is None:
            yield f"order {order.id}: the shop has no order {order.shopify_order_id}"
            continue
        said = _status_in(evidence, order, one)
        if status_of(order) not in said:
            yield (
                f"order {order.id} ({order.partner_order_id}) is {status_of(order)}, the shop's {one['id']}"
                f" says {sorted(said)}"
            )


def _our_lines(evidence: Evidence, order: Order, one: dict[str, Any]) -> dict[int, dict[str, Any]]:
    ours = {str(item.position) for item in evidence.items[order.id] if item.is_supplier_item}
    return {line["id"]: line for line in one["lines"] if attributes_of(line).get("_bridge_item") in ours}


def _status_in(evidence: Evidence, order: Order, one: dict[str, Any]) -> set[str]:
    lines = _our_lines(evidence, order, one)
    if one["cancelled_at"]:
        return {"CANCELED", "REJECTED"}
    if one["financial_status"] == "REFUNDED" or not any(line["current_quantity"] for line in lines.values()):
        return {"REFUNDED", "CANCELED"}
    waiting: Counter[int] = Counter()
    for group in one["fulfillment_orders"]:
        if group["status"] in ("OPEN", "IN_PROGRESS"):
            for part in group["lines"]:
                waiting[part["line"]["id"]] += part["remaining"]
    shipped: Counter[int] = Counter()
    delivered: Counter[int] = Counter()
    for parcel in one["fulfillments"]:
        if parcel["status"] != "SUCCESS":
            continue
        for part in parcel["lines"]:
            shipped[part["line"]["id"]] += part["quantity"]
            # The only event that a soak's carrier ever reports is the delivery.
            delivered[part["line"]["id"]] += part["quantity"] if parcel["events"] else 0
    if any(waiting[line] for line in lines) or not any(shipped[line] for line in lines):
        return {"UNFULFILLED"}
    return {"COMPLETE"} if all(delivered[line] >= shipped[line] for line in lines) else {"FULFILLED"}


def the_money_is_what_the_partner_said(evidence: Evidence) -> Iterator[str]:
    """I10: what the shop takes is the partner's total, to the last cent, unless staff changed it."""
    changed = evidence.meddled(*_CHANGES_MONEY)
    for order in evidence.orders.values():
        if str(order.id) in changed:
            continue
        for one in (*evidence.drafts_of(order), *evidence.shop_orders_of(order)):
            if (total := _total(one)) != order.total:
                yield f"order {order.id} is {order.total}, in the shop ({one['name']}) it is {total}"


def _total(record: dict[str, Any]) -> Decimal:
    lines = sum(
        (Decimal(line["price"]) * line["quantity"] - Decimal(line["discount"]) for line in record["lines"]),
        Decimal(0),
    )
    taxes = sum((Decimal(tax["price"]) for line in record["lines"] for tax in line["tax_lines"]), Decimal(0))
    shipping = Decimal(record["shipping_line"]["price"]) if record["shipping_line"] else Decimal(0)
    return lines + taxes + shipping


def nothing_is_sold_that_is_not_there(evidence: Evidence) -> Iterator[str]:
    """Stock: what nobody else sells covers every unit that was promised; what has ended holds nothing."""
    held: Counter[int] = Counter()
    for reservation in evidence.reservations:
        order = evidence.orders[reservation.order_id]
        if reservation.state == "held":
            held[reservation.inventory_item_id] += reservation.quantity
            if status_of(order) != _WAITS:
                yield f"order {order.id} is {order.status} and holds {reservation.quantity} units"
        elif status_of(order) == _WAITS:
            yield f"order {order.id} waits and its units are {reservation.state}"
    for level in evidence.shop["inventory_levels"]:
        if level["sku"] in goods.HOT and level["available"] < held[level["inventory_item_id"]]:
            yield (
                f"{level['sku']}: {level['available']} are left in the shop, {held[level['inventory_item_id']]}"
                " are promised"
            )


def the_stock_is_what_the_shop_says(evidence: Evidence) -> Iterator[str]:
    """Stock: when all is quiet the bridge's number is the shop's."""
    known: dict[int, int | None] = defaultdict(lambda: None)
    known |= {level.inventory_item_id: level.available for level in evidence.levels}
    for level in evidence.shop["inventory_levels"]:
        if known[level["inventory_item_id"]] != level["available"]:
            yield (
                f"{level['sku']}: the shop has {level['available']}, the bridge believes"
                f" {known[level['inventory_item_id']]}"
            )


def nothing_is_left_to_do(evidence: Evidence) -> Iterator[str]:
    """Work: what is not waiting for staff is done."""
    for work in evidence.work:
        if work.given_up_at is None:
            yield f"{work.job} {work.ids} is due {work.next_attempt_at}, {work.attempts} attempts: {work.last_error}"
