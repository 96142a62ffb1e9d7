"""What every answer carries, whoever asks for what: nothing is sniffed, framed, kept or sent on."""

import json

import pytest

from tests.api.routes import ROUTES
from tests.support.partner_api import cart

STRICT = "default-src 'none'; frame-ancestors 'none'"
ON_EVERY_ANSWER = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
# One page with its own style, and one partner's list that may be kept and has to be asked about.
POLICY = {"/docs": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}
KEPT = {"/v1/catalog": "private, no-cache"}
NOT_ROUTES = [("GET", "/nothing"), ("DELETE", "/v1/catalog"), ("TRACE", "/healthz"), ("GET", "/v1/orders/1")]


@pytest.mark.parametrize("with_key", [True, False])
def test_every_answer_forbids_what_a_browser_might_do_with_it(client, account, with_key):
    asked = [(method, row.path.format(order="1", decision="1")) for (method, _), row in ROUTES.items()]

    for method, path in [*asked, *NOT_ROUTES]:
        answer = client.open(path, method=method, headers=account.headers if with_key else {})

        carried = {name: answer.headers.get(name) for name in ON_EVERY_ANSWER}
        assert carried == ON_EVERY_ANSWER, path
        assert answer.headers["Content-Security-Policy"] == POLICY.get(path, STRICT), path
        kept = KEPT.get(path, "no-store") if answer.status_code == 200 else "no-store"
        assert answer.headers["Cache-Control"] == kept, path
        assert "Set-Cookie" not in answer.headers
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_tls_is_asked_for_once_it_was_used(client):
    assert "Strict-Transport-Security" not in client.get("/healthz").headers
    over_tls = client.get("/healthz", base_url="https://bridge.example.com")
    assert over_tls.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_the_name_that_a_caller_gives_us_is_in_no_answer(client, account):
    """Otherwise a cache or a mail could be made to lead to somebody else."""
    for (method, _), row in ROUTES.items():
        answer = client.open(
            row.path.format(order="1", decision="1"),
            method=method,
            data=json.dumps(cart()),
            content_type="application/json",
            headers={**account.headers, "Host": "evil.example.com", "X-Forwarded-Host": "evil.example.com"},
        )

        assert b"evil.example.com" not in answer.data
        assert "evil.example.com" not in str(answer.headers)


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "DEBUG", "\u0130"])
def test_a_method_that_is_none_is_refused_and_tells_nothing_of_the_request(client, account, method):
    answer = client.open("/v1/catalog", method=method, headers=account.headers)

    assert answer.status_code == 405
    assert account.key.encode() not in answer.data
