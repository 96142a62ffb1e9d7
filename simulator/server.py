"""The HTTP server: a thread per connection, connections kept alive, nothing logged.

Werkzeug's own server closes every connection, and a client with a pool must meet one that does not.
"""

import io
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from flask import Flask

from simulator import admin_api, controls
from simulator.bulk import files
from simulator.page import routes
from simulator.simulation import Simulation

IDLE_SECONDS = 120


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.1 on one side and WSGI on the other. Bodies need a Content-Length."""

    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    wbufsize = -1  # Head and body leave in one packet: else 40 ms lie between them.
    disable_nagle_algorithm = True
    app: ClassVar[Flask]

    def handle_one_request(self) -> None:
        """Read one request, run the application, write its answer."""
        try:
            self.raw_requestline = self.rfile.readline(65_537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            self._answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        except (OSError, ValueError):  # The client went away, or never spoke HTTP.
            self.close_connection = True

    def _answer(self, body: bytes) -> None:
        status, headers, content = self._run(body)
        if getattr(self, "dropped", False):
            self.close_connection = True
            return
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        if not any(name.lower() == "content-length" for name, _ in headers):
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        self.wfile.flush()

    def _run(self, body: bytes) -> tuple[str, list[tuple[str, str]], bytes]:
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _problem: Any = None) -> Any:
            started[:] = [status, headers]

        answer = self.app.wsgi_app(self._environment(body), start_response)
        try:
            content = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        return started[0], started[1], content

    def _environment(self, body: bytes) -> dict[str, Any]:
        target = urlsplit(self.path)
        host, port = self.server.server_address[:2]
        environment: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(target.path, "latin-1"),
            "QUERY_STRING": target.query,
            "SERVER_NAME": str(host),
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "simulator.drop_connection": self.drop_connection,
        }
        for name, value in self.headers.items():
            environment["HTTP_" + name.upper().replace("-", "_")] = value
        return environment

    def drop_connection(self) -> None:
        """Close the client's connection without a word."""
        self.dropped = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Bound and listening once made; `serve_forever` answers."""

    daemon_threads = True
    request_queue_size = 256


def create_app(simulation: Simulation) -> Flask:
    """The shop as a WSGI application."""
    app = Flask("simulator")
    app.extensions["simulation"] = simulation
    app.register_blueprint(admin_api.blueprint)
    app.register_blueprint(controls.blueprint)
    app.register_blueprint(files.blueprint)
    app.register_blueprint(routes.blueprint)
    return app


def make_http_server(simulation: Simulation, port: int) -> Server:
    """A server on 127.0.0.1; port 0 picks a free one."""
    handler = type("ShopHandler", (Handler,), {"app": create_app(simulation)})
    return Server(("127.0.0.1", port), handler)
