"""`python -m bridge inventory …`: what the shop has, what is promised, what can be sold."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import click

from bridge.cli import Noun
from bridge.cli.context import Context, Failure, table
from bridge.services.show_stock import show_stock
from bridge.services.sync_inventory import sync_inventory
from config.settings import DATABASE, REDIS, SHOPIFY


@click.group(cls=Noun)
def group() -> None:
    """Stock, as the shop has it and as it can be sold."""


@group.command("sync", needs=(DATABASE, REDIS, SHOPIFY))
@click.pass_obj
def sync(bridge: Context) -> None:
    """Read the stock of everything that is sold or promised, now."""
    with bridge.progress("Reading stock") as progress:
        sweep = sync_inventory(
            bridge.db,
            bridge.shop,
            configured_location=bridge.settings.shopify_location_id,
            progress=progress,
        )
    if sweep is None:
        raise Failure("another sync is running", code="busy")
    bridge.answer(
        asdict(sweep),
        text=f"{sweep.items} items read at location {sweep.location_id}: {sweep.changed} changed, "
        f"{sweep.missing} gone from the shop.",
    )
    if not sweep.complete:
        raise Failure(
            f"{sweep.failed_pages} pages could not be read: {sweep.last_error}", code="sync_incomplete"
        )


@group.command("show")
@click.argument("sku")
@click.pass_obj
def show(bridge: Context, sku: str) -> None:
    """Show the stock of SKU: per location what was observed, who holds units of it, what can be sold."""
    with bridge.db.transaction() as session:
        shown = show_stock(session, sku=sku)
    bridge.answer({"sku": sku, "listings": shown}, text="\n\n".join(_text(listing) for listing in shown))


def _text(listing: Mapping[str, Any]) -> str:
    retired = ", retired" if listing["retired_at"] else ""
    lines = [
        f"{listing['sku']} of {listing['partner']}: {listing['title']} (variant {listing['variant_id']}, "
        f"item {listing['inventory_item_id']}{retired})"
    ]
    for place in listing["locations"]:
        here = " (sold from here)" if place["sold_from_here"] else ""
        lines += [f"  location {place['location_id']}{here}: {_state(place)}"]
        if place["reservations"]:
            headings = ("order_id", "partner_order_id", "status", "quantity", "state")
            rows = [[row[heading] for heading in headings] for row in place["reservations"]]
            lines += [f"    {line}" for line in table(headings, rows).splitlines()]
    return "\n".join(lines)


def _state(place: Mapping[str, Any]) -> str:
    if place["observed_at"] is None:
        return f"never observed; {place['reserved']} promised"
    seen = f"seen {place['observed_at']:%Y-%m-%d %H:%M:%S} UTC by {place['observed_by']}"
    if not place["tracked"]:
        return f"not tracked, sold without limit; {seen}"
    stocked = "" if place["stocked"] else "not stocked, "
    return (
        f"{stocked}{place['available']} available - {place['reserved']} promised = "
        f"{place['sellable']} sellable; {seen}"
    )
