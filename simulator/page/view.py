"""What the page shows: the newest of everything, in the words a person reads."""

from datetime import datetime
from typing import Any

from simulator import order_money, stock
from simulator.drafts import totals
from simulator.fulfillment_state import WAITING, display_status, status
from simulator.gids import gid
from simulator.money import money_text
from simulator.records import DraftLine, DraftOrder, Fulfillment, FulfillmentOrder, Order, OrderLine
from simulator.simulation import Simulation
from simulator.state import Store

PER_PAGE = 20
EVENTS = (
    "IN_TRANSIT", "OUT_FOR_DELIVERY", "DELIVERED", "ATTEMPTED_DELIVERY", "FAILURE", "DELAYED",
    "CONFIRMED", "LABEL_PRINTED", "READY_FOR_PICKUP",
)  # fmt: skip
REASONS = ("CUSTOMER", "DECLINED", "FRAUD", "INVENTORY", "OTHER", "STAFF")

Json = dict[str, Any]


def everything(simulation: Simulation, *, search: str, page: int) -> Json:
    """All that the page shows, taken in one moment.

    :param search: text that names, tags, notes or SKUs must contain; empty for all
    :param page: 1 is the newest of drafts and orders
    """
    store = simulation.store
    with store.lock:
        drafts, more_drafts = _page_of(store, "DraftOrder", search, page)
        orders, more_orders = _page_of(store, "Order", search, page)
        return {
            "shop": store.settings.shop,
            "currency": store.settings.currency,
            "search": search,
            "page": page,
            "more": more_drafts or more_orders,
            "drafts": [_draft(store, one) for one in drafts],
            "orders": [_order(store, one) for one in orders],
            "levels": _levels(store, search),
            "subscriptions": _subscriptions(simulation),
            "deliveries": _deliveries(store),
            "faults": simulation.faults.listed(),
            "counts": {
                "drafts": len(store.table("DraftOrder")), "orders": len(store.table("Order")),
            },
            "events": EVENTS,
            "reasons": REASONS,
        }  # fmt: skip


def _page_of(store: Store, kind: str, search: str, page: int) -> tuple[list[Any], bool]:
    """One page, newest first, and whether there is another."""
    ids = reversed(store.ordered_ids(kind))
    found = (store.get(kind, number) for number in ids)
    skipped, shown = (page - 1) * PER_PAGE, []
    for record in found:
        if not _contains(record, search.lower()):
            continue
        if skipped:
            skipped -= 1
        elif len(shown) == PER_PAGE:
            return shown, True
        else:
            shown.append(record)
    return shown, False


def _contains(record: Any, wanted: str) -> bool:
    if not wanted:
        return True
    texts = [record.name, record.note or "", str(record.id), *record.tags]
    texts += [f"{line.sku or ''} {line.title}" for line in record.lines]
    return any(wanted in text.lower() for text in texts)


def _time(moment: datetime | None) -> str | None:
    return moment.strftime("%d %b %H:%M:%S") if moment else None


def _customer(record: DraftOrder | Order) -> str:
    address = record.shipping_address
    if address is None:
        return record.email or ""
    name = " ".join(filter(None, (address.first_name, address.last_name)))
    return ", ".join(filter(None, (name, address.city, address.country_code)))


def _common(record: DraftOrder | Order) -> Json:
    return {
        "id": gid(record.kind, record.id),
        "number": record.id,
        "name": record.name,
        "created": _time(record.created_at),
        "customer": _customer(record),
        "note": record.note,
        "tags": record.tags,
        "currency": record.currency,
    }


def _line(line: DraftLine | OrderLine, currency: str) -> Json:
    return {
        "id": gid(line.kind, line.id),
        "title": line.title,
        "sku": line.sku,
        "custom": line.variant_id is None,
        "quantity": line.quantity,
        "current": getattr(line, "current_quantity", line.quantity),
        "price": money_text(line.price, currency),
    }


