"""`python -m bridge db …`: the schema."""

import click

from bridge import migrations
from bridge.cli import Noun
from bridge.cli.context import Context
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
    bridge.answer(
        {"upgraded": was_pending},
        text="The schema is upgraded." if was_pending else "The schema is already the newest.",
    )
