"""docs/mutants.md: what was removed, and what noticed."""

from collections.abc import Iterable, Set

from tests.mutants.mutant import ROOT, Mutant

TABLE = ROOT / "docs" / "mutants.md"

_HEAD = """\
# Guarantees removed on purpose

A test that cannot fail proves nothing. `make mutants` takes one guarantee out of a copy of the code, runs the few
tests that should notice, and writes this page; `make mutants ONLY="ask first"` tries one. It ends with 1 when
a mutant survives. That each removed text still stands in the code exactly once is a test of the normal suite.

| removed | without it | noticed by | caught |
|---|---|---|---|
"""


def rendered(mutants: Iterable[Mutant], *, caught: Set[str]) -> str:
    """Return the page."""
    return _HEAD + "".join(_row(mutant, caught) for mutant in mutants)


def _row(mutant: Mutant, caught: Set[str]) -> str:
    tests = "<br>".join(f"`{test}`" for test in mutant.tests)
    return (
        f"| {mutant.name} | {mutant.removed} | {tests} | {'yes' if mutant.name in caught else '**no**'} |\n"
    )
