"""How many points of Shopify's rate limit are left, shared by every process that talks to the store.

Waiting happens here, before a call, and in line: whoever asks first has its points first. An answer that
says THROTTLED is therefore a defect of this module, not a way to find the limit (ADR 0009). Redis may
forget everything: the bucket then starts over from a cautious guess, and the next answer corrects it.
"""

import random
import threading
import time
from collections.abc import Callable
from typing import Protocol

import redis
import structlog

from bridge.domain.errors import Throttled
from bridge.shopify.replies import Cost

log = structlog.get_logger(__name__)

# The smallest bucket Shopify has ever had; the first answer tells the real one.
FIRST_MAXIMUM = 1000.0
FIRST_RESTORE_RATE = 50.0
# After Redis failed, how long this process goes on without asking it.
_WITHOUT_REDIS_SECONDS = 5.0
_EXPIRES_MILLISECONDS = 24 * 3600 * 1000

# The bucket: points at a moment of the server's clock, its size, points restored per second.
_LOAD = """
local t = redis.call('TIME')
local now = t[1] + t[2] / 1000000
local b = redis.call('HMGET', KEYS[1], 'level', 'at', 'maximum', 'rate')
local maximum = tonumber(b[3]) or tonumber(ARGV[1])
local rate = tonumber(b[4]) or tonumber(ARGV[2])
local level = tonumber(b[1]) or maximum
local passed = math.max(0, now - (tonumber(b[2]) or now))
level = math.min(maximum, level + passed * rate)
local function keep()
  redis.call('HSET', KEYS[1], 'level', level, 'at', string.format('%.6f', now), 'maximum', maximum, 'rate', rate)
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
"""
# The points are taken at once and may make the level negative: that is the line, and how long it is.
_ACQUIRE = (
    _LOAD
    + """
local wait = math.max(0, (tonumber(ARGV[4]) - level) / rate)
if wait <= tonumber(ARGV[5]) then level = level - tonumber(ARGV[4]) end
keep()
return string.format('%.6f', wait)
"""
)
# What was reserved and not spent comes back; Shopify's own number counts where it is lower than ours. It is
# not taken where it is higher, since it does not know of the calls that are under way.
_SETTLE = (
    _LOAD
    + """
maximum = tonumber(ARGV[4])
rate = tonumber(ARGV[5])
level = math.min(maximum, level + tonumber(ARGV[6]), tonumber(ARGV[7]))
keep()
return 'OK'
"""
)


class Bucket(Protocol):
    def take(self, cost: float, *, max_wait: float) -> float:
        """Take `cost` points and return in how many seconds they will be there; more than `max_wait`: nothing
        was taken."""

    def correct(self, *, refund: float, maximum: float, rate: float, available: float) -> None: ...


class LocalBucket:
    """A bucket of this process alone."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._maximum = FIRST_MAXIMUM
        self._rate = FIRST_RESTORE_RATE
        self._level = self._maximum
        self._at = clock()

    def take(self, cost: float, *, max_wait: float) -> float:
        with self._lock:
            self._refill()
            wait = max(0.0, (cost - self._level) / self._rate)
            if wait <= max_wait:
                self._level -= cost
            return wait

    def correct(self, *, refund: float, maximum: float, rate: float, available: float) -> None:
        with self._lock:
            self._refill()
            self._maximum, self._rate = maximum, rate
            self._level = min(maximum, self._level + refund, available)

    def _refill(self) -> None:
        now = self._clock()
        self._level = min(self._maximum, self._level + (now - self._at) * self._rate)
        self._at = now


class SharedBucket:
    """A bucket in Redis, one round trip per verb, by the server's clock.

    :raises redis.RedisError: Redis is away
    """

    def __init__(self, client: redis.Redis, shop: str) -> None:
        self._key = f"shopify:budget:{shop}"
        self._acquire = client.register_script(_ACQUIRE)
        self._settle = client.register_script(_SETTLE)

    def take(self, cost: float, *, max_wait: float) -> float:
        return float(self._acquire([self._key], [*self._first(), cost, max_wait]))

    def correct(self, *, refund: float, maximum: float, rate: float, available: float) -> None:
        self._settle([self._key], [*self._first(), maximum, rate, refund, available])

    def _first(self) -> list[float]:
        return [FIRST_MAXIMUM, FIRST_RESTORE_RATE, _EXPIRES_MILLISECONDS]


class Budget:
    """The store's budget: shared through Redis, and this process's own guess while Redis is away."""

    def __init__(
        self,
        shared: Bucket,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shared = shared
        self._local = LocalBucket(clock)
        self._sleep = sleep
        self._clock = clock
        self._without_redis_until = float("-inf")

    def acquire(self, cost: float, *, max_wait: float) -> None:
        """Wait until `cost` points are there.

        :raises Throttled: that would take longer than `max_wait` seconds; nothing was taken
        """
        wait = self._take(cost, max_wait)
        if wait > max_wait:
            raise Throttled(f"Shopify's rate budget is spent for {wait:.0f} s", wait)
        if wait > 0:
            # Shopify rounds its own refill down to whole points; a moment later it agrees with us.
            self._sleep(wait + random.uniform(0.01, 0.05))  # noqa: S311

    def settle(self, reserved: float, cost: Cost) -> None:
        """Correct the bucket by what an answer says."""
        spent = 0.0 if cost.actual is None else cost.actual
        correction = {
            "refund": reserved - spent,
            "maximum": cost.maximum,
            "rate": cost.restore_rate,
            "available": cost.available,
        }
        self._local.correct(**correction)
        if self._clock() >= self._without_redis_until:
            try:
                self._shared.correct(**correction)
            except redis.RedisError as error:
                self._go_without_redis(error)

    def _take(self, cost: float, max_wait: float) -> float:
        if self._clock() >= self._without_redis_until:
            try:
                return self._shared.take(cost, max_wait=max_wait)
            except redis.RedisError as error:
                self._go_without_redis(error)
        return self._local.take(cost, max_wait=max_wait)

    def _go_without_redis(self, error: redis.RedisError) -> None:
        self._without_redis_until = self._clock() + _WITHOUT_REDIS_SECONDS
        log.warning("shopify_budget_without_redis", error=type(error).__name__)
