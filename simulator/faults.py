"""Faults that a test asks for: drawn one by one, each by its own probability, until they are used
up.
"""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

REQUEST_FAULTS = (
    "throttle", "lost_reply", "refuse", "error_500", "internal_error", "slow", "stale_search",
    "expire_token",
)  # fmt: skip
WEBHOOK_FAULTS = ("webhook_drop", "webhook_duplicate", "webhook_delay", "webhook_shuffle")
BULK_FAULTS = ("bulk_failure", "bulk_expired")
FAULTS = (*REQUEST_FAULTS, *WEBHOOK_FAULTS, *BULK_FAULTS)
DEFAULT_SECONDS = {"slow": 2.0, "stale_search": 60.0, "webhook_delay": 5.0, "webhook_shuffle": 2.0}


@dataclass
class Fault:
    """`operation` is a root field (draftOrderCreate) or, for webhook faults, a topic; None means
    any.
    """

    fault: str
    operation: str | None = None
    times: int | None = None
    probability: float = 1.0
    seconds: float = 0.0
    seed: int | None = None
    drawn: int = 0
    chance: random.Random = field(default_factory=random.Random, repr=False)

    def described(self) -> dict[str, Any]:
        """What was asked for, and how often it struck."""
        return {name: value for name, value in vars(self).items() if name != "chance"}


class UnknownFault(ValueError):
    """The request for a fault makes no sense; the text says why."""


class Faults:
    """The switches. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        # How often each struck since the shop opened, those that are used up or switched off included.
        self._struck: Counter[str] = Counter()

    def add(self, wish: dict[str, Any]) -> Fault:
        """Switch a fault on.

        :param wish: {"fault", "operation"?, "times"?, "probability"?, "seconds"?, "seed"?}; the same
            seed draws the same chances
        :raises UnknownFault: for a name, a key or a value that is none
        """
        unknown = set(wish) - {"fault", "operation", "times", "probability", "seconds", "seed"}
        name = wish.get("fault")
        if unknown:
            raise UnknownFault(f"unknown keys: {', '.join(sorted(unknown))}")
        if name not in FAULTS:
            raise UnknownFault(f"unknown fault {name!r}; there are: {', '.join(FAULTS)}")
        fault = Fault(
            fault=name,
            operation=wish.get("operation"),
            times=_number(wish, "times", int, least=1),
            probability=_number(wish, "probability", float, default=1.0),
            seconds=_number(wish, "seconds", float, default=DEFAULT_SECONDS.get(name, 0.0)),
            seed=_number(wish, "seed", int),
        )
        fault.chance.seed(fault.seed)
        if fault.probability > 1:
            raise UnknownFault("probability is at most 1")
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def draw(self, name: str, operations: set[str]) -> Fault | None:
        """The fault of this name that strikes one of these operations now, if one does; it is used
        up by one.
        """
        with self._lock:
            return next(self._striking(name, operations), None)

    def draw_each(self, name: str, operations: set[str]) -> list[Fault]:
        """All faults of this name that strike now: two of them strike twice."""
        with self._lock:
            return list(self._striking(name, operations))

    def _striking(self, name: str, operations: set[str]) -> Iterator[Fault]:
        for fault in list(self._faults):
            if fault.fault != name or (fault.operation and fault.operation not in operations):
                continue
            if fault.probability < 1 and fault.chance.random() >= fault.probability:
                continue
            fault.drawn += 1
            self._struck[fault.fault] += 1
            if fault.times is not None and fault.drawn >= fault.times:
                self._faults.remove(fault)
            yield fault

    def struck(self) -> dict[str, int]:
        """How often each fault struck, by name."""
        with self._lock:
            return dict(self._struck)

    def listed(self) -> list[dict[str, Any]]:
        with self._lock:
            return [fault.described() for fault in self._faults]


def _number(wish: dict[str, Any], key: str, kind: Any, *, default: Any = None, least: int = 0) -> Any:
    value = wish.get(key, default)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < least:
        raise UnknownFault(f"{key} is a number, at least {least}")
    return kind(value)
