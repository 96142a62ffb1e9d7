"""Connections to Shopify: which one was surely sent nothing, when a call is given up, which is used again.

Calls that would never end prove their deadline by ending at all.
"""

import socket

import pytest

from bridge.domain.errors import OutcomeUnknown, ShopUnavailable
from bridge.shopify.transport import Lost, Transport
from tests.shopify.calls import TIMEOUT_SECONDS, api_at, mutate, read
from tests.shopify.hostile import HEAD, HostileServer, drip, hang_up, json_answer, silence, tls_server

SHORT_SECONDS = 1


@pytest.mark.parametrize("call", [mutate, read])
def test_a_refused_connection_was_surely_not_sent(call):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"

    with pytest.raises(ShopUnavailable, match="cannot be reached"):
        call(api_at(url))


@pytest.mark.parametrize("call", [mutate, read])
def test_an_unknown_host_was_surely_not_sent(call):
    with pytest.raises(ShopUnavailable, match="cannot be reached"):
        call(api_at("http://shop.invalid"))


def test_a_server_that_does_not_speak_tls_was_surely_not_sent_anything(server):
    server.answers(hang_up)

    with pytest.raises(ShopUnavailable, match="cannot be reached"):
        mutate(api_at(server.url.replace("http:", "https:")))


def test_a_handshake_that_never_ends_was_surely_not_sent_anything():
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(ShopUnavailable, match="reached"):
        mutate(api_at(f"https://127.0.0.1:{silent.getsockname()[1]}", timeout_seconds=SHORT_SECONDS))


def test_a_certificate_that_nobody_vouches_for_is_not_talked_to(tmp_path):
    with tls_server(tmp_path) as (url, _certificate), pytest.raises(ShopUnavailable, match="certificate"):
        mutate(api_at(url))


def test_the_deadline_holds_for_tls_too(tmp_path):
    with tls_server(tmp_path, drip(HEAD + b"Content-Length: 9999\r\n\r\n")) as (url, certificate):
        transport = Transport(SHORT_SECONDS, certificates=certificate)

        with pytest.raises(Lost):
            transport.post(url, headers={}, body=b"{}")


@pytest.mark.parametrize(
    ("because", "behavior"),
    [
        ("the headers never end", drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x")),
        ("the body never ends, byte by byte", drip(HEAD + b"Content-Length: 9999\r\n\r\n")),
        ("it says nothing at all", silence),
    ],
)
def test_a_call_that_would_never_end_leaves_a_mutation_unknown_and_a_read_undone(server, because, behavior):
    api = api_at(server.url, timeout_seconds=SHORT_SECONDS)
    server.answers(behavior)

    with pytest.raises(OutcomeUnknown):
        mutate(api)
    with pytest.raises(ShopUnavailable):
        read(api)


def connections_to(server: HostileServer, body: dict) -> set:
    """Have the server answer with this for ever; return the connections over which it was asked, as they come."""
    connections = set()
    answer = json_answer(body)

    def remembering(connection: socket.socket) -> None:
        connections.add(connection.getpeername())
        answer(connection)

    server.answers(remembering)
    return connections


def test_a_connection_is_used_again(server, api):
    connections = connections_to(server, {"data": {"shop": {"name": "Jafar"}}})

    for _ in range(3):
        read(api)

    assert len(connections) == 1


def test_a_connection_that_was_idle_for_long_is_not_used_again(server):
    connections = connections_to(server, {})
    now = [0.0]
    transport = Transport(TIMEOUT_SECONDS, clock=lambda: now[0])
    for at in (0, 29, 31, 62):
        now[0] = at
        transport.post(server.url, headers={}, body=b"{}")

    assert len(connections) == 2
