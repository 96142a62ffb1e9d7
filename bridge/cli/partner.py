"""`python -m bridge partner …`: who may send us carts, and how we treat theirs."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bridge.cli import Noun
from bridge.cli.context import Context, NumberOrNone, table
from bridge.domain.api_keys import Scope
from bridge.domain.likely_matches import Match
from bridge.domain.money import quantize
from bridge.models import Listing, Partner
from bridge.services import api_keys, partners
from bridge.services.lost_business import lost_business
from bridge.services.suggest_matches import suggest_matches
from config.settings import DATABASE, KEYS, REDIS, SHOPIFY, SettingsError

if TYPE_CHECKING:
    from bridge.domain.shop import Shop

SCOPES = click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    default=[Scope.PARTNER.value],
    show_default=True,
    help="What the key opens; may be given several times.",
)


@click.group(cls=Noun)
def group() -> None:
    """Partners: made, shown, changed, their door opened and closed."""


@group.command("create", needs=())
@click.argument("name")
@click.option("--currency", help="ISO 4217, such as JOD; without it the shop's own.")
@click.option(
    "--status-names", type=click.Choice(partners.STATUS_NAMES), default="current", show_default=True
)
@click.option("--auto-confirm", is_flag=True, help="Complete its drafts without staff.")
@click.option("--strict-totals", is_flag=True, help="Refuse carts whose totals do not add up.")
@SCOPES
@click.pass_obj
def create(
    bridge: Context,
    name: str,
    currency: str | None,
    status_names: str,
    auto_confirm: bool,
    strict_totals: bool,
    scopes: tuple[str, ...],
) -> None:
    """Make a partner and its first key. The key is shown this once."""
    bridge.load(DATABASE, KEYS, *(() if currency else (REDIS, SHOPIFY)))
    chosen = currency or bridge.shop.profile().currency
    with bridge.db.transaction() as session:
        partner = partners.create_partner(
            session,
            name=name,
            currency=chosen,
            status_names=status_names,
            auto_confirm=auto_confirm,
            strict_totals=strict_totals,
        )
        made = api_keys.create_key(
            session, partner_id=partner.id, pepper=bridge.settings.api_key_pepper, scopes=scopes
        )
    bridge.answer(
        {"partner_id": partner.id, "name": partner.name, "api_key": made.key, "currency": partner.currency},
        text=f"{partner.name} ({partner.currency}) is made: {partner.id}\n"
        f"Its API key, which is not shown again:\n{made.key}",
    )


@group.command("list")
@click.pass_obj
def list_(bridge: Context) -> None:
    """List every partner."""
    with bridge.db.transaction() as session:
        shown = [_shown(partner) for partner in partners.list_partners(session)]
    headings = ("name", "currency", "enabled", "auto_confirm", "strict_totals", "status_names", "partner_id")
    bridge.answer(
        {"partners": shown},
        text=table(headings, [[_word(partner[heading]) for heading in headings] for partner in shown]),
    )


@group.command("show")
@click.argument("name")
@click.pass_obj
def show(bridge: Context, name: str) -> None:
    """Show one partner: its settings and how much it sells."""
    with bridge.db.transaction() as session:
        partner = partners.get_partner(session, name=name)
        shown = _shown(partner) | {"listings": _listings(session, partner)}
    _answer_one(bridge, shown)


@group.command("enable")
@click.argument("name")
@click.pass_obj
def enable(bridge: Context, name: str) -> None:
    """Let a partner in again."""
    _open(bridge, name, enabled=True)


@group.command("disable")
@click.argument("name")
@click.pass_obj
def disable(bridge: Context, name: str) -> None:
    """Shut a partner out, within five seconds everywhere. Orders that were accepted go on."""
    _open(bridge, name, enabled=False)


@group.command("set")
@click.argument("name")
@click.option("--currency", help="ISO 4217; for carts that come from now on.")
@click.option("--status-names", type=click.Choice(partners.STATUS_NAMES))
@click.option("--auto-confirm/--no-auto-confirm", default=None)
@click.option("--strict-totals/--no-strict-totals", default=None)
@click.option("--complete-after-days", type=NumberOrNone(), help="For carriers that never report a delivery.")
@click.option("--rate-per-second", type=NumberOrNone())
@click.option("--rate-burst", type=NumberOrNone())
@click.option(
    "--buffer",
    "stock_buffer",
    type=NumberOrNone(),
    help="Units of each item that its carts leave in the shop; `inventory buffer` goes before it.",
)
@click.pass_obj
def set_(bridge: Context, name: str, **given: Any) -> None:
    """Change settings of a partner, for carts that come from now on."""
    changes = {
        setting: None if value == "none" else value for setting, value in given.items() if value is not None
    }
    if not changes:
        raise click.UsageError("nothing to change; see --help", click.get_current_context())
    with bridge.db.transaction() as session:
        shown = _shown(partners.change_partner(session, name=name, **changes))
    _answer_one(bridge, shown)


@group.command("lost")
@click.argument("name")
@click.option("--days", type=click.IntRange(1, 90), default=30, show_default=True)
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@click.option("--shop/--no-shop", "ask", default=True, help="Search the shop for likely matches, or do not.")
@click.pass_obj
def lost(bridge: Context, name: str, days: int, limit: int, ask: bool) -> None:
    """Show which SKUs NAME's customers asked for and did not get from us, the most valuable first.

    Those that are not mapped may be the partner's own goods. A cart that was sent again counts once. A likely
    match is a variant that any partner lists, or that the shop finds, with the same SKU but for case and
    punctuation, or a title of mostly the same words.
    """
    with bridge.db.transaction() as session:
        found = lost_business(session, partner=name, days=days, limit=limit)
    suggested = suggest_matches(bridge.db, _shop_to_ask(bridge) if ask else None, found)
    shown = [
        asdict(line)
        | {"value": str(quantize(line.value, line.currency)), "matches": [_match(one) for one in matches]}
        for line, matches in zip(found, suggested.matches, strict=True)
    ]
    headings = ("sku", "reason", "carts", "quantity", "value", "currency", "title")
    rows = [[*(line[heading] for heading in headings), _likeliest(line["matches"])] for line in shown]
    text = table((*headings, "likely match"), rows) if shown else "Nothing was lost."
    if suggested.shop_problem:
        text += f"\nThe shop could not be searched for likely matches: {suggested.shop_problem}"
    bridge.answer(
        {"partner": name, "days": days, "lost": shown, "shop_problem": suggested.shop_problem}, text=text
    )


def _shop_to_ask(bridge: Context) -> "Shop | None":
    """Return the shop where the settings name one; the report is of use without it."""
    try:
        bridge.load(DATABASE, REDIS, SHOPIFY)
    except SettingsError:
        bridge.load(DATABASE)
        return None
    return bridge.shop


def _match(match: Match) -> dict[str, Any]:
    offer = match.offer
    return {"shopify_variant_id": offer.variant_id, "sku": offer.sku, "title": offer.title, "why": match.why}


def _likeliest(matches: Sequence[dict[str, Any]]) -> str:
    if not matches:
        return ""
    first, more = matches[0], len(matches) - 1
    others = f", and {more} more" if more else ""
    return f"{first['shopify_variant_id']} {first['sku']} ({first['title']}): {first['why']}{others}"


def _open(bridge: Context, name: str, *, enabled: bool) -> None:
    with bridge.db.transaction() as session:
        partner = partners.enable_partner(session, name=name, enabled=enabled)
        shown = _shown(partner)
    bridge.answer(shown, text=f"{partner.name} is {'enabled' if enabled else 'disabled'}.")


def _answer_one(bridge: Context, shown: dict[str, Any]) -> None:
    bridge.answer(
        shown, text=table(("setting", "value"), [(name, _word(value)) for name, value in shown.items()])
    )


def _shown(partner: Partner) -> dict[str, Any]:
    return {
        "partner_id": partner.id,
        "name": partner.name,
        "currency": partner.currency,
        "status_names": partner.status_names,
        "auto_confirm": partner.auto_confirm,
        "strict_totals": partner.strict_totals,
        "enabled": partner.enabled,
        "complete_after_days": partner.complete_after_days,
        "rate_per_second": partner.rate_per_second,
        "rate_burst": partner.rate_burst,
        "stock_buffer": partner.stock_buffer,
        "created_at": partner.created_at,
    }


def _listings(session: Session, partner: Partner) -> int:
    return session.scalars(
        select(func.count())
        .select_from(Listing)
        .where(Listing.partner_id == partner.id, Listing.retired_at.is_(None))
    ).one()


def _word(value: object) -> object:
    """Say a setting as a person would."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "default" if value is None else value
