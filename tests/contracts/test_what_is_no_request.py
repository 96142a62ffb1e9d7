"""What the web server refuses by itself, before there is a request, has the envelope too."""

import json
import socket

import pytest

from tests.support.partner_api import cart


def send(url: str, raw: bytes) -> tuple[int, dict]:
    """Send bytes as they are; return the status and the body of the answer."""
    head, _, body = exchange(url, raw).partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def exchange(url: str, raw: bytes) -> bytes:
    """Send bytes as they are; return all that comes back until the server closes."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(raw)
        received = b""
        while part := connection.recv(65536):
            received += part
    return received


@pytest.mark.parametrize(
    ("because", "status", "head"),
    [
        ("a path without end", 414, "GET /v1/orders/{long} HTTP/1.1"),
        ("a key without end", 431, "POST /v1/carts/submit HTTP/1.1\r\nIdempotency-Key: {long}"),
        ("a length that is none", 400, "POST /v1/carts/submit HTTP/1.1\r\nContent-Length: some"),
        ("a chunk that is none", 400, "POST /v1/carts/submit HTTP/1.1\r\n{json}Transfer-Encoding: chunked"),
        ("another protocol", 400, "GET /v1/orders/1 HTTP/9.1"),
        ("no protocol", 400, "{key}"),
    ],
)
def test_what_is_no_request_is_refused_with_the_envelope(api, account, because, status, head):
    said = f"Content-Type: application/json\r\nAuthorization: Bearer {account.key}\r\n"
    raw = head.format(long="x" * 10_000, key=account.key, json=said)

    answered, body = send(api.url, f"{raw}\r\nHost: here\r\nConnection: close\r\n\r\nzz\r\n".encode())

    assert answered == status
    assert set(body) == {"error", "details"}
    assert account.key not in api.log.read_text()


def chunked(account, body: bytes, size: int = 50_000) -> bytes:
    """Return a request that sends its body in chunks, without saying how long it is."""
    head = (
        f"POST /v1/carts/submit HTTP/1.1\r\nHost: here\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
        f"Content-Type: application/json\r\nAuthorization: Bearer {account.key}\r\n\r\n"
    ).encode()
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return head + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def test_a_body_in_chunks_is_a_body(api, account):
    small = json.dumps(cart()).encode()

    assert send(api.url, chunked(account, small, size=7))[0] == 200
    assert send(api.url, chunked(account, small + b" " * (1024 * 1024)))[0] == 413


INNER = "GET /openapi.json HTTP/1.1\r\nHost: here\r\n\r\n"


@pytest.mark.parametrize(
    ("because", "headers"),
    [
        ("a length and chunks", "Content-Length: 4\r\nTransfer-Encoding: chunked"),
        ("two lengths", "Content-Length: 0\r\nContent-Length: 60"),
        ("chunks by another name", "Transfer-Encoding: xchunked"),
        ("chunks, and then not", "Transfer-Encoding: chunked, identity"),
        ("a space before the colon", "Transfer-Encoding : chunked"),
        ("a header over two lines", "X-A: 1\r\n Transfer-Encoding: chunked"),
        ("a signed length", "Content-Length: +60"),
        ("a NUL in a header", "X-A: a\0b"),
    ],
)
def test_what_two_servers_could_read_in_two_ways_is_refused_and_the_rest_not_read(api, because, headers):
    """Whatever a proxy made of such a request, no second one is found inside it."""
    raw = f"POST /v1/carts/check HTTP/1.1\r\nHost: here\r\n{headers}\r\n\r\n0\r\n\r\n{INNER}"

    received = exchange(api.url, raw.encode())

    assert received.split()[1] == b"400"
    assert received.count(b"HTTP/1.1 ") == 1
    assert b"openapi" not in received
    head = received.partition(b"\r\n\r\n")[0].lower()
    for header in (b"connection: close", b"cache-control: no-store", b"x-content-type-options: nosniff"):
        assert header in head


@pytest.mark.parametrize(
    "header", ["SCRIPT_NAME: /v1", "SCRIPT_NAME: /health", "PATH_INFO: /v1/admin/orders"]
)
def test_a_client_has_no_say_in_where_the_application_is_mounted(api, header):
    """A proxy on the same machine is trusted, and may pass on what clients send."""
    answered, body = send(
        api.url, f"GET /healthz HTTP/1.1\r\nHost: here\r\nConnection: close\r\n{header}\r\n\r\n".encode()
    )

    assert (answered, body) == (200, {"status": "ok"})
