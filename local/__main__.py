"""`python -m local`: what one machine can do."""

import sys
import time
from pathlib import Path

import click

from local import stopping
from local.demo import demo
from local.folder import DataFolder
from local.postgres import Postgres
from local.up import START_ERRORS, up
from local.valkey import Valkey

_data = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var"),
    show_default=True,
    help="Where database, broker and shop keep their state.",
)


@click.group()
def local() -> None:
    """Run the bridge on one machine."""


@local.command(name="up")
@_data
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON when all is ready.")
def up_command(data: Path, *, as_json: bool) -> None:
    """Start the whole stack and keep it up until SIGINT or SIGTERM."""
    sys.exit(up(data, as_json=as_json))


@local.command(name="demo")
def demo_command() -> None:
    """Tell the whole story: cart, draft, order, parcels, delivery."""
    sys.exit(demo())


@local.command()
@_data
def services(data: Path) -> None:
    """Start PostgreSQL and Valkey alone, print their URLs and wait for Ctrl-C."""
    stopping.stop_on_signals()
    servers: list[Postgres | Valkey] = []
    try:
        folder = DataFolder(data)
        servers.append(Postgres(folder.path / "postgres", log=folder.log("postgres")))
        servers.append(Valkey(folder.path / "valkey", log=folder.log("valkey"), durable=True))
        for name, server in zip(("DATABASE_URL", "REDIS_URL"), servers, strict=True):
            server.start()
            click.echo(f"{name}={server.url}")
        while True:
            stopping.check()
            time.sleep(0.1)
    except stopping.Stopping:
        return
    except START_ERRORS as error:
        raise click.ClickException(str(error)) from error
    finally:
        for server in reversed(servers):
            server.stop()


if __name__ == "__main__":
    local(prog_name="python -m local")
