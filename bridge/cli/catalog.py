"""`python -m bridge catalog …`: which of the shop's variants each partner sells, and under which SKUs."""

import csv
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from bridge.cli import Noun
from bridge.cli.context import Context, Failure
from bridge.domain.catalog_rows import COLUMNS, VARIANT, BadRow
from bridge.domain.shop_values import Variant
from bridge.models import Listing
from bridge.services import partners
from bridge.services.catalog_file import opened_catalog
from bridge.services.import_catalog import Import, NothingImported, import_catalog
from bridge.services.pull_catalog import Pull, pull_catalog
from config.settings import DATABASE, REDIS, SHOPIFY


@click.group(cls=Noun)
def group() -> None:
    """Catalogs: the SKUs of a partner and the variants they stand for."""


@group.command("import", needs=(DATABASE, REDIS, SHOPIFY))
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--replace", is_flag=True, help="Retire the partner's SKUs that the file does not name.")
@click.option("--strict", is_flag=True, help="Import nothing when a single row is bad.")
@click.pass_obj
def import_(bridge: Context, name: str, file: Path, replace: bool, strict: bool) -> None:
    """Map the SKUs of FILE for the partner NAME, and read their stock: sellable when this returns.

    FILE is a CSV whose first line names at least the columns sku and shopify_variant_id (a number or a
    gid). Rows that cannot be imported are listed with their line and reason; the others go in, and the
    command ends with 1.
    """
    with bridge.db.transaction() as session:
        partner = partners.get_partner(session, name=name)
    try:
        with opened_catalog(file) as catalog, bridge.progress("Importing") as progress:
            done = import_catalog(
                bridge.db,
                bridge.shop,
                partner_id=partner.id,
                rows=catalog.rows,
                configured_location=bridge.settings.shopify_location_id,
                replace=replace,
                strict=strict,
                progress=lambda line: progress(line - 1, catalog.lines),
            )
    except NothingImported as error:
        raise Failure(error.message, _sentences(error.bad_rows), code=error.code) from error
    bridge.answer(_report(partner.name, done), text=_summary(done))
    if not done.is_whole:
        raise Failure(_shortcoming(done, replace=replace), _sentences(done.problems), code="not_all_imported")


@group.command("pull", needs=(DATABASE, REDIS, SHOPIFY))
@click.argument("name")
@click.option("--collection", "handle", required=True, help="Its handle: the end of its address in the shop.")
@click.option("--replace", is_flag=True, help="Retire every other SKU of the partner, wherever it came from.")
@click.pass_obj
def pull(bridge: Context, name: str, handle: str, replace: bool) -> None:
    """List what a collection of the shop holds for the partner NAME, under the shop's own SKUs.

    What was pulled from the collection before and is no longer in it is retired. Variants without a SKU, and
    SKUs that several variants have, are reported and not listed; the others are, and the command ends with 1.
    Drafts and archived products count as not in it.
    """
    with bridge.db.transaction() as session:
        partner = partners.get_partner(session, name=name)
    with bridge.progress("Pulling") as progress:
        done = pull_catalog(
            bridge.db,
            bridge.shop,
            partner_id=partner.id,
            handle=handle,
            configured_location=bridge.settings.shopify_location_id,
            replace=replace,
            progress=progress,
        )
    bridge.answer(_pull_report(partner.name, handle, done), text=_summary(done))
    if done.unlisted:
        raise Failure(
            f"{len(done.unlisted)} SKUs or variants of the collection could not be listed",
            [f"{'' if one.sku is None else f'{one.sku}: '}{one.reason}" for one in done.unlisted],
            code="not_all_listed",
        )


@group.command("export")
@click.argument("name")
@click.pass_obj
def export(bridge: Context, name: str) -> None:
    """Print the catalog of the partner NAME as `catalog import` reads it."""
    with bridge.db.transaction() as session:
        partner = partners.get_partner(session, name=name)
        rows = session.execute(
            select(Listing.sku, Listing.variant_id)
            .where(Listing.partner_id == partner.id, Listing.retired_at.is_(None))
            .order_by(Listing.sku)
        ).all()
    if bridge.json:
        bridge.answer({"listings": [dict(zip(COLUMNS, row, strict=True)) for row in rows]}, text="")
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(tuple(row) for row in rows)


def _report(partner: str, done: Import) -> dict[str, Any]:
    return {
        "partner": partner,
        "imported": done.imported,
        "added": done.added,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "retired": done.retired,
        "failed": len(done.problems),
        "stopped_at_line": done.stopped_at_line,
        "problems": [
            {
                "line": row.line,
                "sku": row.sku,
                "reason": row.reason,
                "candidates": _candidates(row.candidates),
            }
            for row in _in_order(done.problems)
        ],
    }


def _pull_report(partner: str, handle: str, done: Pull) -> dict[str, Any]:
    return {
        "partner": partner,
        "collection": handle,
        "imported": done.imported,
        "added": done.added,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "retired": done.retired,
        "failed": len(done.unlisted),
        "problems": [
            {"sku": one.sku, "reason": one.reason, "candidates": _candidates(one.variants)}
            for one in done.unlisted
        ],
    }


def _candidates(variants: Iterable[Variant]) -> list[dict[str, Any]]:
    return [{VARIANT: variant.variant_id, "title": variant.title} for variant in variants]


def _summary(done: Import | Pull) -> str:
    retired = f", {done.retired} retired" if done.retired else ""
    return (
        f"{done.imported} imported and sellable: {done.added} new, {done.changed} changed, "
        f"{done.unchanged} as before{retired}."
    )


def _shortcoming(done: Import, *, replace: bool) -> str:
    parts = [f"{len(done.problems)} rows could not be imported; the other {done.imported} are"]
    if done.stopped_at_line is not None:
        parts.append(
            f"Shopify is away, so nothing from line {done.stopped_at_line} on was tried: run it again"
        )
    if replace and (done.stopped_at_line is not None or any(row.sku is None for row in done.problems)):
        parts.append("nothing was retired, since a SKU that could not be read may be any of them")
    return "; ".join(parts)


def _in_order(rows: "list[BadRow] | tuple[BadRow, ...]") -> list[BadRow]:
    return sorted(rows, key=lambda row: row.line)


def _sentences(rows: Any) -> list[str]:
    return [
        f"line {row.line}{'' if row.sku is None else f' ({row.sku})'}: {row.reason}"
        for row in _in_order(rows)
    ]
