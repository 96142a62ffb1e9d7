"""`python -m bridge key …`: API keys; several live at once, so that a rotation overlaps."""

from datetime import datetime, timedelta
from typing import Any

import click

from bridge.cli import Noun
from bridge.cli.context import Context, table
from bridge.cli.partner import SCOPES
from bridge.db import clock
from bridge.domain.api_keys import shown as shown_part
from bridge.models import ApiKey
from bridge.services import api_keys, partners
from config.settings import DATABASE, KEYS


@click.group(cls=Noun)
def group() -> None:
    """API keys of a partner: made, listed, revoked."""


@group.command("create", needs=(DATABASE, KEYS))
@click.argument("name")
@click.option("--label", help="A word to tell it by, such as `staging`.")
@click.option(
    "--expires-in", type=click.IntRange(1, 3650), metavar="DAYS", help="Without it the key stays valid."
)
@SCOPES
@click.pass_obj
def create(
    bridge: Context, name: str, label: str | None, expires_in: int | None, scopes: tuple[str, ...]
) -> None:
    """Make one more key for the partner NAME. It is shown this once; older keys stay valid."""
    with bridge.db.transaction() as session:
        partner = partners.get_partner(session, name=name)
        expires_at = clock(session) + timedelta(days=expires_in) if expires_in else None
        made = api_keys.create_key(
            session,
            partner_id=partner.id,
            pepper=bridge.settings.api_key_pepper,
            label=label,
            scopes=scopes,
            expires_at=expires_at,
        )
    bridge.answer(
        {
            "prefix": shown_part(made.id),
            "api_key": made.key,
            "name": partner.name,
            "label": label,
            "scopes": list(scopes),
            "expires_at": expires_at,
        },
        text=f"A key for {partner.name}, which is not shown again:\n{made.key}",
    )


@group.command("list")
@click.argument("name")
@click.pass_obj
def list_(bridge: Context, name: str) -> None:
    """List all keys of the partner NAME, ended ones too; never the secret part."""
    with bridge.db.transaction() as session:
        partner = partners.get_partner(session, name=name)
        now = clock(session)
        shown = [_shown(key, now) for key in api_keys.list_keys(session, partner_id=partner.id)]
    headings = ("prefix", "state", "label", "scopes", "created_at", "expires_at", "last_used_at")
    bridge.answer(
        {"keys": shown},
        text=table(headings, [[_word(key[heading]) for heading in headings] for key in shown]),
    )


@group.command("revoke")
@click.argument("prefix")
@click.pass_obj
def revoke(bridge: Context, prefix: str) -> None:
    """End the key that begins with PREFIX, within five seconds everywhere."""
    with bridge.db.transaction() as session:
        now = clock(session)
        shown = _shown(api_keys.revoke_key(session, prefix=prefix, now=now), now)
    bridge.answer(shown, text=f"{shown['prefix']} is revoked.")


def _shown(key: ApiKey, now: datetime) -> dict[str, Any]:
    return {
        "prefix": shown_part(key.id),
        "state": _state(key, now),
        "label": key.label,
        "scopes": list(key.scopes),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_used_at": key.last_used_at,
    }


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and key.expires_at <= now else "live"


def _word(value: object) -> object:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return ", ".join(map(str, value)) if isinstance(value, list) else value
