"""`python -m local`: what one machine can do."""

import signal
from pathlib import Path

import click

from local.postgres import Postgres
from local.process import ProcessError
from local.valkey import Valkey


@click.group()
def local() -> None:
    """Run the bridge on one machine."""


@local.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("var"), show_default=True)
def services(data: Path) -> None:
    """Start PostgreSQL and Valkey alone, print their URLs and wait for Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    postgres = Postgres(data / "postgres", log=data / "logs" / "postgres.log")
    valkey = Valkey(data / "valkey", log=data / "logs" / "valkey.log", durable=True)
    try:
        postgres.start()
        valkey.start()
        click.echo(f"DATABASE_URL={postgres.url}")
        click.echo(f"REDIS_URL={valkey.url}")
        signal.pause()
    except KeyboardInterrupt:
        pass
    except (ProcessError, RuntimeError, OSError) as error:
        raise click.ClickException(str(error)) from error
    finally:
        valkey.stop()
        postgres.stop()


if __name__ == "__main__":
    local(prog_name="python -m local")
