"""Places where a test may kill, stop or hold a process: `hit(name)` in the code, BRIDGE_FAILPOINT outside.

Nothing happens unless `arm` was called. The composition roots call it with a setting that config/settings.py
refuses beside a real shop. Tests enumerate `NAMES`, so that "a crash at every step" is exhaustive.
"""

import os
import resource
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

# Every place, in the order in which an order meets them.
NAMES = (
    "submit.claimed",  # the order is claimed and stock is locked, nothing is decided yet
    "submit.written",  # everything is written, COMMIT has not been sent
    "submit.committed",  # PostgreSQL has it, the partner does not know
    "dispatch.taken",  # rows are marked as rung for, Celery has not heard
    "push.claimed",  # the attempt is journaled, nothing is sent
    "push.fenced",  # the last look before sending is done: from here only the lock protects
    "push.sent",  # Shopify has the draft, PostgreSQL does not know
    "push.recorded",  # PostgreSQL knows the draft, the worker has not let go
    "hold.sent",  # Shopify holds the units of a waiting order, PostgreSQL does not know
    "confirm.claimed",  # the turn is taken, Shopify was not asked
    "confirm.sent",  # Shopify has the order, PostgreSQL does not know
    "reserve.locked",  # stock rows are locked in the transaction that records a shop order or lets go of one
    "confirm.recorded",  # PostgreSQL knows the order, the worker has not let go
    "receive.inserted",  # the webhook is written, COMMIT has not been sent
    "receive.committed",  # PostgreSQL has it, Shopify does not know
    "apply.claimed",  # the webhook is leased, nothing of it is read
    "apply.locked",  # its order is locked
    "apply.written",  # its facts are written, COMMIT has not been sent
    "close.claimed",  # the turn is taken, Shopify was not asked
    "close.sent",  # nothing of the order is alive in Shopify, PostgreSQL does not know
)
MODES = ("crash", "raise", "sleep", "freeze", "memory")
_SLEEP_SECONDS = 2.0
# How much a process that is to run out of memory may still have.
_MEMORY_BYTES = 64 << 20
# As the shell reports a process that was killed.
_KILLED = 137


class FailpointError(RuntimeError):
    """Raised by a failpoint in mode `raise`; nothing in the product knows it."""


@dataclass(slots=True)
class _Armed:
    name: str = ""
    mode: str = ""
    times: int = 0


_armed = _Armed()


def problem_of(setting: str) -> str | None:
    """Say what is wrong with a setting `name:mode` or `name:mode:times`; nothing with an empty one."""
    if not setting:
        return None
    name, mode, times = _parts(setting)
    if name not in NAMES:
        return f"no place is named {name!r}"
    if mode not in MODES:
        return f"the mode must be one of {', '.join(MODES)}"
    if not (times.isascii() and times.isdecimal() and int(times) > 0):
        return "how many times must be a number from 1"
    return None


def arm(setting: str) -> None:
    """Arm one place in this process, once or `times` times; an empty setting disarms.

    :raises ValueError: for a setting that `problem_of` has something to say about
    """
    problem = problem_of(setting)
    if problem:
        raise ValueError(problem)
    name, mode, times = _parts(setting)
    _armed.name, _armed.mode, _armed.times = name, mode, int(times) if setting else 0


def hit(name: str) -> None:
    """Do here what this place was armed for; otherwise nothing."""
    if _armed.name != name or _armed.times < 1:
        return
    _armed.times -= 1
    log.warning("failpoint.hit", place=name, mode=_armed.mode)
    if _armed.mode == "crash":
        os._exit(_KILLED)
    if _armed.mode == "freeze":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif _armed.mode == "sleep":
        time.sleep(_SLEEP_SECONDS)
    elif _armed.mode == "memory":
        _use_up_memory()
    else:
        raise FailpointError(name)


def _use_up_memory() -> None:
    """Limit the process to little more than it has, and take more than that.

    :raises MemoryError: always
    """
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + _MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    taken: list[bytearray] = []
    while True:
        taken.append(bytearray(1 << 20))


def _parts(setting: str) -> tuple[str, str, str]:
    name, _, rest = setting.partition(":")
    mode, _, times = rest.partition(":")
    return name, mode, times or "1"
