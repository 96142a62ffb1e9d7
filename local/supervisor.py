"""Keeping processes alive in their order, and ending all of them in the reverse one."""

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from local import stopping
from local.process import Process, ProcessError

_LOOK_SECONDS = 0.2
_PROVEN_SECONDS = 30.0  # Whoever lived this long is not in a crash loop.
_LONGEST_PAUSE_SECONDS = 30.0


@dataclass
class Service:
    """A process that shall run, and how to tell that it does its work.

    `needs` are services that must run before this one is started again. `stage` is its turn
    when all are stopped: the lowest first, those of one stage at once.
    """

    process: Process
    is_ready: Callable[[], bool]
    stage: int
    needs: Sequence[str] = ()
    start_seconds: float = 120
    stop_seconds: float = 5
    before_restart: Callable[[], None] = lambda: None
    failures: int = 0
    not_before: float = 0.0
    started_at: float = field(default_factory=time.monotonic)

    @property
    def name(self) -> str:
        """What its process is called."""
        return self.process.name


class Supervisor:
    """The services that run, in the order in which they were started."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        """Begin with none.

        :param tell: takes one sentence for the person who watches
        """
        self.services: list[Service] = []
        self._tell = tell

    def adopt(self, service: Service) -> None:
        """Watch a service from now on, and stop it at the end."""
        service.started_at = time.monotonic()
        self.services.append(service)

    def start(self, service: Service) -> None:
        """Start a service and watch it; it may not be ready yet."""
        self.adopt(service)
        service.process.start()

    def wait_until_ready(self, *services: Service) -> None:
        """Return when all of them do their work.

        :raises ProcessError: one died or was not ready in its time
        """
        for service in services:
            service.process.wait_until(service.is_ready, seconds=service.start_seconds)

    def watch(self) -> None:
        """Start again whatever dies, until somebody asks to stop.

        :raises Stopping: somebody asked
        """
        while True:
            stopping.check()
            self.revive_the_dead()
            time.sleep(_LOOK_SECONDS)

    def revive_the_dead(self) -> None:
        """Start each dead service again, after what it needs, pausing longer each time."""
        for service in self.services:
            if service.process.is_running() or time.monotonic() < service.not_before:
                continue
            if all(self._runs(name) for name in service.needs):
                self._revive(service)

    def stop(self) -> None:
        """Stop every service: stage by stage, those of one stage at once."""
        for stage in sorted({service.stage for service in self.services}):
            together = [service for service in self.services if service.stage == stage]
            for service in together:
                service.process.signal_stop()
            deadline = time.monotonic() + max(service.stop_seconds for service in together)
            for service in together:
                left = 0 if stopping.is_urgent() else max(0, deadline - time.monotonic())
                service.process.stop(seconds=left)
        self.services.clear()

    def _runs(self, name: str) -> bool:
        return all(s.process.is_running() for s in self.services if s.name == name)

    def _revive(self, service: Service) -> None:
        now = time.monotonic()
        if now - service.started_at > _PROVEN_SECONDS:
            service.failures = 0
        service.failures += 1
        code = service.process.exit_code
        self._tell(f"{service.name} ended with {code}: started again")
        service.started_at = now
        with contextlib.suppress(ProcessError, OSError):  # The next try tells; its log says why.
            service.before_restart()
            service.process.start()
            service.process.wait_until(service.is_ready, seconds=service.start_seconds)
        service.not_before = time.monotonic() + pause_seconds(service.failures)


def pause_seconds(failures: int) -> float:
    """Return how long a service that died so many times in a row waits for its next start."""
    return min(_LONGEST_PAUSE_SECONDS, 0.5 * 2 ** (failures - 1))
