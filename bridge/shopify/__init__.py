"""Shopify, behind the Protocol of `bridge.domain.shop`. The only importer of the `shopify` package."""

from collections.abc import Callable

from bridge.domain.shop import Shop
from config.settings import Settings


def open_shop(settings: Settings, *, throttled: Callable[[], None] = lambda: None) -> Shop:
    """Return the store that the settings name; make it after the process forked. Nothing is sent yet.

    :param throttled: counts an answer of Shopify's that says THROTTLED; must not raise
    """
    # The web process imports `signatures` from here and needs none of this.
    from bridge.shopify.opening import open_shopify

    return open_shopify(settings, throttled)
