"""The folder in which one stack keeps its state: one user at a time, all of it or none of it."""

import fcntl
import json
import os
import secrets
import shutil
from pathlib import Path

_PARTS = ("postgres", "valkey", "simulator")


class FolderInUseError(RuntimeError):
    """Another stack runs in this folder."""


class DataFolder:
    """`postgres`, `valkey`, `simulator`, `logs` and what is remembered between two runs.

    Whoever holds it holds a lock that the kernel frees however the holder ends.
    """

    def __init__(self, path: Path) -> None:
        """Make the folder when it is missing and take it.

        :raises FolderInUseError: somebody else has it
        :raises OSError: it cannot be written
        """
        self.path = path.absolute()
        self.path.mkdir(parents=True, exist_ok=True)
        self._remembered_file = self.path / "stack.json"
        self._lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._lock, 20).decode() or "unknown"
            os.close(self._lock)
            raise FolderInUseError(
                f"a stack runs in {self.path} already (pid {holder}): stop it or take another --data"
            ) from None
        os.truncate(self._lock, 0)
        os.pwrite(self._lock, str(os.getpid()).encode(), 0)
        self._remembered = self._read()
        # Semaphores and heaps of processes that were killed: nobody can use them again.
        shutil.rmtree(self.path / "tmp", ignore_errors=True)

    def close(self) -> None:
        """Let the next one have it."""
        os.truncate(self._lock, 0)
        os.close(self._lock)

    def log(self, name: str) -> Path:
        """Return where a process writes its log; the log of the run before is kept beside it."""
        log = self.path / "logs" / f"{name}.log"
        log.parent.mkdir(exist_ok=True)
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        return log

    def temporary(self) -> Path:
        """Return where the processes of the stack put what need not outlive them.

        A process that is killed leaves it behind; here it goes with the folder or at the next start.
        """
        made = self.path / "tmp"
        made.mkdir(exist_ok=True)
        return made

    def recall(self, name: str) -> str | None:
        """Return what was remembered under this name."""
        return self._remembered.get(name)

    def remember(self, name: str, value: str) -> None:
        """Keep a value for the next run; nobody else can read it."""
        self._remembered[name] = value
        unfinished = self._remembered_file.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w") as file:
            json.dump(self._remembered, file, indent=1)
        unfinished.replace(self._remembered_file)

    def secret(self, name: str) -> str:
        """Return a secret of this stack, made at its first use."""
        if self.recall(name) is None:
            self.remember(name, secrets.token_urlsafe(32))
        return self._remembered[name]

    def port(self, name: str) -> int | None:
        """Return the port that a part had in the run before."""
        remembered = self.recall(f"port of {name}")
        return int(remembered) if remembered else None

    def empty(self) -> None:
        """Remove all state and all that is remembered; logs stay."""
        for part in (*_PARTS, "beat", "tmp"):
            shutil.rmtree(self.path / part, ignore_errors=True)
        self._remembered_file.unlink(missing_ok=True)
        self._remembered = {}

    def _read(self) -> dict[str, str]:
        try:
            return json.loads(self._remembered_file.read_text())
        except (FileNotFoundError, ValueError):
            return {}
