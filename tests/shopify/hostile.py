"""A server that speaks to a client as a broken Shopify might: real sockets, scripted answers."""

import contextlib
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
# Sends what it likes on a connection whose request was read.
Behavior = Callable[[socket.socket], None]


def hang_up(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


class HostileServer:
    """Answers the n-th request with the n-th behavior, the last one for ever. `requests` are as they came."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
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

    def _converse(self, accepted: socket.socket) -> None:
        with contextlib.suppress(OSError), accepted, self._secured(accepted) as connection:
            while request := _request(connection):
                index = min(len(self.requests), len(self.behaviors) - 1)
                self.requests.append(request)
                self.behaviors[index](connection)

    def _secured(self, accepted: socket.socket) -> socket.socket:
        return accepted if self._tls is None else self._tls.wrap_socket(accepted, server_side=True)


@contextmanager
def hostile_server() -> Iterator[HostileServer]:
    server = HostileServer()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def tls_server(folder: Path, behavior: Behavior = hang_up) -> Iterator[tuple[str, str]]:
    """A server whose certificate only itself vouches for; yields its URL and the file of the certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    server = HostileServer(context)
    server.answers(behavior)
    try:
        yield server.url.replace("http:", "https:"), str(folder / "certificate.pem")
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


def silence(connection: socket.socket) -> None:
    """Not a word until the client has gone."""
    connection.recv(1)


def endless(connection: socket.socket) -> None:
    """A body without an end, as fast as the client takes it."""
    connection.sendall(HEAD + b"\r\n")
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
    lengths = [
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    ]
    length = lengths[0] if lengths else 0
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
