"""The second net under the logs: what is shaped like a secret or a person is struck out, at any depth."""

import pytest

from config.logging import redact, struck_out


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("key jbk_0123456789ab_0123456789 used", "key [secret] used"),
        ("token shpat_0123456789abcdef", "token [secret]"),
        ("call +962790001122 today", "call [phone] today"),
        ("mail rima.q+shop@example.co.uk today", "mail [email] today"),
        ("DETAIL:  Failing row contains (1, Rima).\nCONTEXT: x", "DETAIL:  [row]\nCONTEXT: x"),
        ("order 550e8400-e29b-41d4-a716-446655440000 at 2026-11-22T02:57:45+0000", None),
    ],
)
def test_a_text_loses_what_is_shaped_like_a_secret_or_a_person(said, logged):
    assert struck_out(said) == (logged or said)


def test_what_has_a_forbidden_name_is_struck_out_wherever_it_is():
    event = {
        "event": "task failed",
        "customer_name": "Rima",
        "data": {"args": ["+962790001122", {"Authorization": "Bearer x"}], "attempt": 3},
    }

    assert redact(None, "", event) == {
        "event": "task failed",
        "customer_name": "[redacted]",
        "data": {"args": ["[phone]", {"Authorization": "[redacted]"}], "attempt": 3},
    }


def test_a_word_without_end_costs_little():
    assert struck_out("a" * 200_000) == "a" * 200_000
