"""A network that misbehaves: a proxy between a client and a server that holds, delays or cuts what passes."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_CHUNK = 65536
# Closing with this on sends RST instead of FIN, as a router does that forgot the connection.
_RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Passes bytes to `server` both ways.

    `hold()`: everything is taken and nothing is delivered, in either direction, as when the far end is frozen
    or a half-open connection swallows what is sent. `delay_seconds` is added to every delivery.
    """

    def __init__(self, server: tuple[str, int]) -> None:
        self.delay_seconds = 0.0
        self.held = 0  # deliveries that were held back
        self._server = server
        self._open = threading.Event()
        self._open.set()
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def hold(self) -> None:
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    def cut(self) -> None:
        """Reset every connection there is; new ones are taken."""
        with self._lock:
            cut, self._sockets = self._sockets, []
        for each in cut:
            _reset(each)

    def close(self) -> None:
        self._listener.close()
        self.cut()
        self.release()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # Closed.
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            upstream = socket.create_connection(self._server, timeout=5)
        except OSError:
            _reset(client)
            client.close()
            return
        upstream.settimeout(None)
        with self._lock:
            self._sockets += [client, upstream]
        back = threading.Thread(target=self._pass, args=(upstream, client), daemon=True)
        back.start()
        self._pass(client, upstream)
        back.join()
        for each in (client, upstream):
            each.close()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(_CHUNK):
                if not self._open.is_set():
                    self.held += 1
                    self._open.wait()
                if self.delay_seconds:
                    time.sleep(self.delay_seconds)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:  # One side has gone, or was cut off.
            _reset(source)
            _reset(target)


def _reset(wire: socket.socket) -> None:
    try:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        wire.shutdown(socket.SHUT_RDWR)
    except OSError:  # It is closed already.
        return


@contextmanager
def between(host: str, port: int) -> Iterator[Proxy]:
    """Run a proxy in front of a server."""
    proxy = Proxy((host, port))
    try:
        yield proxy
    finally:
        proxy.close()
