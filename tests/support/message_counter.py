"""Counts what a client really sends to PostgreSQL, and cuts the wire where a test wants it cut.

A proxy that reads the frontend protocol. What the client library claims to send is not asked: BEGIN, COMMIT
and pings count like everything else.
"""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

# Message types that make the server work: a simple query, or the steps of an extended one.
_WORK = frozenset(b"QPBEF")


class MessageCounter:
    """`sent` is the text of each message since `clear`; the types of the extended protocol as their letter.

    `cut_before` and `cut_after` cut the connection, once, at the next message that begins so: before the
    server has it, or when the server has it and the client will not hear the answer.
    """

    def __init__(self, server: tuple[str, int]) -> None:
        self.sent: list[str] = []
        self.cut_before: str | None = None
        self.cut_after: str | None = None
        self._server = server

    def clear(self) -> None:
        self.sent.clear()

    def serve(self, client: socket.socket) -> None:
        """Pass bytes both ways until either side is done, and note the client's messages."""
        with socket.create_connection(self._server) as upstream:
            muted = threading.Event()
            back = threading.Thread(target=_copy, args=(upstream, client, muted), daemon=True)
            back.start()
            for message, text in _messages(client):
                if text is not None:
                    self.sent.append(text)
                    if self.cut_before and text.startswith(self.cut_before):
                        self.cut_before = None
                        upstream.shutdown(socket.SHUT_RDWR)
                        return
                    if self.cut_after and text.startswith(self.cut_after):
                        self.cut_after = None
                        muted.set()
                        upstream.sendall(message)
                        upstream.shutdown(socket.SHUT_WR)
                        back.join(timeout=5)  # The server is done with it.
                        return
                upstream.sendall(message)
            upstream.shutdown(socket.SHUT_WR)
            back.join(timeout=5)


def _messages(client: socket.socket) -> Iterator[tuple[bytes, str | None]]:
    """Yield each message of a client, with its text where it makes the server work."""
    pending = b""
    typed = False  # The start of a connection has no type byte.
    while data := client.recv(65536):
        pending += data
        while len(pending) >= 5:
            head = 1 if typed else 0
            size = head + int.from_bytes(pending[head : head + 4], "big")
            if len(pending) < size:
                break
            message, pending = pending[:size], pending[size:]
            if not typed:
                # A request for encryption is followed by another start.
                typed = message[4:8] != b"\x04\xd2\x16\x2f"
                yield message, None
            elif message[0] in _WORK:
                text = message[5:].rstrip(b"\0") if message[:1] == b"Q" else message[:1]
                yield message, text.decode().strip()
            else:
                yield message, None


def _copy(source: socket.socket, target: socket.socket, muted: threading.Event) -> None:
    try:
        while data := source.recv(65536):
            if not muted.is_set():
                target.sendall(data)
        if not muted.is_set():
            target.shutdown(socket.SHUT_WR)
    except OSError:  # The client has gone; nobody is left to tell.
        return


@contextmanager
def counting(database_url: str) -> Iterator[tuple[str, MessageCounter]]:
    """Yield a URL that leads to the same database, and the counter of what goes there."""
    parts = urlsplit(database_url)
    counter = MessageCounter((parts.hostname or "", parts.port or 5432))

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            counter.serve(self.request)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        user = parts.netloc.rpartition("@")[0]
        netloc = f"{user}@127.0.0.1:{server.server_address[1]}"
        yield urlunsplit(parts._replace(netloc=netloc)), counter
        server.shutdown()
