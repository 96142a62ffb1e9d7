"""Somebody who listens: an HTTP server that keeps every request and answers as it is told."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE_SECONDS = 20


@dataclass(frozen=True)
class Letter:
    """One request as it came in."""

    path: str
    headers: dict[str, str]  # names in lower case
    raw: bytes

    @property
    def topic(self) -> str:
        return self.headers["x-shopify-topic"]

    @property
    def webhook_id(self) -> str:
        return self.headers["x-shopify-webhook-id"]

    @property
    def body(self) -> dict[str, Any]:
        return json.loads(self.raw)


class Inbox:
    """A server on 127.0.0.1. `answers` are statuses for the next requests; then 200 for ever."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.answers: list[int] = []
        self.always = 200
        self.delay_seconds = 0.0
        self._arrived = threading.Condition()
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status = inbox._take(Letter(self.path, headers, raw))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                if 300 <= status < 400:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/webhooks"

    def __enter__(self) -> "Inbox":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _take(self, letter: Letter) -> int:
        with self._arrived:
            self.letters.append(letter)
            self._arrived.notify_all()
            status = self.answers.pop(0) if self.answers else self.always
        if self.delay_seconds:
            time.sleep(self.delay_seconds)
        return status

    def of(self, topic: str) -> list[Letter]:
        return [one for one in self.letters if one.topic == topic]

    def wait(self, condition: Callable[["Inbox"], bool]) -> None:
        """Until the condition holds of what has come in.

        :raises AssertionError: after a patience that no working delivery needs
        """
        with self._arrived:
            came = self._arrived.wait_for(lambda: condition(self), PATIENCE_SECONDS)
        assert came, f"only {[one.topic for one in self.letters]} came"

    def wait_for(self, *topics: str) -> None:
        """Until each of the topics has come at least once."""
        self.wait(lambda inbox: set(topics) <= {one.topic for one in inbox.letters})
