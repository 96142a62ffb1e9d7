"""What a submit would decide about a cart now, with nothing written and nothing locked.

The decision is the submit's own, `sku_matching.match`. Only the reading differs: a submit locks the stock first.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from bridge.domain.carts import Cart
from bridge.domain.sku_matching import Listing, Match, match
from bridge.domain.stock import Stock
from bridge.services.stock_terms import stock_terms

# One statement, so that numbers and promises are of one moment.
_READ = text(f"""
    SELECT li.sku, li.variant_id, li.inventory_item_id, li.retired_at IS NOT NULL,
        l.observed_at IS NOT NULL,
        {stock_terms(partner_id=":partner_id", shop_buffer=":shop_buffer")},
        l.observed_at < now() - :stale_after
    FROM listings li
    LEFT JOIN inventory_levels l ON l.inventory_item_id = li.inventory_item_id
        AND l.location_id = (SELECT (value ->> 'id')::bigint FROM marks WHERE name = 'location')
    WHERE li.partner_id = :partner_id AND li.sku = ANY(:skus)
""")  # noqa: S608  made of constants


def check_cart(
    session: Session, *, partner_id: UUID, cart: Cart, stale_after: timedelta, shop_buffer: int
) -> Match:
    """Tell of every line whether the supplier would ship it, if the cart were submitted now.

    :param stale_after: age at which an observation of stock is flagged
    :param shop_buffer: units kept back where neither item nor partner says otherwise
    :raises StockUnknown: a mapped item was never observed in the shop
    """
    rows = session.execute(
        _READ,
        {
            "partner_id": partner_id,
            "skus": list({item.sku for item in cart.items}),
            "stale_after": stale_after,
            "shop_buffer": shop_buffer,
        },
    ).all()
    listings = {row[0]: Listing(*row[:4]) for row in rows}
    stocks = {row[2]: Stock(*row[5:]) for row in rows if row[4]}
    return match(cart.items, listings, stocks)
