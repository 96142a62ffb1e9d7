"""Who the shop is: its name, its money, its location, and what we may do there."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from bridge.domain.shop_access import ShopAccess, ShopLocation
from bridge.domain.shop_values import ShopProfile
from bridge.shopify.client import AdminAPI
from bridge.shopify.gids import gid, number


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


def access(api: AdminAPI) -> ShopAccess:
    """Return what our token is good for, and what the answer's headers say of version and time."""
    data, headers = api.call_for_headers("ReadAccess")

    def access_of(data: Mapping[str, Any]) -> ShopAccess:
        return ShopAccess(
            name=data["shop"]["name"],
            domain=data["shop"]["myshopifyDomain"],
            scopes=tuple(scope["handle"] for scope in data["currentAppInstallation"]["accessScopes"]),
            api_version=headers.get("X-Shopify-API-Version") or None,
            date=_instant(headers.get("Date")),
        )

    return api.understood("ReadAccess", access_of, data)


def location(api: AdminAPI, location_id: int | None) -> ShopLocation | None:
    """Return a location, or the shop's default one."""

    def location_of(node: Mapping[str, Any] | None) -> ShopLocation | None:
        if node is None:
            return None
        return ShopLocation(location_id=number(node["id"]), name=node["name"], is_active=node["isActive"])

    wanted = None if location_id is None else gid("Location", location_id)
    return api.understood("ReadLocation", location_of, api.ask("ReadLocation", "location", id=wanted))


def _instant(text: str | None) -> datetime | None:
    """Return the time of an HTTP date."""
    try:
        found = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
