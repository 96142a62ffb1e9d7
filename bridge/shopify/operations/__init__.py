"""The operations we send to Shopify, one file each, checked against its published schema by a test."""

import functools
import re
from dataclasses import dataclass
from importlib import resources

_SPREAD = re.compile(r"\.\.\.\s*(?!on\b)(\w+)")
_COMMENT = re.compile(r"^#.*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Operation:
    """A named operation with every fragment it spreads. A mutation may have an outcome we cannot know."""

    name: str
    text: str
    is_mutation: bool


@functools.cache
def load(name: str) -> Operation:
    """Return the operation of that file, comments left out: they are for us and not for the wire."""
    text = _read(f"{name}.graphql")
    fragments: dict[str, str] = {}
    _collect(text, fragments)
    return Operation(
        name=name,
        text="\n".join([text, *fragments.values()]),
        is_mutation=text.startswith("mutation"),
    )


def names() -> list[str]:
    """Return the name of every operation there is."""
    files = resources.files(__package__).iterdir()
    return sorted(file.name.removesuffix(".graphql") for file in files if file.name.endswith(".graphql"))


def _collect(text: str, fragments: dict[str, str]) -> None:
    for name in _SPREAD.findall(text):
        if name not in fragments:
            fragments[name] = _read(f"fragments/{name}.graphql")
            _collect(fragments[name], fragments)


def _read(path: str) -> str:
    return _COMMENT.sub("", resources.files(__package__).joinpath(path).read_text(encoding="utf-8"))
