"""A server that speaks to a client as a broken Shopify might: real sockets, scripted answers."""

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

# Sends what it likes on a connection whose request was read.
Behavior = Callable[[socket.socket], None]


class HostileServer:
    """Answers the n-th request with the n-th behavior, the last one for ever. `requests` are as they came."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.behaviors: list[Behavior] = []
        self.requests: list[bytes] = []
        self.stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def answers(self, *behaviors: Behavior) -> None:
        self.behaviors = list(behaviors)

    def stop(self) -> None:
        self.stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            while request := _request(connection):
                index = min(len(self.requests), len(self.behaviors) - 1)
                self.requests.append(request)
                self.behaviors[index](connection)


@contextmanager
def hostile_server() -> Iterator[HostileServer]:
    server = HostileServer()
    try:
        yield server
    finally:
        server.stop()


def json_answer(body: Any, status: int = 200, **headers: str) -> Behavior:
    """A well-formed answer with any status and body."""
    return text_answer(json.dumps(body), status, content_type="application/json", **headers)


def text_answer(body: str, status: int = 200, **headers: str) -> Behavior:
    def answer(connection: socket.socket) -> None:
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        head = "\r\n".join([f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body.encode())}", *lines])
        connection.sendall(f"{head}\r\n\r\n{body}".encode())

    return answer


def raw_answer(content: bytes) -> Behavior:
    """These bytes, and then the end of the connection."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_RDWR)

    return answer


def hang_up(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def drip(start: bytes, byte: bytes = b" ") -> Behavior:
    """The start at once, then a byte every tenth of a second until the client has gone."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            time.sleep(0.1)
            connection.sendall(byte)

    return answer


def endless(connection: socket.socket) -> None:
    """A body without an end, as fast as the client takes it."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while True:
        connection.sendall(b" " * 65536)


def _request(connection: socket.socket) -> bytes:
    """Read one request with its body; b"" when the client is gone."""
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            return b""
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
