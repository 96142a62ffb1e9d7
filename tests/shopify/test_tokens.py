"""One access token for all processes, asked for by one of them, renewed before it ends."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from bridge.domain.errors import ShopUnavailable
from bridge.shopify.breaker import Breaker
from bridge.shopify.budget import Budget, LocalBucket
from bridge.shopify.circuit import LocalCircuit
from bridge.shopify.client import AdminAPI, AdminSession
from bridge.shopify.lookout import connect
from bridge.shopify.tokens import Grant, GrantedToken, SharedGrants, ask_for_grant
from bridge.shopify.transport import Transport
from tests.shopify.calls import TIMEOUT_SECONDS
from tests.shopify.hostile import hang_up, hostile_server, json_answer, text_answer

DAY = 86_399.0


class Shopify:
    """Counts how often it was asked; every token is another."""

    def __init__(self, good_for_seconds: float = DAY) -> None:
        self.asked = 0
        self.good_for_seconds = good_for_seconds
        self._lock = threading.Lock()

    def __call__(self) -> Grant:
        with self._lock:
            self.asked += 1
            return Grant(f"granted-{self.asked}", self.good_for_seconds)


class Watch:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def grants(url: str, sealed_with: str = "now") -> SharedGrants:
    """What each process has: a connection of its own."""
    return SharedGrants(connect(url), shop="jafarshop.myshopify.com", client_id="app", secret=sealed_with)


def away() -> SharedGrants:
    return SharedGrants(connect("redis://127.0.0.1:1"), shop="s", client_id="app", secret="secret")


def test_twenty_processes_that_start_together_ask_once(redis_url):
    shopify = Shopify()
    together = threading.Barrier(20)

    def start() -> str:
        tokens = GrantedToken(shopify, grants(redis_url))
        together.wait(60)
        return tokens.token()

    with ThreadPoolExecutor(20) as pool:
        got = {future.result() for future in [pool.submit(start) for _ in range(20)]}

    assert got == {"granted-1"}
    assert shopify.asked == 1


def test_twenty_processes_whose_token_was_refused_ask_once(redis_url):
    shopify = Shopify()
    processes = [GrantedToken(shopify, grants(redis_url)) for _ in range(20)]
    refused = {process.token() for process in processes}

    def renew(process: GrantedToken) -> str:
        assert process.renew("granted-1")
        return process.token()

    with ThreadPoolExecutor(20) as pool:
        got = set(pool.map(renew, processes))

    assert refused == {"granted-1"}
    assert got == {"granted-2"}
    assert shopify.asked == 2


def test_a_refusal_that_comes_late_does_not_throw_the_new_token_away(redis_url):
    shopify = Shopify()
    tokens = GrantedToken(shopify, grants(redis_url))
    old = tokens.token()
    tokens.renew(old)
    new = tokens.token()

    tokens.renew(old)

    assert tokens.token() == new
    assert shopify.asked == 2


def test_a_token_is_replaced_before_it_ends(redis_url):
    shopify, watch = Shopify(good_for_seconds=100), Watch()
    tokens = GrantedToken(shopify, grants(redis_url), clock=watch)
    tokens.token()

    watch.now = 101
    redis.Redis.from_url(redis_url).flushdb()

    assert tokens.token() == "granted-2"


def test_a_process_trusts_a_shared_token_no_longer_than_it_lasts(redis_url):
    shopify, watch = Shopify(good_for_seconds=100), Watch()
    GrantedToken(shopify, grants(redis_url)).token()

    late = GrantedToken(shopify, grants(redis_url), clock=watch)
    late.token()
    redis.Redis.from_url(redis_url).flushdb()
    watch.now = 101

    assert late.token() == "granted-2"


def test_redis_never_holds_the_token_itself(redis_url):
    GrantedToken(Shopify(), grants(redis_url)).token()

    client = redis.Redis.from_url(redis_url)
    held = [client.get(key) for key in client.scan_iter()]

    assert len(held) == 1
    assert b"granted" not in held[0]


def test_a_rotated_secret_reads_nothing_and_asks_again(redis_url):
    shopify = Shopify()
    GrantedToken(shopify, grants(redis_url, "before")).token()

    assert GrantedToken(shopify, grants(redis_url, "after")).token() == "granted-2"


def test_without_redis_there_is_a_token_all_the_same():
    shopify = Shopify()
    tokens = GrantedToken(shopify, away())

    assert [tokens.token(), tokens.token()] == ["granted-1", "granted-1"]


def test_a_process_that_fails_to_get_one_does_not_keep_the_others_out(redis_url):
    def fail() -> Grant:
        raise ShopUnavailable("no answer")

    with pytest.raises(ShopUnavailable):
        GrantedToken(fail, grants(redis_url)).token()

    assert GrantedToken(Shopify(), grants(redis_url)).token() == "granted-1"


def test_the_grant_is_asked_for_as_shopify_documents_it():
    with hostile_server() as server:
        server.answers(json_answer({"access_token": "shpca_1", "scope": "x", "expires_in": 86_399}))

        grant = ask_for_grant(
            Transport(TIMEOUT_SECONDS), admin_url=server.url, client_id="id", client_secret="s&cret"
        )

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /admin/oauth/access_token ")
    assert b"Content-Type: application/x-www-form-urlencoded" in head
    assert body == b"grant_type=client_credentials&client_id=id&client_secret=s%26cret"
    assert grant == Grant("shpca_1", 86_399 - 600)


@pytest.mark.parametrize(
    ("because", "behavior", "words"),
    [
        ("the credentials are wrong", json_answer({"error": "invalid_client"}, 401), "SHOPIFY_CLIENT_ID"),
        ("Shopify is broken", text_answer("<html>", 500), "HTTP 500"),
        ("it is not JSON", text_answer("<html>"), "cannot be read"),
        ("it holds no token", json_answer({"expires_in": 1}), "cannot be read"),
        ("there is no answer", hang_up, "no answer"),
    ],
)
def test_no_token_means_that_nothing_was_done(because, behavior, words):
    with hostile_server() as server:
        server.answers(behavior)

        with pytest.raises(ShopUnavailable, match=words) as problem:
            ask_for_grant(
                Transport(TIMEOUT_SECONDS), admin_url=server.url, client_id="id", client_secret="hidden"
            )

    assert "hidden" not in str(problem.value)


def api_at(url: str) -> AdminAPI:
    transport = Transport(TIMEOUT_SECONDS)

    def ask() -> Grant:
        return ask_for_grant(transport, admin_url=url, client_id="id", client_secret="secret")

    return AdminAPI(
        AdminSession("shop.myshopify.com", "2026-07", url),
        transport=transport,
        tokens=GrantedToken(ask, away()),
        budget=Budget(LocalBucket()),
        breaker=Breaker(LocalCircuit(), probe_seconds=60),
    )


def test_a_refused_token_is_renewed_once_and_the_call_sent_again():
    with hostile_server() as server:
        server.answers(
            json_answer({"access_token": "first", "expires_in": 86_399}),
            json_answer({"errors": "[API] Invalid API key or access token"}, 401),
            json_answer({"access_token": "second", "expires_in": 86_399}),
            json_answer({"data": {"shop": {"name": "Jafar"}}}),
        )

        assert api_at(server.url).call("ReadProfile") == {"shop": {"name": "Jafar"}}

    sent = [request for request in server.requests if b"graphql.json" in request]
    assert [b"Token: first" in sent[0], b"Token: second" in sent[1]] == [True, True]
    assert json.loads(sent[0].partition(b"\r\n\r\n")[2]) == json.loads(sent[1].partition(b"\r\n\r\n")[2])


def test_a_second_refusal_is_not_argued_with():
    with hostile_server() as server:
        server.answers(
            json_answer({"access_token": "first", "expires_in": 86_399}),
            json_answer({"errors": "[API] Invalid API key or access token"}, 401),
            json_answer({"access_token": "second", "expires_in": 86_399}),
            json_answer({"errors": "[API] Invalid API key or access token"}, 401),
        )

        with pytest.raises(ShopUnavailable, match="access token"):
            api_at(server.url).call("ReadProfile")

    assert len(server.requests) == 4
