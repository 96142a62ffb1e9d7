"""Clients that stop in the middle of a request do not keep others from being answered."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.partner_api import LiveApi, live_api
from tests.support.servers import Servers

HEADERS = "Host: here\r\nContent-Type: application/json\r\nContent-Length: 100\r\n"
# More than the server has threads.
MANY = 12


@pytest.fixture(scope="module")
def impatient(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveApi]:
    with (
        servers.database() as database_url,
        servers.redis() as redis_url,
        live_api(
            database_url, redis_url, tmp_path_factory.mktemp("api"), CLIENT_PATIENCE_SECONDS="1"
        ) as running,
    ):
        yield running


@pytest.mark.parametrize(
    ("because", "beginning"),
    [
        ("in the headers", f"POST /v1/carts/check HTTP/1.1\r\n{HEADERS}"),
        ("in the body", f"POST /v1/carts/check HTTP/1.1\r\n{HEADERS}\r\n{{"),
        ("in the body of a webhook", f"POST /webhooks/shopify HTTP/1.1\r\n{HEADERS}\r\n{{"),
    ],
)
def test_whoever_falls_silent_loses_the_connection_and_the_next_is_answered(impatient, because, beginning):
    host, port = impatient.url.removeprefix("http://").split(":")
    with ExitStack() as silent:
        clients = [silent.enter_context(socket.create_connection((host, int(port)), 60)) for _ in range(MANY)]
        for client in clients:
            client.sendall(beginning.encode())

        answered = impatient.get("/healthz").status
        # gunicorn looks for two seconds whether each of them closes too; one of them is enough to see.
        last_words = clients[0].recv(65536)

    assert answered == 200
    assert last_words[:12] in (b"", b"HTTP/1.1 400", b"HTTP/1.1 401")
    assert '"level": "error"' not in impatient.log.read_text()
