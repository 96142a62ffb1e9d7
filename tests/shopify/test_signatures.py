"""Only who knows the secret can sign a webhook."""

import base64
import hashlib
import hmac

import pytest

from bridge.shopify.signatures import verify

BODY = b'{"id":1,"title":"caf\xc3\xa9"}'


def signed(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


@pytest.mark.parametrize("secret", ["current", "previous"])
def test_the_current_and_the_previous_secret_both_count(secret):
    assert verify(BODY, signed(BODY, secret), ["current", "previous"])


@pytest.mark.parametrize(
    ("because", "header"),
    [
        ("absent", None),
        ("empty", ""),
        ("signed with another secret", signed(BODY, "stranger")),
        ("signed another body", signed(BODY + b" ", "current")),
        ("not base64", "%%%"),
        ("not ASCII", "é" * 44),
        ("a lone surrogate", "\udc80"),
        ("right but cut short", signed(BODY, "current")[:-1]),
        ("in hexadecimal", hmac.new(b"current", BODY, hashlib.sha256).hexdigest()),
    ],
)
def test_anything_else_is_no_signature(because, header):
    assert not verify(BODY, header, ["current", "previous"])


def test_without_a_secret_nothing_is_signed():
    assert not verify(BODY, signed(BODY, ""), [""])
    assert not verify(BODY, signed(BODY, "current"), [])
