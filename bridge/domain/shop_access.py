"""What we are to the shop: who we are there, and which permissions we need for what (`docs/shopify.md`)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

NEEDED: Mapping[str, str] = {
    "write_draft_orders": "orders cannot be made",
    "write_orders": "orders cannot be read, canceled or refunded",
    "write_merchant_managed_fulfillment_orders": "lines that are not ours stay open",
    "read_fulfillments": "deliveries are not heard of",
    "read_products": "catalogs cannot be imported",
    "read_inventory": "stock cannot be read",
    "read_locations": "stock cannot be read",
}
USEFUL: Mapping[str, str] = {
    "read_all_orders": "orders older than 60 days are out of sight",
}


@dataclass(frozen=True, slots=True)
class ShopAccess:
    """Who we are to the shop, and what it said beside its answer.

    `api_version` is the one that answered, `date` the shop's clock in whole seconds; None: it did not say.
    """

    name: str
    domain: str
    scopes: tuple[str, ...]
    api_version: str | None
    date: datetime | None


@dataclass(frozen=True, slots=True)
class ShopLocation:
    """One place that stock lies at. One that is not active sells and ships nothing."""

    location_id: int
    name: str
    is_active: bool


def lacking(wanted: Mapping[str, str], granted: Collection[str]) -> list[str]:
    """Return what is wanted and not granted, each with what follows: `read_products: catalogs cannot ...`.

    Who may write may read: Shopify lists `write_products` alone where both were granted.
    """
    return [
        f"{scope}: {consequence}" for scope, consequence in wanted.items() if not _is_granted(scope, granted)
    ]


def _is_granted(scope: str, granted: Collection[str]) -> bool:
    return scope in granted or scope.replace("read_", "write_", 1) in granted
