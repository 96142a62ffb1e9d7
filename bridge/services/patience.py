"""Asking the shop a question again when it surely or perhaps did not hear: for reads, which harm nothing."""

import time
from collections.abc import Callable
from typing import TypeVar

from bridge.domain.errors import OutcomeUnknown, ShopDown, ShopUnavailable, Throttled

T = TypeVar("T")

Pause = Callable[[float], None]

# Seconds between tries of one read; what is still away then is a failure of that read, not of the run.
_DELAYS = (1.0, 3.0)
# A spent budget is no failure, but it must not hold a run for ever either.
_THROTTLED_AT_MOST = 30
# So long a shop that is left alone is waited for: one that is back is noticed by then (ADR 0011).
_DOWN_SECONDS = 30.0


def patiently(ask: Callable[[], T], *, pause: Pause = time.sleep) -> T:
    """Return what `ask` answers, trying a few times; it must be a read.

    :raises ShopError: the last one; a refusal at once
    """
    delays = iter(_DELAYS)
    throttled = 0
    waited = 0.0
    while True:
        try:
            return ask()
        except Throttled as error:
            throttled += 1
            if throttled > _THROTTLED_AT_MOST:
                raise
            pause(min(max(error.wait_seconds, 0.1), 10))
        except ShopDown as error:
            if waited >= _DOWN_SECONDS:
                raise
            waited += error.wait_seconds
            pause(error.wait_seconds)
        except (ShopUnavailable, OutcomeUnknown):
            delay = next(delays, None)
            if delay is None:
                raise
            pause(delay)
