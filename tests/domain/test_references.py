"""The shop's objects name our orders; nothing else does."""

from uuid import UUID

import pytest

from bridge.domain import references

ORDER = UUID("8c3c2b52-6f2b-4c8a-9d8c-0d7a5d0d6b11")
TAG = "bridge-8c3c2b526f2b4c8a9d8c0d7a5d0d6b11"


def test_the_tag_is_short_enough_for_shopify_and_lower_case():
    assert references.token_of(ORDER) == TAG
    assert len(TAG) <= 40


@pytest.mark.parametrize(
    ("because", "tags", "attributes", "named"),
    [
        ("the tag names it", [TAG], {}, ORDER),
        ("staff wrote the tag in capitals", [TAG.upper()], {}, ORDER),
        ("staff added tags of their own", ["vip", TAG], {}, ORDER),
        ("staff removed the tag", [], {"bridge_order": str(ORDER)}, ORDER),
        ("nothing names an order", ["vip"], {"gift": "yes"}, None),
        ("a tag that only looks alike", ["bridge-toll", "bridge-" + "g" * 32], {}, None),
        ("an attribute that is no id", [], {"bridge_order": "{" + ORDER.hex + "}"}, None),
    ],
)
def test_an_order_is_named_by_tag_or_attribute(because, tags, attributes, named):
    assert references.order_named(tags, attributes) == named


@pytest.mark.parametrize(
    ("because", "attributes", "number"),
    [
        ("as we wrote it", {"bridge_attempt": "3"}, 3),
        ("not written", {}, None),
        ("not a number", {"bridge_attempt": "-1"}, None),
        ("a digit of another alphabet", {"bridge_attempt": "٣"}, None),
        ("absurdly long", {"bridge_attempt": "9" * 5000}, None),
    ],
)
def test_an_attempt_is_named_by_its_number(because, attributes, number):
    assert references.attempt_named(attributes) == number
