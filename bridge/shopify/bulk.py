"""Bulk operations: the stock of the whole shop in one file, for the price of one call.

A bulk query takes no ids, and a search takes no hundred thousand of them: the file is about every item of the
shop, and whoever reads it picks out its own. The level stands inside its item (`inventoryLevel(locationId:)`),
so a line is whole by itself and nothing has to be joined, in whatever order Shopify writes the lines.
Sources: Shopify, "Perform bulk operations with the GraphQL Admin API"; captured operations of 2026-04.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from bridge.domain.errors import ShopRefused, ShopUnavailable
from bridge.domain.shop_values import BulkOperation, InventoryLevel
from bridge.shopify.catalog import level_of
from bridge.shopify.client import AdminAPI
from bridge.shopify.gids import gid, number

# Unfiltered: a filter asks the search index, which lags, and what it lacks would look deleted.
_LEVELS = """{
  inventoryItems {
    edges {
      node {
        id
        tracked
        inventoryLevel(locationId: "%s") {
          isActive
          updatedAt
          quantities(names: ["available"]) {
            name
            quantity
          }
        }
      }
    }
  }
}"""
_ITEM = gid("InventoryItem", 0).removesuffix("0")
# More than any line; a file without line ends must not be read as one.
_LONGEST_LINE = 1024 * 1024


def start_levels(api: AdminAPI, location_id: int) -> int:
    """Ask for the levels of every item at a location.

    :raises ShopRefused: the shop has no such location, or runs as many bulk operations as it will
    """
    location = gid("Location", location_id)
    if api.ask("ReadLocation", "location", id=location) is None:
        # Every item would look as if it were not stocked there, and nothing would be for sale.
        raise ShopRefused(f"the shop has no location {location_id}; see SHOPIFY_LOCATION_ID")
    return api.change(
        "StartBulkQuery",
        lambda payload: number(payload["bulkOperation"]["id"]) if payload["bulkOperation"] else None,
        query=_LEVELS % location,
    )


def read(api: AdminAPI, operation_id: int) -> BulkOperation | None:
    """Return how far a bulk operation is; None where the shop knows of none."""
    found = api.ask("ReadBulkOperation", "bulkOperation", id=gid("BulkOperation", operation_id))
    return None if found is None else api.understood("ReadBulkOperation", _operation, found)


def levels(api: AdminAPI, operation: BulkOperation, location_id: int) -> Iterator[InventoryLevel]:
    """Yield the levels in the file of an operation that has ended.

    The file is on disk before the first line is read: whoever stores lines slowly must not keep the download
    waiting, which would be cut off.

    :raises ShopRefused: the file is not there any more
    :raises ShopUnavailable: it was cut off, or a line cannot be read
    """
    if operation.url is None:  # It found nothing.
        return
    with tempfile.TemporaryFile() as file:
        api.download(operation.url, file)
        file.seek(0)
        for node in _items(file):
            yield _level(node, location_id)


def _items(file: BinaryIO) -> Iterator[Mapping[str, Any]]:
    """Yield the inventory items of a file; what belongs to one would stand on a line of its own."""
    while line := file.readline(_LONGEST_LINE):
        try:
            node = json.loads(line)
            is_item = node["id"].startswith(_ITEM) and "__parentId" not in node
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise _unreadable(error) from error
        if is_item:
            yield node


def _level(node: Mapping[str, Any], location_id: int) -> InventoryLevel:
    try:
        return level_of(node, location_id)
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable(error) from error


def _operation(node: Mapping[str, Any]) -> BulkOperation:
    return BulkOperation(
        operation_id=number(node["id"]),
        status=node["status"].lower(),
        objects=int(node["objectCount"]),
        url=node["url"] or node["partialDataUrl"],
        error=node["errorCode"],
    )


def _unreadable(error: Exception) -> ShopUnavailable:
    return ShopUnavailable(f"a line of the bulk operation's file cannot be read ({type(error).__name__})")
