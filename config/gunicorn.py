"""How the web process serves. Threads, not processes alone: a slow client must not hold a whole worker."""

import json
import os
import shutil
import socket
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any

import gunicorn.glogging
import gunicorn.util

from config import logging, settings

worker_class = "gthread"
workers = 2
threads = 4
# Longer than the slowest answer (a twin waits 5 s), shorter than what a balancer would wait.
timeout = 30
graceful_timeout = 20
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
accesslog = None  # The app logs each request itself, as JSON and without headers.
# A proxy on this machine passes clients' headers on, and gunicorn would take these two from it for its own.
forwarder_headers = ""
# A socket that anybody on the machine could command.
control_socket_disable = True

# /metrics is answered by one worker for all of them: they count in files that they share. Ours alone, since old
# files would be counted again; set before a worker imports the library, which looks for it once.
_PREFIX = "jafarshop-metrics-"
_metrics_folder = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-")
raw_env = [f"PROMETHEUS_MULTIPROC_DIR={_metrics_folder}"]


def when_ready(server: Any) -> None:
    """Have the kernel give up on a client that stops in the middle of a request.

    gunicorn's threads would wait for it for ever, and eight such clients would be all there are. What the
    listening socket has, every connection of it inherits. Slow clients that do send are the proxy's business.
    """
    patience = struct.pack("@ll", settings.load().client_patience_seconds, 0)
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, patience)


def pre_fork(server: Any, worker: Any) -> None:
    """Give the worker the lowest number that no living worker has."""
    taken = {sibling.slot for sibling in server.WORKERS.values()}
    worker.slot = next(slot for slot in range(len(taken) + 1) if slot not in taken)


def post_fork(server: Any, worker: Any) -> None:  # noqa: ARG001  gunicorn's own signature
    """Count in the files of the worker's number, and go on where the dead one before it ended.

    The library's files are one per process, and those of the dead stay: with workers that are replaced after
    `max_requests` they would grow without end, and every scrape reads all of them.
    """
    from prometheus_client import values  # Only now: it looks at the environment when it is imported.

    values.ValueClass = values.MultiProcessValue(lambda: worker.slot)


def on_starting(server: Any) -> None:  # noqa: ARG001  gunicorn's own signature
    """Take away the files of servers that were killed."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        pid = left.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdecimal() and not _is_alive(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # Somebody else's, or no pid at all: not ours to judge.
        return True
    return True


def on_exit(server: Any) -> None:  # noqa: ARG001  gunicorn's own signature
    """Take the files away; a server that is started again counts from zero, which Prometheus knows how to read."""
    shutil.rmtree(_metrics_folder, ignore_errors=True)


class Logger(gunicorn.glogging.Logger):
    """Sends gunicorn's lines the way of all others, as JSON and with secrets struck out.

    It quotes requests that it cannot read, and a key may be in them.
    """

    def setup(self, cfg: object) -> None:  # noqa: ARG002  gunicorn's own signature
        logging.configure(settings.load().log_level)
        self.error_log.propagate = True
        self.error_log.setLevel("INFO")

    def exception(self, msg: str, *args: object, **more: Any) -> None:
        """Tell an error, but of a client that fell silent no more than that."""
        if isinstance(sys.exception(), BlockingIOError):
            self.info("a client stopped in the middle of a request")
        else:
            super().exception(msg, *args, **more)


logger_class = Logger


def write_error(client: socket.socket, status: int, reason: str, message: str) -> None:
    """Answer what never becomes a request of the app, as a header that is too long, with its envelope.

    For a transfer coding that it does not know gunicorn says 501, and in the same line Bad Request. It is one:
    what is 5xx partners send again.
    """
    status = 400 if status == 501 else status
    body = json.dumps({"error": reason.lower(), "details": message or reason})
    head = (
        f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: application/json\r\n"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    gunicorn.util.write_nonblock(client, (head + body).encode("latin-1"))


# gunicorn has no setting for it; its own answer is a page of HTML.
gunicorn.util.write_error = write_error
