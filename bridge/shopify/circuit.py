"""How often in a row Shopify failed, and who may call it meanwhile: of one process, or of all of them in Redis."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import redis

FAILURES_TO_OPEN = 5
# The first pause, and how long the doubling goes on: a shop that is back is noticed within this time.
FIRST_PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 15.0
# What nobody has added to for so long is forgotten.
_FORGOTTEN_SECONDS = 3600

_LOAD = """
local t = redis.call('TIME')
local now = t[1] + t[2] / 1000000
local function get(field) return tonumber(redis.call('HGET', KEYS[1], field)) end
local function put(field, value) redis.call('HSET', KEYS[1], field, string.format('%.6f', value)) end
"""
_ADMIT = (
    _LOAD
    + """
local held = get('held_until')
if not held then return {'0', 0, get('failures') or 0} end
local wait = held - now
if wait <= 0 then wait = math.min((get('probe_until') or 0) - now, tonumber(ARGV[2])) end
if wait > 0 then return {string.format('%.6f', wait), 0, get('failures')} end
put('probe_until', now + ARGV[1])
return {'0', 1, get('failures')}
"""
)
_FAIL = (
    _LOAD
    + """
local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
redis.call('EXPIRE', KEYS[1], ARGV[5])
local held = get('held_until')
if held and ARGV[1] == '0' then return '0' end
if not held and failures < tonumber(ARGV[2]) then return '0' end
local pause = held and math.min(get('pause') * 2, tonumber(ARGV[4])) or tonumber(ARGV[3])
if not held then put('since', now) end
put('pause', pause)
put('held_until', now + pause)
redis.call('HDEL', KEYS[1], 'probe_until')
return string.format('%.6f', pause)
"""
)
_LOOK = (
    _LOAD
    + """
local since, held = get('since'), get('held_until')
return {get('failures') or 0, since and string.format('%.6f', now - since) or false,
        string.format('%.6f', math.max(0, (held or now) - now))}
"""
)


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a call may be made: `wait_seconds` is 0, or how long not. A probe is the one that asks for all."""

    wait_seconds: float
    is_probe: bool
    failures: int


class Standing(IntEnum):
    """CLOSED: Shopify is called. PROBING: the pause is over, and one call at a time asks whether it is back.
    OPEN: nobody calls it."""

    CLOSED = 0
    PROBING = 1
    OPEN = 2


@dataclass(frozen=True, slots=True)
class CircuitState:
    """`failures` in a row; `open_for_seconds` since it opened, None when it is closed; `held_seconds` until the
    next probe."""

    failures: int
    open_for_seconds: float | None
    held_seconds: float

    @property
    def is_open(self) -> bool:
        """Tell whether Shopify counts as being down; a single call finds out whether it still is."""
        return self.open_for_seconds is not None

    @property
    def standing(self) -> Standing:
        """Return the same in one word, for metrics."""
        if not self.is_open:
            return Standing.CLOSED
        return Standing.OPEN if self.held_seconds > 0 else Standing.PROBING


class Circuit(Protocol):
    def admit(self, *, probe_seconds: float) -> Admission:
        """Let a call through, or say how long not.

        :param probe_seconds: when another may probe, should the prober have died
        """

    def fail(self, *, was_probe: bool) -> float:
        """Note a call that failed; return the pause that begins with it, 0 when none does."""

    def close(self) -> None:
        """Forget the failures."""

    def let_go(self) -> None:
        """Let somebody else probe."""

    def look(self) -> CircuitState: ...


class LocalCircuit:
    """What this process alone knows."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self.close()

    def admit(self, *, probe_seconds: float) -> Admission:
        with self._lock:
            now = self._clock()
            if self._held_until is None:
                return Admission(0, is_probe=False, failures=self._failures)
            wait = self._held_until - now
            if wait <= 0:
                wait = min(self._probe_until - now, FIRST_PAUSE_SECONDS)
            if wait > 0:
                return Admission(wait, is_probe=False, failures=self._failures)
            self._probe_until = now + probe_seconds
            return Admission(0, is_probe=True, failures=self._failures)

    def fail(self, *, was_probe: bool) -> float:
        with self._lock:
            self._failures += 1
            is_open = self._held_until is not None
            # One that was under way when it opened says nothing new.
            if (is_open and not was_probe) or (not is_open and self._failures < FAILURES_TO_OPEN):
                return 0
            now = self._clock()
            self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS) if is_open else FIRST_PAUSE_SECONDS
            self._since = self._since if is_open else now
            self._held_until = now + self._pause
            self._probe_until = float("-inf")
            return self._pause

    def close(self) -> None:
        self._failures, self._pause, self._since = 0, 0.0, 0.0
        self._held_until: float | None = None
        self._probe_until = float("-inf")

    def let_go(self) -> None:
        self._probe_until = float("-inf")

    def look(self) -> CircuitState:
        now = self._clock()
        if self._held_until is None:
            return CircuitState(self._failures, None, 0)
        return CircuitState(self._failures, now - self._since, max(0.0, self._held_until - now))


class SharedCircuit:
    """What all processes know, in Redis and by its clock; one round trip per verb.

    :raises redis.RedisError: Redis is away
    """

    def __init__(self, client: redis.Redis, shop: str) -> None:
        self._client = client
        self._key = f"shopify:breaker:{shop}"
        self._admit, self._fail = client.register_script(_ADMIT), client.register_script(_FAIL)
        self._look = client.register_script(_LOOK)

    def admit(self, *, probe_seconds: float) -> Admission:
        wait, is_probe, failures = self._admit([self._key], [probe_seconds, FIRST_PAUSE_SECONDS])
        return Admission(float(wait), is_probe=bool(is_probe), failures=int(failures))

    def fail(self, *, was_probe: bool) -> float:
        limits = (FAILURES_TO_OPEN, FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, _FORGOTTEN_SECONDS)
        return float(self._fail([self._key], [int(was_probe), *limits]))

    def close(self) -> None:
        self._client.delete(self._key)

    def let_go(self) -> None:
        self._client.hdel(self._key, "probe_until")

    def look(self) -> CircuitState:
        failures, open_for, held = self._look([self._key])
        return CircuitState(int(failures), None if open_for is None else float(open_for), float(held))
