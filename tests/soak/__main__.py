"""`python -m tests.soak`: break a small installation at random, and see whether every promise was kept."""

import shutil
import sys
import tempfile
import time
from pathlib import Path

import click

from config import logging as log_config
from tests.soak.run import INVARIANTS, Soak, Verdict

# Of ten minutes: 200 faults and 1,000 orders.
_FAULTS_A_MINUTE, _ORDERS_A_MINUTE = 20, 100
_SHOWN = 40
# Of each invariant: what breaks it once often breaks it a thousand times.
_SHOWN_EACH = 5


@click.command()
@click.option("--seed", default=1, show_default=True, help="Decides what is done; not how long it takes.")
@click.option("--minutes", default=10.0, show_default=True, help="How long faults and load go on.")
@click.option("--hurry", is_flag=True, help="At the end move times instead of waiting for them.")
@click.option("--keep", type=click.Path(path_type=Path), default=Path("var/soak"), show_default=True,
              help="Where history and logs of a run are kept.")  # fmt: skip
def soak(seed: int, minutes: float, keep: Path, *, hurry: bool) -> None:
    """Run real processes under load, kill, freeze and cut them off, and check every promise in the end.

    Exits 1 when a promise was broken, or when too little went wrong to prove anything.
    """
    log_config.configure("WARNING")
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="jafarshop-soak-"))
    folder.chmod(0o711)  # As root PostgreSQL runs as another account and has to pass.
    click.echo(f"SEED={seed} MINUTES={minutes:g}; everything is in {folder} meanwhile")
    try:
        verdict = Soak(
            seed=seed,
            seconds=minutes * 60,
            folder=folder,
            least_faults=int(minutes * _FAULTS_A_MINUTE),
            least_orders=int(minutes * _ORDERS_A_MINUTE),
            hurry=hurry,
            say=lambda line: click.echo(f"[{time.monotonic() - began:5.0f} s] {line}"),
        ).run()
    finally:
        kept = _keep(folder, keep / f"seed-{seed}-{time.strftime('%Y%m%d-%H%M%S')}")
        click.echo(f"history and logs: {kept}")
    tell(verdict)
    sys.exit(1 if verdict.complaints() else 0)


def tell(verdict: Verdict) -> None:
    """Print what happened and whether every promise was kept."""
    click.echo(f"\n{verdict.fired.total()} faults fired:")
    for name, times in sorted(verdict.fired.items()):
        click.echo(f"  {times:5}  {name}")
    click.echo(f"\n{verdict.orders} orders; {verdict.undone} steps of the plan were not reached in time.")
    if verdict.waiting_for_staff:
        click.echo(f"{len(verdict.waiting_for_staff)} pieces of work wait for staff, with their reasons:")
        for sentence in verdict.waiting_for_staff[:_SHOWN]:
            click.echo(f"  {sentence}")
    click.echo("")
    for name in INVARIANTS:
        broken = len(verdict.violations[name])
        click.echo(f"  {'held' if not broken else f'BROKEN {broken} times'}: {name}")
    for complaint in verdict.complaints(at_most=_SHOWN_EACH):
        click.echo(f"\n{complaint}")
    click.echo(f"\nSEED={verdict.seed}: {'BROKEN' if verdict.complaints() else 'every promise was kept'}")


def _keep(folder: Path, kept: Path) -> Path:
    kept.mkdir(parents=True)
    for what in ("history.jsonl", "logs"):
        if (folder / what).exists():
            shutil.move(folder / what, kept / what)
    shutil.rmtree(folder, ignore_errors=True)
    return kept


if __name__ == "__main__":
    soak()
