"""`python -m tests.mutants`: remove one guarantee at a time from a copy of the tree, and see which tests notice.

The tree itself is not touched. Untouched, the same tests must pass: else a failure would show nothing.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from local.environment import base_environment
from tests.mutants import MUTANTS
from tests.mutants.mutant import ROOT, Mutant, apply
from tests.mutants.table import TABLE, rendered

_SECONDS = 300
_PASSED, _FAILED = 0, 1
_SHOWN_LINES = 25


@dataclass(frozen=True)
class Result:
    mutant: Mutant
    is_caught: bool
    seconds: float
    said: str


@click.command()
@click.argument("names", nargs=-1)
def mutants(names: Sequence[str]) -> None:
    """Show that each guarantee is missed when it is gone; all of them, or those that are named."""
    chosen = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    if unknown := set(names) - {mutant.name for mutant in chosen}:
        raise click.ClickException(f"there is no mutant {', '.join(sorted(unknown))}")
    began = time.monotonic()
    click.echo(f"{len(chosen)} mutants; first their tests as they are, without any")
    tests = sorted({test for mutant in chosen for test in mutant.tests})
    with tempfile.TemporaryDirectory(prefix="jafarshop-mutants-") as folder:
        code, said = _run(_copy(Path(folder), "untouched"), tests, _SECONDS * 3)
        if code != _PASSED:
            raise click.ClickException(f"the tests fail without any mutant:\n{said}")
        results = [_tried(mutant, Path(folder)) for mutant in chosen]
    survivors = [result.mutant.name for result in results if not result.is_caught]
    if not names:
        TABLE.write_text(rendered(MUTANTS, caught={r.mutant.name for r in results if r.is_caught}))
    click.echo(
        f"\n{len(results) - len(survivors)} of {len(results)} caught in {time.monotonic() - began:.0f} s"
    )
    if survivors:
        click.echo(f"NOT CAUGHT: {', '.join(survivors)}")
    sys.exit(1 if survivors else 0)


def _tried(mutant: Mutant, folder: Path) -> Result:
    """Run a mutant's tests on a copy that lacks its guarantee."""
    copy = _copy(folder, "mutated")
    apply(mutant, copy)
    began = time.monotonic()
    code, said = _run(copy, mutant.tests, _SECONDS)
    result = Result(mutant, is_caught=code == _FAILED, seconds=time.monotonic() - began, said=said)
    click.echo(f"{'caught' if result.is_caught else 'SURVIVED':8} {result.seconds:5.1f} s  {mutant.name}")
    click.echo(f"{'':19} {_reason(said)}" if result.is_caught else said)
    return result


def _reason(said: str) -> str:
    """Return the line in which pytest says what was not as it should be: a slip in a mutant would show here."""
    return next((line.strip() for line in said.splitlines() if line.startswith("E  ")), said.splitlines()[-1])


def _copy(folder: Path, name: str) -> Path:
    """Copy what git knows of, as it is now, edits that are not committed included."""
    copy = folder / name
    shutil.rmtree(copy, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True,
    ).stdout.decode()  # fmt: skip
    for file in filter(None, listed.split("\0")):
        source, target = ROOT / file, copy / file
        if source.is_file() and not source.is_symlink():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    return copy


def _run(copy: Path, tests: Sequence[str], seconds: float) -> tuple[int, str]:
    """Run tests in a copy; the exit code of pytest, and how its output ends. Hanging is failing."""
    try:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-x",
                "--tb=short",
                "--show-capture=no",
                "-p",
                "no:cacheprovider",
                *tests,
            ],
            cwd=copy,
            env=base_environment(),
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _FAILED, f"not done in {seconds:g} s"
    return done.returncode, "\n".join((done.stdout + done.stderr).splitlines()[-_SHOWN_LINES:])


if __name__ == "__main__":
    mutants()
