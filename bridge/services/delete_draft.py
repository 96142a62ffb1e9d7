"""Delete a draft of ours that is too many, unless it has become an order."""

from bridge.domain.errors import ShopRefused
from bridge.domain.shop import Shop
from bridge.domain.shop_values import PlacedDraft


def delete_draft(shop: Shop, draft_id: int) -> PlacedDraft | None:
    """Delete an open draft, or return it completed where staff were faster; None when it is gone.

    Between our look and our call it may still be completed. Whether Shopify deletes it then is not known: if not,
    the refusal is another look; if so, its order is all that is left, and `heard_orders` settles whose that is.

    :raises ShopError: deleting it again is safe
    """
    placed = shop.draft(draft_id)
    if placed is None or placed.order_id is not None:
        return placed
    try:
        shop.delete_draft(draft_id)
    except ShopRefused:
        placed = shop.draft(draft_id)
        if placed is None or placed.order_id is not None:
            return placed
        raise
    return None
