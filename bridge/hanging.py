"""Cuts a connection to PostgreSQL that is in use for longer than any answer takes.

A server that hangs, or whose machine does, ends nothing by itself: its own timeouts hang with it, and a request to
cancel would wait for it too. What waits for an answer then fails as with any connection that dies.
"""

import os
import socket
import threading
import time
from contextlib import suppress
from typing import Any

import structlog
from psycopg2 import InterfaceError
from sqlalchemy import Engine, event

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 0.25


class HangWatch:
    """Watches one engine's pool from a thread of its own.

    :param seconds: from taking a connection to giving it back; more than the server's own timeout for locks
    """

    def __init__(self, engine: Engine, *, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._in_use: dict[int, tuple[float, Any]] = {}
        self._pid: int | None = None
        event.listen(engine, "checkout", self._taken)
        event.listen(engine, "checkin", self._given_back)

    def _taken(self, connection: Any, record: Any, _proxy: Any) -> None:
        if self._pid != os.getpid():  # A thread does not survive a fork.
            self._start()
        with self._lock:
            self._in_use[id(record)] = (time.monotonic() + self._seconds, connection)

    def _given_back(self, _connection: Any, record: Any) -> None:
        with self._lock:
            self._in_use.pop(id(record), None)

    def _start(self) -> None:
        with self._lock:
            if self._pid != os.getpid():
                self._in_use = {}
                threading.Thread(target=self._watch, name="hang watch", daemon=True).start()
                self._pid = os.getpid()

    def _watch(self) -> None:
        pause = threading.Event()
        while not pause.wait(_LOOK_SECONDS):
            now = time.monotonic()
            with self._lock:
                late = [each for each, (until, _) in self._in_use.items() if until <= now]
                for each in late:
                    _cut(self._in_use.pop(each)[1])
            if late:
                log.warning("database.hangs", connections=len(late), seconds=self._seconds)


def _cut(connection: Any) -> None:
    """Shut the connection's socket down under whoever reads from it; closing it is theirs."""
    # It may have been closed a moment ago.
    with suppress(OSError, InterfaceError), socket.socket(fileno=os.dup(connection.fileno())) as wire:
        wire.shutdown(socket.SHUT_RDWR)
