"""Shopify, behind the Protocol of `bridge.domain.shop`. The only importer of the `shopify` package."""

from bridge.domain.shop import Shop
from config.settings import Settings


def open_shop(settings: Settings) -> Shop:
    """Return the store that the settings name; make it after the process forked. Nothing is sent yet."""
    # The web process imports `signatures` from here and needs none of this.
    from bridge.shopify.opening import open_shopify

    return open_shopify(settings)
