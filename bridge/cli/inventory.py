"""`python -m bridge inventory …`: what the shop has, what is promised, what can be sold."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from bridge.cli import Noun
from bridge.cli.context import Context, Failure, NumberOrNone, table
from bridge.db import clock
from bridge.models import SyncRun
from bridge.services.partners import get_partner
from bridge.services.show_stock import show_stock
from bridge.services.stock_buffers import set_item_buffer
from bridge.services.sync_inventory import sync_inventory
from bridge.services.sync_runs import IN_BULK, Sweep, newest_runs
from config.settings import DATABASE, REDIS, SHOPIFY


@click.group(cls=Noun)
def group() -> None:
    """Stock, as the shop has it and as it can be sold."""


@group.command("sync", needs=(DATABASE, REDIS, SHOPIFY))
@click.option(
    "--bulk/--no-bulk",
    default=None,
    help="Use a bulk operation, or none; otherwise INVENTORY_BULK_ABOVE decides.",
)
@click.pass_obj
def sync(bridge: Context, bulk: bool | None) -> None:
    """Read the stock of everything that is sold or promised, now.

    A bulk operation is one file about the whole shop for a dozen requests, however many items there are;
    Shopify takes its time for it. Without one there is a request per 250 items.
    """
    with bridge.progress("Reading stock") as progress:
        sweep = sync_inventory(
            bridge.db,
            bridge.shop,
            configured_location=bridge.settings.shopify_location_id,
            bulk_above=bridge.settings.inventory_bulk_above,
            bulk=bulk,
            progress=progress,
        )
    if sweep is None:
        raise Failure("another sync is running", code="busy")
    bridge.answer(asdict(sweep), text=_summary(sweep))
    if not sweep.complete:
        raise Failure(
            f"{sweep.failed_pages} pages could not be read: {sweep.last_error}", code="sync_incomplete"
        )


@group.command("runs")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.pass_obj
def runs(bridge: Context, limit: int) -> None:
    """List the newest syncs: what each read, changed and missed, and what it cost."""
    with bridge.db.transaction() as session:
        shown = [_run(row) for row in newest_runs(session, limit=limit)]
    headings = (
        "started_at", "finished_at", "method", "pages", "items", "changed", "missing", "failed_pages",
        "requests", "points", "problem",
    )  # fmt: skip
    rows = [[_cell(run[heading]) for heading in headings] for run in shown]
    bridge.answer({"runs": shown}, text=table(headings, rows) if rows else "There was no sync yet.")


def _run(row: SyncRun) -> dict[str, Any]:
    names = (
        "started_at", "finished_at", "method", "pages", "items", "changed", "missing", "failed_pages",
        "requests", "points", "complete", "last_error", "bulk_problem",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names} | {"problem": row.last_error or row.bulk_problem}


def _cell(value: object) -> object:
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value


def _summary(sweep: Sweep) -> str:
    how = "in bulk, " if sweep.method == IN_BULK else ""
    lines = [
        f"{sweep.items} items read at location {sweep.location_id}: {sweep.changed} changed, "
        f"{sweep.missing} gone from the shop ({how}{sweep.requests} requests, {sweep.points} points)."
    ]
    if sweep.bulk_problem:
        lines.append(f"Not everything was read in bulk: {sweep.bulk_problem}")
    return "\n".join(lines)


@group.command("show")
@click.argument("sku")
@click.pass_obj
def show(bridge: Context, sku: str) -> None:
    """Show the stock of SKU: per location what was observed, who holds units of it, what can be sold."""
    with bridge.db.transaction() as session:
        shown = show_stock(session, sku=sku, shop_buffer=bridge.settings.stock_buffer)
    bridge.answer({"sku": sku, "listings": shown}, text="\n\n".join(_text(listing) for listing in shown))


@group.command("buffer")
@click.argument("sku")
@click.argument("units", type=NumberOrNone())
@click.option("--partner", help="Whose SKU it is, where two partners call different items by it.")
@click.pass_obj
def buffer(bridge: Context, sku: str, units: int | str, partner: str | None) -> None:
    """Keep UNITS of the item behind SKU in the shop, whoever asks for it; `none`: as its partner or the shop says.

    The most exact one counts: the item's, else the partner's (`partner set --buffer`), else STOCK_BUFFER.
    """
    wanted = None if isinstance(units, str) else units
    with bridge.db.transaction() as session:
        whose = None if partner is None else get_partner(session, name=partner).id
        item = set_item_buffer(session, sku=sku, units=wanted, partner_id=whose, now=clock(session))
    kept = "as its partner or the shop says" if wanted is None else f"{wanted} stay in the shop"
    bridge.answer({"sku": sku, "inventory_item_id": item, "buffer": wanted}, text=f"{sku}: {kept}.")


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
            headings = (
                "order_id",
                "partner",
                "partner_order_id",
                "status",
                "quantity",
                "state",
                "since",
                "why",
            )
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
    kept = f" - {place['buffer']} kept back ({place['buffer_of']})" if place["buffer"] else ""
    return (
        f"{stocked}{place['available']} available - {place['reserved']} promised{kept} = "
        f"{place['sellable']} sellable; {seen}"
    )