def _draft(store: Store, record: DraftOrder) -> Json:
    return _common(record) | {
        "status": record.status.lower().replace("_", " "),
        "open": record.status != "COMPLETED",
        "order": record.order.name if record.order else None,
        "held_until": _time(record.reserve_inventory_until) if record.holds else None,
        "lines": [_line(line, record.currency) for line in record.lines],
        "total": money_text(totals(store, record).total, record.currency),
    }


def _order(store: Store, record: Order) -> Json:
    paid = [one for one in record.transactions if one.transaction_kind == "SALE" and one.status == "SUCCESS"]
    return _common(record) | {
        "financial": record.financial_status.lower().replace("_", " "),
        "fulfillment": status(record).lower().replace("_", " "),
        "cancelled": _time(record.cancelled_at),
        "closed": _time(record.closed_at),
        "owed": bool(order_money.outstanding(record)),
        "lines": [_line(line, record.currency) for line in record.lines],
        "total": money_text(order_money.current_total(record), record.currency),
        "waiting": [_waiting(one) for one in record.fulfillment_orders if one.status in WAITING],
        "parcels": [_parcel(one) for one in record.fulfillments],
        "payment": gid("OrderTransaction", paid[0].id) if paid else "",
        "gateway": paid[0].gateway if paid else "manual",
        "location": gid("Location", store.default_location_id),
    }


def _waiting(opened: FulfillmentOrder) -> Json:
    return {
        "id": gid("FulfillmentOrder", opened.id),
        "location": opened.location.name,
        "shipped": any(part.line.requires_shipping for part in opened.lines),
        "lines": [
            {
                "id": gid("FulfillmentOrderLineItem", part.id), "title": part.line.title,
                "sku": part.line.sku, "remaining": part.remaining,
            }
            for part in opened.lines
            if part.remaining
        ],
    }  # fmt: skip


def _parcel(record: Fulfillment) -> Json:
    return {
        "id": gid("Fulfillment", record.id),
        "name": record.name,
        "status": display_status(record).lower().replace("_", " "),
        "live": record.status == "SUCCESS",
        "company": record.tracking_company or "",
        "numbers": ", ".join(record.tracking_numbers),
        "lines": [f"{part.quantity} × {part.line.title}" for part in record.lines],
    }


def _levels(store: Store, search: str) -> list[Json]:
    """Stock by item and location, the catalog's order; at most as many as a page shows well."""
    found: list[Json] = []
    for variant in store.all("ProductVariant"):
        item = variant.inventory_item
        if search and search.lower() not in f"{item.sku} {variant.product.title}".lower():
            continue
        for level in item.levels.values():
            found.append(
                {
                    "sku": item.sku, "title": variant.product.title, "location": level.location.name,
                    "product": gid("Product", variant.product.id), "variant": gid("ProductVariant", variant.id),
                    "price": money_text(variant.price, store.settings.currency), "tracked": item.tracked,
                    "item_id": gid("InventoryItem", item.id), "location_id": gid("Location", level.location.id),
                    **{name: stock.quantity(level, name) for name in ("available", "reserved", "committed", "on_hand")},
                }
            )  # fmt: skip
            if len(found) == 5 * PER_PAGE:
                return found
    return found


def _subscriptions(simulation: Simulation) -> list[Json]:
    always = simulation.deliveries.always_to
    listed: list[Json] = [{"id": "", "topic": "every topic", "uri": always, "failures": 0}] if always else []
    for one in simulation.store.subscriptions:
        listed.append(
            {
                "id": gid("WebhookSubscription", one.id), "topic": one.topic, "uri": one.uri,
                "failures": one.failures,
            }
        )  # fmt: skip
    return listed


def _deliveries(store: Store) -> list[Json]:
    newest = store.ordered_ids("WebhookDelivery")[: -2 * PER_PAGE - 1 : -1]
    records = [store.get("WebhookDelivery", number) for number in newest]
    return [
        {
            "topic": one.topic, "state": one.state, "at": one.triggered_at[11:19], "tries": len(one.attempts),
            "answers": ", ".join(str(a.get("status", a.get("error"))) for a in one.attempts),
            "webhook_id": one.webhook_id,
        }
        for one in records
    ]  # fmt: skip
