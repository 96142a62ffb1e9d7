"""Leaky buckets: how many points a token may still spend."""

import threading
import time
from dataclasses import dataclass

MAXIMUM = 2000.0
RESTORE_RATE = 100.0


@dataclass
class Bucket:
    """One token's points. Full at first; it refills with time."""

    available: float = MAXIMUM
    at: float = 0.0


class Buckets:
    """A bucket per access token, as Shopify keeps one per app and store."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: dict[str, Bucket] = {}

    def clear(self) -> None:
        with self._lock:
            self._buckets.clear()

    def take(self, token: str, points: float) -> tuple[bool, float]:
        """Take the points if they are there.

        :returns: whether they were, and what is available afterwards
        """
        with self._lock:
            bucket = self._refilled(token)
            if points > bucket.available:
                return False, bucket.available
            bucket.available -= points
            return True, bucket.available

    def give_back(self, token: str, points: float) -> float:
        """Return what an operation was asked for and did not cost."""
        with self._lock:
            bucket = self._refilled(token)
            bucket.available = min(MAXIMUM, bucket.available + points)
            return bucket.available

    def drain(self, token: str) -> None:
        """Empty the bucket, as if somebody else had spent it."""
        with self._lock:
            self._refilled(token).available = 0

    def _refilled(self, token: str) -> Bucket:
        now = time.monotonic()
        bucket = self._buckets.setdefault(token, Bucket(at=now))
        bucket.available = min(MAXIMUM, bucket.available + (now - bucket.at) * RESTORE_RATE)
        bucket.at = now
        return bucket
