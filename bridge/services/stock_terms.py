"""What can be sold, as SQL: the one place where promises are summed and a safety buffer is chosen.

Submits, checks, the catalog and `inventory show` read these terms; `domain.stock` makes a number of them.
"""

from datetime import timedelta

# Before its end a hold of the shop's is no longer relied on: clocks differ, and a renewal takes its time.
HOLD_MARGIN = timedelta(minutes=10)

# Of the reservation `r`: the units are ours to subtract, since the shop's number may still contain them.
COUNTS = f"""r.state IN ('held', 'in_shopify') AND (
             r.hold_seen_at IS NULL OR r.hold_until <= now() + interval '{HOLD_MARGIN.total_seconds()} s')"""

_ITEMS_OWN = "(SELECT b.units FROM item_buffers b WHERE b.inventory_item_id = l.inventory_item_id)"


def stock_terms(*, partner_id: str, shop_buffer: str) -> str:
    """Return the columns of a `domain.stock.Stock`, in its order and without `is_stale`, of the level `l`.

    The most exact buffer wins: the item's own, else the partner's, else the shop's. A buffer of 0 is a buffer.

    :param partner_id: SQL that gives the partner's id
    :param shop_buffer: SQL that gives the setting of the whole shop
    """
    return f"""l.inventory_item_id, l.stocked, l.tracked, l.available,
         (SELECT coalesce(sum(r.quantity), 0) FROM reservations r
          WHERE r.inventory_item_id = l.inventory_item_id AND r.location_id = l.location_id AND {COUNTS}),
         coalesce({_ITEMS_OWN}, {_partners_own(partner_id)}, {shop_buffer})"""  # noqa: S608  made of constants


def buffer_source(*, partner_id: str) -> str:
    """Return whose buffer `stock_terms` chose, as a column: `item`, `partner` or `shop`."""
    return f"""CASE WHEN {_ITEMS_OWN} IS NOT NULL THEN 'item'
         WHEN {_partners_own(partner_id)} IS NOT NULL THEN 'partner' ELSE 'shop' END"""


def _partners_own(partner_id: str) -> str:
    return f"(SELECT p.stock_buffer FROM partners p WHERE p.id = {partner_id})"  # noqa: S608  made of constants
