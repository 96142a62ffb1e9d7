"""Have an order of the shop canceled: what was paid is given back, and units that did not leave go back for sale."""

from collections.abc import Callable, Collection
from dataclasses import replace

from bridge.domain.errors import ShopRefused
from bridge.domain.shop import Shop
from bridge.domain.shop_values import Cancellation, ShopOrder

_MAX_STAFF_NOTE = 255
_LIVE = frozenset({"success", "open", "pending"})
_TAKEN = frozenset({"paid", "partially_paid", "partially_refunded"})


class HasShipped(ShopRefused):
    """What is on its way to the customer cannot be canceled."""


def living_parcels(found: ShopOrder) -> list[int]:
    """Return the fulfillments that were not canceled and did not fail."""
    return [each.fulfillment_id for each in found.fulfillments if each.status in _LIVE]


def cancel_in_shop(
    shop: Shop,
    found: ShopOrder,
    *,
    reason: str,
    note: str,
    closing: Collection[int] = (),
    tell_not_restocked: Callable[[], None],
) -> bool:
    """Cancel the order unless it is; say whether it is canceled by now. Shopify does it a moment after its answer.

    :param reason: Shopify's, in lower case
    :param note: for staff of the shop
    :param closing: fulfillments that are no parcels
    :param tell_not_restocked: called before the order is canceled without taking its units back, where Shopify
        would not: an answer that gets lost must not take this along
    :raises HasShipped: nothing was done
    :raises ShopError: canceling it again is safe
    """
    if found.cancelled_at is not None:
        return True
    if not set(living_parcels(found)) <= set(closing):
        raise HasShipped("it has shipped")
    cancellation = Cancellation(
        reason=reason,
        restock=True,
        refund=(found.financial_status or "") in _TAKEN,
        staff_note=note[:_MAX_STAFF_NOTE],
    )
    try:
        shop.cancel_order(found.order_id, cancellation)
    except ShopRefused as refusal:
        said = " ".join((refusal.message, *refusal.problems)).lower()
        if "outstanding fulfillments" in said:  # Shipped since we looked.
            raise HasShipped("it has shipped") from refusal
        # Shopify restocks a paid order at no deactivated location, and neither its words nor a code say so for sure.
        if "location" not in said and not shop.waits_at_closed_location(found.order_id):
            raise
        tell_not_restocked()
        shop.cancel_order(found.order_id, replace(cancellation, restock=False))
    canceled = shop.order(found.order_id)
    return canceled is not None and canceled.cancelled_at is not None
