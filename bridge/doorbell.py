"""Tells the workers that there is work, from a thread of its own: the answer to a partner never waits for Redis."""

import os
import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)


class Doorbell:
    """Rings at most once per `pause_seconds`, however often it is pushed.

    A ring that fails is forgotten: beat rings too.

    :param failed: counts a ring that failed, for the metrics; must not raise
    """

    def __init__(
        self,
        send: Callable[[], None],
        *,
        pause_seconds: float = 0.2,
        failed: Callable[[], None] = lambda: None,
    ) -> None:
        self._send = send
        self._failed = failed
        self._pause_seconds = pause_seconds
        self._pushed = threading.Event()
        self._lock = threading.Lock()
        self._pid: int | None = None

    def ring(self) -> None:
        """Ask for a ring; returns at once and never raises."""
        if self._pid != os.getpid():  # The web server forks after the app was made.
            self._start()
        self._pushed.set()

    def _start(self) -> None:
        with self._lock:
            if self._pid != os.getpid():
                self._pushed = threading.Event()
                threading.Thread(target=self._run, name="doorbell", daemon=True).start()
                self._pid = os.getpid()

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            self._pushed.wait()
            self._pushed.clear()
            try:
                self._send()
            except Exception as error:  # noqa: BLE001  the row is safe; whatever is wrong with Redis may pass
                log.warning("doorbell.failed", error=type(error).__name__)
                self._failed()
            pause.wait(self._pause_seconds)
