"""Since when as much of an item can be sold as now, as SQL: for partners who ask what changed.

What can be sold changes in three ways. A number changes, or a promise ends: a trigger notes that at the level
(revision 0009). A promise is made: its reservation tells by itself when, so that a submit writes nothing for this.
And a hold of the shop's runs out, which nobody writes at all.

A change is noted with the beginning of its transaction, and seen once that is committed.
"""

from bridge.services.stock_terms import HOLD_MARGIN

_MARGIN = f"interval '{HOLD_MARGIN.total_seconds()} s'"
_OPEN = "r.state IN ('held', 'in_shopify')"

# Of the level `l`: when it last changed.
CHANGED_AT = f"""greatest(
    l.sellable_changed_at,
    (SELECT max(greatest(
         r.created_at,
         CASE WHEN r.hold_seen_at IS NOT NULL AND r.hold_until <= now() + {_MARGIN}
              THEN r.hold_until - {_MARGIN} END))
     FROM reservations r
     WHERE r.inventory_item_id = l.inventory_item_id AND r.location_id = l.location_id AND {_OPEN}))"""  # noqa: S608  made of constants


def changed_items(*, location: str, since: str) -> str:
    """Return a query of the inventory items whose `CHANGED_AT` is at `since` or later; some of them twice.

    It has a branch for each way to change, and each branch its index.

    :param location: SQL that gives the id of the location that is sold from
    :param since: SQL that gives the moment
    """
    return f"""
    SELECT l.inventory_item_id FROM inventory_levels l
    WHERE l.location_id = {location} AND l.sellable_changed_at >= {since}
    UNION ALL
    SELECT r.inventory_item_id FROM reservations r
    WHERE r.location_id = {location} AND {_OPEN} AND r.created_at >= {since}
    UNION ALL
    SELECT r.inventory_item_id FROM reservations r
    WHERE r.location_id = {location} AND r.state = 'held' AND r.hold_seen_at IS NOT NULL
        AND r.hold_until >= {since} + {_MARGIN} AND r.hold_until <= now() + {_MARGIN}"""  # noqa: S608  made of constants
