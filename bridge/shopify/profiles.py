"""Who the shop is: its name, its money, its location, and what we may do there."""

from collections.abc import Mapping
from typing import Any

from bridge.domain.shop_values import ShopProfile
from bridge.shopify.client import AdminAPI
from bridge.shopify.gids import number


def read(api: AdminAPI, *, version: str, location_id: int | None) -> ShopProfile:
    """Return the shop's profile.

    :param location_id: the location that was configured; None for the shop's default one
    """

    def profile_of(data: Mapping[str, Any]) -> ShopProfile:
        shop = data["shop"]
        return ShopProfile(
            name=shop["name"],
            domain=shop["myshopifyDomain"],
            currency=shop["currencyCode"],
            enabled_presentment_currencies=tuple(shop["enabledPresentmentCurrencies"]),
            location_id=location_id or number(data["location"]["id"]),
            scopes=tuple(scope["handle"] for scope in data["currentAppInstallation"]["accessScopes"]),
            api_version=version,
        )

    return api.understood("ReadProfile", profile_of, api.call("ReadProfile"))
