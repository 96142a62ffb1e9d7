"""The store on disk: a restart finds the same shop. One file, replaced as a whole, soon after a
change.
"""

import os
import pickle
import threading
import time
from pathlib import Path

from simulator.state import ID_STEP, Store

KEPT = (
    "settings", "last_id", "tables", "_ordered", "counters", "due", "idempotent", "client_tokens",
    "default_location_id", "dead_tokens",
)  # fmt: skip
SOON_SECONDS = 0.1
# A shop that is killed forgets what it did after the last writing. Its clients do not, and a number is never
# given twice: a draft that is gone must not be somebody else's draft.
FORGOTTEN_IDS = 100_000
SHARE = 20  # writing takes at most one part in this many of the time, however large the shop grows


class UnreadableShop(ValueError):
    """The file is damaged, or was written by another version."""


class Keeper:
    """Writes the store to a file after changes: a tenth of a second later, less often when it is
    large.
    """

    def __init__(self, store: Store, path: Path) -> None:
        self.store = store
        self.path = path
        self._changed = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def load(self) -> bool:
        """Put what the file holds into the store; False when there is no file yet."""
        if not self.path.exists():
            return False
        try:
            with self.path.open("rb") as file:
                content = pickle.load(file)  # noqa: S301 - our own file, in our own folder
        except (pickle.UnpicklingError, EOFError, AttributeError, ImportError) as error:
            raise UnreadableShop(f"{self.path} is no shop of this version ({error}); remove it") from error
        for name, value in content.items():
            setattr(self.store, name, value)
        self.store.last_id += FORGOTTEN_IDS * ID_STEP
        return True

    def start(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.store.on_change = self._changed.set
        self._changed.set()
        self._thread.start()

    def stop(self) -> None:
        """Write what is not written yet, then end."""
        self._stop.set()
        self._changed.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._changed.wait()
            self._stop.wait(SOON_SECONDS)
            self._changed.clear()
            began = time.monotonic()
            self.save()
            self._stop.wait((time.monotonic() - began) * SHARE)
        if self._changed.is_set():
            self.save()

    def save(self) -> None:
        """Write the file anew. A crash on the way leaves the old one whole."""
        with self.store.lock:
            content = pickle.dumps({name: getattr(self.store, name) for name in KEPT}, protocol=5)
        beside = self.path.with_suffix(".new")
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)
