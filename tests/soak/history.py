"""What was done and what was answered, line by line, as it happens: the evidence of a soak."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class History:
    """A file of JSON lines that several threads append to; a line is written before anything else goes on."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file = path.open("w", encoding="utf-8")
        self._lock = threading.Lock()
        self._began = time.monotonic()

    def now(self) -> float:
        """Return the seconds since the history began."""
        return time.monotonic() - self._began

    def write(self, kind: str, **details: Any) -> None:
        """Append one line; whatever is no JSON is written as text."""
        line = json.dumps({"t": round(self.now(), 3), "kind": kind, **details}, default=str)
        with self._lock:
            self._file.write(line + "\n")
            self._file.flush()

    def close(self) -> None:
        self._file.close()

    def read(self, *kinds: str) -> Iterator[dict[str, Any]]:
        """Yield the lines of these kinds, oldest first."""
        with self.path.open(encoding="utf-8") as lines:
            for line in lines:
                entry = json.loads(line)
                if entry["kind"] in kinds:
                    yield entry
