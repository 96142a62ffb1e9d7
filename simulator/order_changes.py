"""What follows every change of an order: its time, its webhooks, and whether the shop puts it away."""

from simulator.fulfillment_state import status
from simulator.records import Order
from simulator.state import Store, utc_now


def changed(store: Store, order: Order, *topics: str) -> None:
    """The order was changed now; `orders/updated` goes with whatever else is told."""
    store.touch(order)
    for topic in (*topics, "orders/updated"):
        store.emit(topic, order)


def now_fulfilled(store: Store, order: Order, before: str) -> list[str]:
    """The topic to tell when taking units away has left nothing to send of what was begun.

    :param before: the fulfillment status before they were taken away
    """
    archive_when_done(store, order)
    done = before == "PARTIALLY_FULFILLED" and status(order) == "FULFILLED"
    return ["orders/fulfilled"] if done else []


def archive_when_done(store: Store, order: Order) -> None:
    """Close what is paid and sent, if the shop is set to do so, as Shopify does by default."""
    done = status(order) == "FULFILLED" and order.financial_status in ("PAID", "REFUNDED")
    if store.settings.auto_archive and done and order.closed_at is None:
        order.closed_at = utc_now()
