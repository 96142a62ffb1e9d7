"""How bytes get to Shopify and back: one pool, one deadline for a whole call, and whether anything was sent.

Nothing is repeated here and no redirect is followed. What an answer means is decided in `replies`.
"""

import io
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from typing import Any, BinaryIO

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util import Timeout

CONNECT_SECONDS = 3
# A connection that was idle for longer is not used again: a router in between may have forgotten it without a
# word, and a mutation sent into it would be an unknown outcome.
IDLE_SECONDS = 30
# The largest answers known, 250 variants or order lines, are under 1 MB.
MAX_BODY_BYTES = 16 * 1024 * 1024
# A line of a bulk operation's file is 200 bytes: this is a shop of ten million items, or somebody's mistake.
MAX_FILE_BYTES = 2 * 1024 * 1024 * 1024
# For one whole file, which is written to disk as it comes.
FILE_SECONDS = 300
_CHUNK_BYTES = 64 * 1024


class NotSent(Exception):
    """No byte of the request left this machine, so nothing can have been done."""


class Lost(Exception):
    """The request went out and no whole answer came back; it may have been carried out."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` compare without case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """A pool of connections, safe for threads; make it after the process forked.

    :param timeout_seconds: for one whole call, connect included
    :param certificates: a file of authorities to trust instead of the usual ones
    """

    def __init__(
        self,
        timeout_seconds: float,
        *,
        certificates: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._used_at = clock()
        self._http = requests.Session()
        # Only the settings say where we talk to: no proxy or .netrc of the machine.
        self._http.trust_env = False
        self._http.verify = certificates or True
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("https://", "http://"):
            self._http.mount(scheme, _DeadlineAdapter(pool_maxsize=8, max_retries=0))

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send one POST, once, and read the whole answer whatever its status.

        :raises NotSent: refused, unknown host, no connection in time
        :raises Lost: timed out, reset, truncated, or larger than any answer we know
        """
        if self._clock() - self._used_at > IDLE_SECONDS:
            self._http.close()  # Its idle connections only; it opens others.
        self._used_at = self._clock()
        timeout = Timeout(connect=CONNECT_SECONDS, total=self._timeout_seconds)
        try:
            with self._http.post(
                url,
                data=body,
                headers={"Content-Type": "application/json", "Accept": "application/json", **headers},
                timeout=timeout,  # type: ignore[arg-type]  # requests takes urllib3's Timeout as it is
                allow_redirects=False,
                stream=True,
            ) as response:
                return Answer(response.status_code, response.headers, _whole_body(response))
        except requests.RequestException as error:
            raise _named(error) from error

    def fetch(self, url: str, into: BinaryIO) -> int:
        """Copy what lies at an address that needs no token, and return the status of the answer.

        :raises NotSent, Lost: as in `post`; `into` may hold a part of it then
        """
        timeout = Timeout(connect=CONNECT_SECONDS, total=FILE_SECONDS)
        try:
            with self._http.get(
                url,
                timeout=timeout,  # type: ignore[arg-type]  # as above
                allow_redirects=False,
                stream=True,
            ) as response:
                _copy(response, into, most_bytes=MAX_FILE_BYTES)
                return response.status_code
        except requests.RequestException as error:
            raise _named(error) from error


def _named(error: requests.RequestException) -> NotSent | Lost:
    return (NotSent if _never_connected(error) else Lost)(_in_words(error))


def _whole_body(response: requests.Response) -> bytes:
    body = io.BytesIO()
    _copy(response, body, most_bytes=MAX_BODY_BYTES)
    return body.getvalue()


def _copy(response: requests.Response, into: BinaryIO, *, most_bytes: int) -> None:
    copied = 0
    for chunk in response.iter_content(_CHUNK_BYTES):
        copied += into.write(chunk)
        if copied > most_bytes:
            raise Lost(f"the answer is larger than {most_bytes} bytes")


def _never_connected(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return True
    return any(isinstance(cause, (NewConnectionError, ConnectTimeoutError)) for cause in _causes(error))


def _causes(error: BaseException) -> list[BaseException]:
    """Return the error and what it wraps: requests and urllib3 pass the cause as an argument or a `reason`."""
    found: list[BaseException] = []
    waiting: list[Any] = [error]
    while waiting:
        current = waiting.pop()
        if isinstance(current, BaseException) and current not in found:
            found.append(current)
            waiting += [*current.args, getattr(current, "reason", None), current.__cause__]
    return found


def _in_words(error: requests.RequestException) -> str:
    """Say what happened without the URL or a repr of sockets."""
    if isinstance(error, requests.Timeout):
        return "no whole answer in time"
    innermost = _causes(error)[-1]
    return f"{type(innermost).__name__}: {innermost}"[:200]


class _DeadlineReader(io.RawIOBase):
    """Reads a socket until a moment instead of with a timeout per read.

    A timeout per read starts over with every byte: a peer that drips one byte a second would hold a worker
    for as long as it likes (measured with shopifyapi and with plain requests).
    """

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, seconds: float) -> None:
        self._raw = raw
        self._sock = sock
        self._deadline = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("timed out")
        self._sock.settimeout(remaining)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()  # It counts the readers of the socket, which ends with the last one.
        super().close()


class _DeadlineResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        # urllib3 has just set the socket's timeout to what is left of the total.
        seconds = sock.gettimeout()
        assert seconds is not None
        self.fp = io.BufferedReader(_DeadlineReader(self.fp.detach(), sock, seconds))


class _Connection(HTTPConnection):
    response_class = _DeadlineResponse


class _TLSConnection(HTTPSConnection):
    response_class = _DeadlineResponse

    def connect(self) -> None:
        """Connect and shake hands. urllib3 calls a handshake that fails a failed read; nothing was sent yet."""
        try:
            super().connect()
        except OSError as error:
            raise NewConnectionError(self, f"no TLS connection: {error}") from error


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


class _DeadlineAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}
