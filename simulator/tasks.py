"""Work that the shop does later: after its answer, or when a time has come. Names are kept with
the state.
"""

from collections.abc import Callable
from typing import Any

TASKS: dict[str, Callable[..., Any]] = {}


def task(function: Callable[..., Any]) -> Callable[..., Any]:
    """Register a function of (store, **facts) under its own name."""
    TASKS[function.__name__] = function
    return function
