"""`python -m bridge …`: what operators do from a terminal; joins the commands and the doorbell, as wsgi.py does."""

from collections.abc import Sequence

import click

from bridge.cli import main
from bridge.jobs import DISPATCH


def ring() -> None:
    """Tell the workers at once that there is work; when Redis does not answer, beat tells them in a few seconds."""
    from kombu.exceptions import OperationalError  # Celery takes longer to import than most commands to run.

    from celery_app import app

    try:
        app.send_task(DISPATCH, expires=30)
    except (OperationalError, OSError):
        click.echo("note: Redis does not answer; the workers begin when it is back", err=True)


def ping(seconds: float) -> Sequence[str]:
    """Call the workers; return the names of those that answer within `seconds`.

    :raises kombu.exceptions.OperationalError: Redis does not answer
    """
    from celery_app import app

    return sorted(app.control.inspect(timeout=seconds).ping() or ())


main(ring=ring, ping=ping)
