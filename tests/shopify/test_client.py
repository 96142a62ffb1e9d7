"""What the bridge makes of every way in which a call to Shopify can go."""

import gzip
import traceback

import pytest
import structlog

from bridge.domain.errors import OutcomeUnknown, ShopRefused, ShopUnavailable, Throttled
from bridge.shopify import drafts, subscriptions
from bridge.shopify.transport import MAX_BODY_BYTES
from tests.shopify.calls import TOKEN, api_at, mutate, read
from tests.shopify.hostile import (
    HEAD,
    endless,
    hang_up,
    json_answer,
    raw_answer,
    reset,
    text_answer,
)

COST = {
    "requestedQueryCost": 40,
    "actualQueryCost": None,
    "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 10, "restoreRate": 10.0},
}


def graphql_error(code: str | None, message: str = "Something", **more: object) -> dict:
    error = {"message": message, **({"extensions": {"code": code}} if code else {})}
    return {"errors": [error], **more}


@pytest.mark.parametrize(
    ("because", "behavior"),
    [
        ("the connection is reset", reset),
        ("it hangs up", hang_up),
        ("the body is cut short", raw_answer(HEAD + b'Content-Length: 500\r\n\r\n{"data": {')),
        ("the JSON is cut short", text_answer('{"data": {"draftOrderDelete": {')),
        ("it is not HTTP", raw_answer(b"SSH-2.0-OpenSSH\r\n")),
        ("a 500 with HTML", text_answer("<html>Oops</html>", 500)),
        ("a 502 of a proxy", text_answer("<html>Bad gateway</html>", 502)),
        ("a 503 with JSON", json_answer({"errors": "Service unavailable"}, 503)),
        ("a 504", text_answer("", 504)),
        ("HTML with status 200", text_answer("<html>Please log in</html>")),
        ("an empty body", text_answer("")),
        ("a JSON list", json_answer([])),
        ("JSON nested to death", text_answer("[" * 200_000)),
        ("a number that is none", text_answer('{"data": {"draftOrderDelete": NaN}}')),
        ("an object without data", json_answer({})),
        ("data without a payload", json_answer({"data": {"draftOrderDelete": None, "shop": None}})),
        ("an internal error", json_answer(graphql_error("INTERNAL_SERVER_ERROR", data=None))),
        ("an error beside no data", json_answer(graphql_error("INTERNAL_SERVER_ERROR"))),
        ("an error with a code nobody knows", json_answer(graphql_error("BRAND_NEW"))),
        ("an error without a code", json_answer(graphql_error(None))),
        ("errors that are a sentence", json_answer({"errors": "Something went wrong"})),
        ("a body larger than any answer", endless),
        (
            "a bomb",
            raw_answer(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b" " * (MAX_BODY_BYTES + 1))),
        ),
    ],
)
def test_an_answer_that_does_not_deny_it_leaves_a_mutation_unknown_and_a_read_undone(
    server, api, because, behavior
):
    server.answers(behavior)

    with pytest.raises(OutcomeUnknown):
        mutate(api)
    assert len(server.requests) == 1  # Nothing is ever sent again by itself.

    with pytest.raises(ShopUnavailable):
        read(api)


@pytest.mark.parametrize(
    ("because", "behavior", "words"),
    [
        ("the token is wrong", json_answer({"errors": "[API] Invalid API key"}, 401), "access token"),
        ("the bill is not paid", json_answer({"errors": "Frozen"}, 402), "frozen"),
        ("a scope is missing", json_answer({"errors": "[API] Forbidden"}, 403), "scope"),
        ("there is no such shop", json_answer({"errors": "Not Found"}, 404), "no such shop"),
        ("the shop is locked", json_answer({"errors": "Locked"}, 423), "locked"),
        ("security", text_answer("", 430), "security"),
        ("a redirect", text_answer("", 302, Location="https://elsewhere.example/"), "redirects"),
        ("a permanent redirect", text_answer("", 308, Location="/admin/login"), "redirects"),
    ],
)
@pytest.mark.parametrize("call", [mutate, read])
def test_what_is_turned_away_at_the_door_was_surely_not_done(server, api, because, behavior, words, call):
    server.answers(behavior)

    with pytest.raises(ShopUnavailable, match=words):
        call(api)

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("because", "behavior", "wait_seconds"),
    [
        ("a status and a header", json_answer({"errors": "Exceeded"}, 429, Retry_After="2.0"), 2.0),
        ("a status alone", text_answer("", 429), 1.0),
        ("a header that is no number", text_answer("", 429, Retry_After="Fri, 13 Nov"), 1.0),
        ("a header beyond reason", text_answer("", 429, Retry_After="86400"), 60.0),
        ("an error with status 200", json_answer(graphql_error("THROTTLED", extensions={"cost": COST})), 3.0),
        (
            "an error with status 429",
            json_answer(graphql_error("THROTTLED", extensions={"cost": COST}), 429),
            3.0,
        ),
        ("an error that names no cost", json_answer(graphql_error("THROTTLED", data=None)), 1.0),
    ],
)
@pytest.mark.parametrize("call", [mutate, read])
def test_a_spent_rate_limit_is_counted_and_says_how_long_to_wait(
    server, because, behavior, wait_seconds, call
):
    counted: list[str] = []
    api = api_at(server.url, throttled=lambda: counted.append("throttled"))
    server.answers(behavior)

    with pytest.raises(Throttled) as problem:
        call(api)

    assert problem.value.wait_seconds == wait_seconds
    assert len(server.requests) == 1
    assert counted == ["throttled"]


