"""The command line: `python -m bridge NOUN VERB`. One file per noun, imported when it is asked for.

A noun is a module of this package with a click group named `group`, made with `cls=Noun`; every command of
such a group takes `--json` and says by `needs` which settings it uses:

    @click.group(cls=Noun)
    def group() -> None:
        \"\"\"Orders of every partner.\"\"\"

    @group.command("list", needs=(DATABASE,))
    @click.pass_obj
    def list_orders(bridge: Context) -> None:
        bridge.answer({"orders": […]}, text="…")
"""

import importlib
import json
import pkgutil
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import click
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from bridge.cli.context import Context, Failure
from bridge.domain.errors import BridgeError
from config import logging as log_config
from config.settings import DATABASE, SettingsError

# Modules of this package that are no nouns.
_FRAMEWORK = frozenset({"context", "order_text"})


class Command(click.Command):
    """A command that takes `--json`; its settings are checked before it begins, all of them at once."""

    def __init__(self, *args: Any, needs: Sequence[str] = (DATABASE,), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.needs = tuple(needs)
        self.params.append(
            click.Option(
                ["--json"],
                is_flag=True,
                expose_value=False,
                is_eager=True,
                callback=_note_json,
                help="Answer as one JSON value on stdout.",
            )
        )

    def invoke(self, ctx: click.Context) -> Any:
        context: Context = ctx.find_root().obj
        context.load(*self.needs)
        return super().invoke(ctx)


class Noun(click.Group):
    command_class = Command


class _Nouns(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click calls it so
        return sorted(
            module.name for module in pkgutil.iter_modules(__path__) if module.name not in _FRAMEWORK
        )

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        return importlib.import_module(f"{__name__}.{cmd_name}").group  # type: ignore[no-any-return]


def _note_json(ctx: click.Context, _option: click.Parameter, asked: bool) -> None:
    ctx.find_root().obj.json = ctx.find_root().obj.json or asked


@click.group(cls=_Nouns, context_settings={"help_option_names": ["-h", "--help"]})
def bridge() -> None:
    """The service between JafarShop's partner stores and its Shopify store."""


def main(
    arguments: Sequence[str] | None = None,
    *,
    ring: Callable[[], None] = lambda: None,
    ping: Callable[[float], Sequence[str]] = lambda _seconds: (),
) -> None:
    """Run one command and end the process: 0, or 1 with the reason on stderr; never a traceback.

    :param ring: tells the workers that there is work; called after a commit that asked for some
    :param ping: calls the workers and returns the names of those that answer within so many seconds
    """
    context = Context(ring, ping)
    log_config.configure("WARNING")  # The answer is on stdout; what is logged is for trouble.
    try:
        # A command that ends by --help or `ctx.exit` hands its code back here.
        code = bridge.main(arguments, prog_name="python -m bridge", standalone_mode=False, obj=context)
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        code = 130
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        code = 1
    except BrokenPipeError:  # Whoever read our answer has seen enough.
        sys.stderr.close()
        code = 1
    except Exception as error:  # noqa: BLE001  whatever it is, an operator reads a sentence
        # The command line was perhaps not read as far as there.
        as_json = context.json or "--json" in (sys.argv if arguments is None else arguments)
        _explain(error, as_json=as_json, verbose=context.verbose)
        code = 1
    finally:
        context.close()
    sys.exit(code if isinstance(code, int) else 0)


def _explain(error: Exception, *, as_json: bool, verbose: bool) -> None:
    """Say on stderr what went wrong, as one JSON object under `--json`."""
    if verbose:
        traceback.print_exception(error)
    code, message, problems = _reason(error)
    if as_json:
        click.echo(json.dumps({"error": message, "code": code, "problems": problems}), err=True)
        return
    if isinstance(error, click.UsageError) and error.ctx is not None:
        click.echo(error.ctx.get_usage(), err=True)
    click.echo(f"error: {message}", err=True)
    for problem in problems:
        click.echo(f"  {problem}", err=True)


def _reason(error: Exception) -> tuple[str, str, list[str]]:
    """Return a stable code, a sentence and its details."""
    match error:
        case SettingsError():
            return "settings", "the environment is not complete", error.problems
        case Failure():
            return error.code, error.message, error.problems
        case BridgeError():
            return error.code, error.message, list(getattr(error, "problems", ()))
        case click.ClickException():
            return "usage", error.format_message(), []
        case ProgrammingError() if getattr(error.orig, "pgcode", "") == "42P01":
            return "not_migrated", "the database is not migrated: run `python -m bridge db upgrade`", []
        case OperationalError() if not getattr(error.orig, "pgcode", ""):
            # The driver's sentence names host and port, never the password.
            return "database_unreachable", f"the database cannot be reached: {_first_line(error.orig)}", []
        case DBAPIError():
            return "database", f"the database refused: {_first_line(error.orig)}", []
        case OSError():
            return "system", str(error), []
        case _:
            return (
                "unexpected",
                f"unexpected {type(error).__name__}: {error} (LOG_LEVEL=DEBUG tells more)",
                [],
            )


def _first_line(error: object) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
