"""The documents that partners have in hand, as far as tests read them: examples and sample clients."""

import re
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "contracts" / "documents"


def text_of(name: str) -> str:
    """Return a whole document."""
    return (FOLDER / name).read_text()


def blocks(name: str, language: str) -> list[str]:
    """Return the fenced blocks of a language, in their order."""
    return re.findall(rf"^```{language}\n(.*?)^```", text_of(name), re.MULTILINE | re.DOTALL)