@pytest.mark.parametrize(
    ("because", "behavior"),
    [
        ("a field does not exist", json_answer(graphql_error("undefinedField"))),
        ("a variable does not fit", json_answer(graphql_error("INVALID_VARIABLE"))),
        ("too many lines", json_answer(graphql_error("MAX_INPUT_SIZE_EXCEEDED"))),
        ("too dear", json_answer(graphql_error("MAX_COST_EXCEEDED"))),
        ("no scope for it", json_answer(graphql_error("ACCESS_DENIED", data={"draftOrderDelete": None}))),
        ("a bad request", json_answer({"errors": {"query": "Required parameter missing"}}, 400)),
        ("a bad request without a word", text_answer("", 406)),
    ],
)
@pytest.mark.parametrize("call", [mutate, read])
def test_what_shopify_will_never_do_is_refused(server, api, because, behavior, call):
    server.answers(behavior)

    with pytest.raises(ShopRefused):
        call(api)


def test_user_errors_are_refusals_in_shopifys_own_words(server, api):
    objections = [
        {"field": ["lineItems", "0", "quantity"], "message": "Quantity must be greater than or equal to 1"},
        {"field": None, "message": "Merchandise title is empty."},
    ]
    server.answers(json_answer({"data": {"draftOrderDelete": {"deletedId": None, "userErrors": objections}}}))

    with pytest.raises(ShopRefused) as problem:
        mutate(api)

    assert problem.value.problems == (
        "lineItems.0.quantity: Quantity must be greater than or equal to 1",
        "Merchandise title is empty.",
    )


def test_a_trial_stores_limit_is_waited_for(server, api):
    objections = [{"field": None, "message": "Too many attempts. Please try again later."}]
    server.answers(json_answer({"data": {"draftOrderDelete": {"userErrors": objections}}}))

    with pytest.raises(Throttled):
        mutate(api)


def test_a_mutation_whose_answer_lacks_a_field_was_still_done(server, api):
    payload = {"deletedId": "gid://shopify/DraftOrder/1", "userErrors": []}
    server.answers(json_answer(graphql_error("ACCESS_DENIED", data={"draftOrderDelete": payload})))

    assert mutate(api) == "gid://shopify/DraftOrder/1"


def test_an_object_that_an_error_hid_is_not_an_object_that_is_gone(server, api):
    server.answers(json_answer(graphql_error("INTERNAL_SERVER_ERROR", data={"shop": None})))

    with pytest.raises(ShopUnavailable):
        read(api)


def test_an_answer_without_the_object_is_not_an_object_that_is_gone(server, api):
    server.answers(json_answer({"data": {"something": None}}))

    with pytest.raises(ShopUnavailable):
        drafts.read(api, 1)


def test_a_payload_that_is_not_as_the_schema_says_leaves_it_unknown(server, api):
    server.answers(json_answer({"data": {"draftOrderDelete": {"userErrors": [], "removedId": "1"}}}))

    with pytest.raises(OutcomeUnknown):
        mutate(api)


def test_a_page_that_does_not_say_where_the_next_begins_ends_the_reading(server, api):
    page = {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": "same"}}
    server.answers(json_answer({"data": {"webhookSubscriptions": page}}))

    with pytest.raises(ShopUnavailable):
        subscriptions.listed(api)

    assert len(server.requests) == 2


def test_the_request_is_addressed_to_the_version_with_the_token(server, api):
    server.answers(json_answer({"data": {"shop": {"name": "Jafar"}}}))

    read(api)

    head = server.requests[0].partition(b"\r\n\r\n")[0]
    assert head.startswith(b"POST /admin/api/2026-07/graphql.json ")
    assert f"X-Shopify-Access-Token: {TOKEN}".encode() in head


def test_a_version_that_differs_is_said_once(server, api):
    server.answers(json_answer({"data": {"shop": {"name": "Jafar"}}}, X_Shopify_API_Version="2027-01"))

    with structlog.testing.capture_logs() as logs:
        read(api)
        read(api)

    assert [log["served"] for log in logs if log["event"] == "shopify_version_differs"] == ["2027-01"]


@pytest.mark.parametrize(
    "behavior",
    [
        json_answer({"errors": "no such customer Layla Haddad"}, 500),
        text_answer("Layla Haddad lives at"),
        json_answer({"data": {"draftOrderDelete": {"userErrors": [], "customer": "Layla Haddad"}}}),
        reset,
    ],
)
def test_neither_bodies_nor_tokens_are_logged(server, api, behavior):
    server.answers(behavior)

    with structlog.testing.capture_logs() as logs, pytest.raises(OutcomeUnknown) as problem:
        mutate(api)

    told = repr(logs) + "".join(traceback.format_exception(problem.value))
    for secret in (TOKEN, "Layla"):
        assert secret not in told
