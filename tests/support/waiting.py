"""Waiting for what another process will have done, without a fixed sleep."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
_POLL_SECONDS = 0.05


def await_until(condition: Callable[[], T], *, seconds: float = 60, because: str = "") -> T:
    """Call `condition` until it answers something true, and return that.

    :param because: what is awaited, in words, for the message of a failure
    :raises AssertionError: it never did; the message has the last answer
    """
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            awaited = because or getattr(condition, "__name__", "the condition")
            raise AssertionError(f"waited {seconds:g} s for {awaited}; last answer: {answer!r}")
        time.sleep(_POLL_SECONDS)
