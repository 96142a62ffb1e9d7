"""Whether Shopify is called at all. After it failed several times in a row nobody calls for a while; then one
call at a time asks whether it is back, and the first answer opens the way for all.

Without that every order of a backlog would wait for a time-out of its own, spend an attempt, and leave an
outcome that has to be looked up (ADR 0011). All processes share what they know through Redis; while Redis is
away, or has forgotten it, each finds out for itself.
"""

import random
import time
from collections.abc import Callable
from typing import TypeVar

import redis
import structlog

from bridge.domain.errors import ShopDown
from bridge.shopify.circuit import Admission, Circuit, CircuitState, LocalCircuit

T = TypeVar("T")

log = structlog.get_logger(__name__)

# After Redis failed, how long this process goes on without asking it.
_WITHOUT_REDIS_SECONDS = 5.0


class Breaker:
    """The shop's circuit: shared through Redis, and this process's own while Redis is away.

    :param probe_seconds: longer than a call and what it waits for
    """

    def __init__(
        self, shared: Circuit, *, probe_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._shared = shared
        self._local = LocalCircuit(clock)
        self._probe_seconds = probe_seconds
        self._clock = clock
        self._without_redis_until = float("-inf")

    def admit(self) -> Admission:
        """Let a call through.

        :raises ShopDown: not now; nothing was sent
        """
        admission = self._ask(lambda circuit: circuit.admit(probe_seconds=self._probe_seconds))
        if admission.wait_seconds > 0:
            # Those who are sent away together do not come back together.
            wait = admission.wait_seconds * random.uniform(1, 1.5)  # noqa: S311
            raise ShopDown(
                f"Shopify failed {admission.failures} times in a row and is left alone for a while", wait
            )
        return admission

    def answered(self, admission: Admission) -> None:
        """Note that the shop works; a refusal is an answer."""
        if admission.failures:
            was = self.state()
            self._ask(lambda circuit: circuit.close())
            if was.is_open:
                log.warning("shopify_is_back", after_seconds=round(was.open_for_seconds or 0))

    def failed(self, admission: Admission) -> None:
        """Note that the shop did not answer, or that nothing of it works."""
        pause = self._ask(lambda circuit: circuit.fail(was_probe=admission.is_probe))
        if pause > 0:
            log.warning("shopify_is_down", failures=admission.failures + 1, pause_seconds=round(pause, 1))

    def gave_up(self, admission: Admission) -> None:
        """Note that a call was not made after all."""
        if admission.is_probe:
            self._ask(lambda circuit: circuit.let_go())

    def state(self) -> CircuitState:
        """Return what is known; for metrics, `doctor`, and whoever would only be sent away."""
        return self._ask(lambda circuit: circuit.look())

    def _ask(self, verb: Callable[[Circuit], T]) -> T:
        if self._clock() >= self._without_redis_until:
            try:
                return verb(self._shared)
            except redis.RedisError as error:
                self._without_redis_until = self._clock() + _WITHOUT_REDIS_SECONDS
                log.warning("shopify_breaker_without_redis", error=type(error).__name__)
        return verb(self._local)
