"""The wish to stop: a signal sets a flag, and whatever waits looks at it.

An exception raised by the signal handler could come between the start of a child and the line
that remembers it; then nobody would stop that child.
"""

import signal

_asked: list[signal.Signals] = []


class Stopping(Exception):
    """Somebody asked this process to stop."""


def stop_on_signals() -> None:
    """Take SIGINT, SIGTERM and SIGHUP (the terminal was closed) as the wish to stop."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: _asked.append(signal.Signals(received)))


def check() -> None:
    """Raise when somebody asked.

    :raises Stopping: see above
    """
    if _asked:
        raise Stopping(_asked[0].name)


def is_urgent() -> bool:
    """Say whether somebody asked twice, as a second Ctrl-C does."""
    return len(_asked) > 1
