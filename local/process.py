"""One child process: started in a session of its own, watched by its own pid, stopped for good."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from local import stopping
from local.account import Account

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_POLL_SECONDS = 0.05
_LAST_SECONDS = 1


class ProcessError(RuntimeError):
    """A process died or did not answer in time; the message ends with the tail of its log."""


class Process:
    """A child that runs at most once at a time and outlives us as little as the system allows.

    `stop_signal` asks it to end in order, `last_signal` at once.
    On Linux the kernel sends `stop_signal` to the child when the thread that started it dies,
    however it dies: start children from a thread that lives as long as they shall.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        log: Path,
        cwd: Path,
        stop_signal: signal.Signals = signal.SIGTERM,
        last_signal: signal.Signals = signal.SIGKILL,
        account: Account | None = None,
        stdin: bytes = b"",
    ) -> None:
        self.name = name
        self.argv = [str(argument) for argument in argv]
        self.env = dict(env)
        self.log = log
        self.cwd = cwd
        self.stop_signal = stop_signal
        self.last_signal = last_signal
        self.account = account
        self.stdin = stdin
        self._child: subprocess.Popen | None = None

    @property
    def pid(self) -> int:
        """The pid of the last start; only meaningful while `is_running()`."""
        assert self._child is not None
        return self._child.pid

    @property
    def exit_code(self) -> int | None:
        """How the last run ended (negative: killed by that signal), None while it runs."""
        return self._child.poll() if self._child else None

    def is_running(self) -> bool:
        """Say whether the child lives; a zombie does not."""
        return self._child is not None and self._child.poll() is None

    def start(self) -> None:
        """Start the child; its output is appended to the log."""
        assert not self.is_running(), f"{self.name} runs already"
        self.kill_left_over()  # A killed gunicorn leaves workers that hold its port for a while.
        self.log.parent.mkdir(parents=True, exist_ok=True)
        as_account = self.account.popen_arguments() if self.account else {}
        with self.log.open("ab") as output:
            self._child = subprocess.Popen(
                self.argv,
                env=self.env,
                cwd=self.cwd,
                stdin=subprocess.PIPE if self.stdin else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C on the terminal reaches us; we stop them in order.
                preexec_fn=self._die_with_parent(os.getpid()) if _libc else None,
                **as_account,
            )
        if self._child.stdin:
            with contextlib.suppress(BrokenPipeError):  # It died at once: noticed by who waits.
                self._child.stdin.write(self.stdin)
            with contextlib.suppress(BrokenPipeError):
                self._child.stdin.close()

    def wait_until(self, condition: Callable[[], bool], *, seconds: float) -> None:
        """Return as soon as the condition holds.

        :raises ProcessError: the child died first, or the time was over
        :raises Stopping: somebody asked us to stop
        """
        deadline = time.monotonic() + seconds
        while not condition():
            stopping.check()
            if not self.is_running():
                raise ProcessError(f"{self.name} ended with {self.exit_code}:\n{self.tail()}")
            if time.monotonic() > deadline:
                raise ProcessError(f"{self.name} not ready in {seconds:g} s:\n{self.tail()}")
            time.sleep(_POLL_SECONDS)

    def signal_stop(self) -> None:
        """Ask the child to end and return at once."""
        self.send_signal(self.stop_signal)

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to the child itself, not to its own children."""
        if self._child is not None:
            self._child.send_signal(number)  # Popen polls first: never to a pid that is reused.

    def stop(self, *, seconds: float = 10) -> None:
        """Stop the child and whatever it left in its session; after `seconds` by force."""
        if self._child is None:
            return
        for number, patience in ((self.stop_signal, seconds), (self.last_signal, _LAST_SECONDS)):
            self.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(patience)
                break
        else:
            self._child.kill()
            self._child.wait()
        self.kill_left_over()

    def kill_left_over(self) -> None:
        """Kill what a child that has ended left in its process group, such as pool workers."""
        assert self._child is None or not self.is_running()
        if self._child is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._child.pid, signal.SIGKILL)

    def tail(self, lines: int = 30) -> str:
        """Return the end of the log for an error message."""
        return tail(self.log, lines)

    def _die_with_parent(self, parent: int) -> Callable[[], None]:
        def in_child() -> None:
            _libc.prctl(_PR_SET_PDEATHSIG, int(self.stop_signal))
            if os.getppid() != parent:  # It died before we could ask.
                os._exit(1)

        return in_child


def tail(log: Path, lines: int = 30) -> str:
    """Return the last lines of a log file, empty when there is none."""
    try:
        with log.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 400 * lines))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""
