"""What a mutant is: a guarantee, the text that carries it, and the tests that must fail without it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Edit:
    """One text of one file, replaced by another. It must stand there exactly once."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """The product without one guarantee.

    :ivar name: one word or two, to ask for it by
    :ivar removed: what is no longer done, for the table
    :ivar tests: node ids of the few tests that should notice
    """

    name: str
    removed: str
    edits: Sequence[Edit]
    tests: Sequence[str]


class TextIsGoneError(Exception):
    """The product has changed: the text that a mutant replaces stands there no more, or more than once."""


def apply(mutant: Mutant, root: Path) -> None:
    """Change the files under `root`, all of them or none.

    :raises TextIsGoneError: naming the file and how often the text is there
    """
    texts: dict[Path, str] = {}
    for edit in mutant.edits:
        path = root / edit.file
        text = texts.get(path) or path.read_text()
        if (times := text.count(edit.old)) != 1:
            raise TextIsGoneError(f"{mutant.name}: {edit.file} has {edit.old!r} {times} times, not once")
        texts[path] = text.replace(edit.old, edit.new)
    for path, text in texts.items():
        path.write_text(text)
