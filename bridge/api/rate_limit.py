"""How many requests a partner may send: one token bucket per partner, shared in Redis.

Redis gets 50 ms. While it is away each process counts for itself, which lets through a little more and
keeps answering (decision 26).
"""

import math
import threading
import time
from dataclasses import dataclass

import redis
import structlog
from flask import Response, g
from redis.backoff import NoBackoff
from redis.retry import Retry
from werkzeug.exceptions import TooManyRequests

from bridge.services.authenticate import Caller

log = structlog.get_logger(__name__)

_PATIENCE_SECONDS = 0.05
# After a failure Redis is left alone this long, or every request would wait for it.
_LEFT_ALONE_SECONDS = 1.0

# Redis's own clock. Answers: allowed, tokens left, milliseconds until there is one.
_TAKE = """
local rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(bucket[1]) or burst
local at = tonumber(bucket[2]) or now
tokens = math.min(burst, tokens + math.max(0, now - at) * rate)
local allowed = 0
if tokens >= 1 then
  tokens = tokens - 1
  allowed = 1
end
redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', now)
redis.call('EXPIRE', KEYS[1], math.ceil(burst / rate) + 1)
return {allowed, math.floor(tokens), math.ceil(math.max(0, 1 - tokens) * 1000 / rate)}
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`rate` is tokens per second, `burst` the size of the bucket."""

    allowed: bool
    rate: int
    burst: int
    left: int
    wait_seconds: float


class RateLimit:
    """The buckets. `rate` and `burst` are the defaults for partners that have no own."""

    def __init__(self, redis_url: str, *, rate: int, burst: int) -> None:
        self._rate, self._burst = rate, burst
        self._redis = redis.Redis.from_url(
            redis_url,
            socket_timeout=_PATIENCE_SECONDS,
            socket_connect_timeout=_PATIENCE_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._take_shared = self._redis.register_script(_TAKE)
        self._left_alone_until = 0.0
        self._own = _OwnBuckets()

    def check(self, caller: Caller) -> None:
        """Take one token of the caller's bucket.

        :raises TooManyRequests: there is none; carries Retry-After
        """
        verdict = self._take(
            f"rate:{caller.partner_id}",
            caller.rate_per_second or self._rate,
            caller.rate_burst or self._burst,
        )
        g.rate = verdict
        if not verdict.allowed:
            raise TooManyRequests(
                f"At most {verdict.rate} requests per second, with bursts of {verdict.burst}.",
                retry_after=max(1, math.ceil(verdict.wait_seconds)),
            )

    def is_reachable(self) -> bool:
        """Tell whether Redis answers in time."""
        try:
            return bool(self._redis.ping())
        except (redis.RedisError, OSError):
            return False

    def close(self) -> None:
        """Close the connections to Redis."""
        self._redis.close()

    def _take(self, name: str, rate: int, burst: int) -> Verdict:
        if time.monotonic() >= self._left_alone_until:
            try:
                allowed, left, wait = self._take_shared(keys=[name], args=[rate, burst])
                return Verdict(bool(allowed), rate, burst, int(left), int(wait) / 1000)
            except (redis.RedisError, OSError) as error:
                self._left_alone_until = time.monotonic() + _LEFT_ALONE_SECONDS
                log.warning("rate_limit.alone", error=type(error).__name__)
        return self._own.take(name, rate, burst)


class _OwnBuckets:
    """The same buckets in this process alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, name: str, rate: int, burst: int) -> Verdict:
        now = time.monotonic()
        with self._lock:
            tokens, at = self._buckets.get(name, (float(burst), now))
            tokens = min(float(burst), tokens + (now - at) * rate)
            allowed = tokens >= 1
            tokens -= allowed
            self._buckets[name] = (tokens, now)
        return Verdict(allowed, rate, burst, int(tokens), max(0.0, 1 - tokens) / rate)


def add_headers(response: Response) -> Response:
    """Tell the partner how much is left, as the IETF's draft names it (draft-ietf-httpapi-ratelimit-headers)."""
    verdict: Verdict | None = g.get("rate")
    if verdict is not None:
        window = math.ceil(verdict.burst / verdict.rate)
        full_in = math.ceil((verdict.burst - verdict.left) / verdict.rate)
        response.headers["RateLimit-Policy"] = f'"partner";q={verdict.burst};w={window}'
        response.headers["RateLimit"] = f'"partner";r={verdict.left};t={full_in}'
    return response
