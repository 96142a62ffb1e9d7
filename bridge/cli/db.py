"""`python -m bridge db …`: the schema."""

import click

from bridge import migrations
from bridge.cli import Noun
from bridge.cli.context import Context
from bridge.db import clock
from bridge.services import restored as _restored
from config.settings import DATABASE


@click.group(cls=Noun)
def group() -> None:
    """The database's schema."""


@group.command("upgrade", needs=(DATABASE,))
@click.pass_obj
def upgrade(bridge: Context) -> None:
    """Bring the database to this release's schema. Safe to run twice, and by two releases at once."""
    was_pending = migrations.pending(bridge.settings.database_url)
    migrations.upgrade(bridge.settings.database_url)
    with bridge.db.transaction() as session:
        _restored.settle(session)
    bridge.answer(
        {"upgraded": was_pending},
        text="The schema is upgraded." if was_pending else "The schema is already the newest.",
    )


@group.command("restored", needs=(DATABASE,))
@click.pass_obj
def restored(bridge: Context) -> None:
    """Say that a backup was put back: for every order accepted before now, Shopify is asked before a draft is made.

    The bridge notices by itself when a dump was loaded, a base backup recovered or a standby promoted; only
    files put back as they were, and rows loaded into tables that stayed, it cannot tell.
    """
    with bridge.db.transaction() as session:
        now = clock(session)
        _restored.declare_restored(session, now=now)
    bridge.answer(
        {"restored_at": now.isoformat()}, text="Shopify is asked first about every order before now."
    )
