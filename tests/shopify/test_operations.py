"""Every operation is one that Shopify would take: valid against the schema it published for our version."""

import re
from pathlib import Path

import pytest
from graphql import NoDeprecatedCustomRule, parse, validate

import bridge.shopify
from bridge.shopify import operations
from simulator.execution import admin_schema

# Decided in spite of the schema: its successor needs a permission that many shops do not give.
DEPRECATED = {"CompleteDraft": ["draftOrderComplete(paymentPending:)"]}


@pytest.mark.parametrize("name", operations.names())
def test_it_is_valid_and_asks_for_nothing_deprecated(name):
    document = parse(operations.load(name).text)

    assert validate(admin_schema(), document) == []
    deprecated = [str(error) for error in validate(admin_schema(), document, [NoDeprecatedCustomRule])]
    allowed = DEPRECATED.get(name, [])
    assert len(deprecated) == len(allowed)
    assert all(word in error for word, error in zip(allowed, deprecated, strict=True))


@pytest.mark.parametrize("name", operations.names())
def test_its_name_is_its_files_and_its_comments_stay_here(name):
    operation = operations.load(name)

    assert re.match(rf"(query|mutation) {name}\b", operation.text)
    assert operation.is_mutation == operation.text.startswith("mutation")
    assert "#" not in operation.text


def test_every_operation_is_used():
    folder = Path(bridge.shopify.__file__).parent
    code = "".join(path.read_text() for path in folder.glob("*.py"))

    assert [name for name in operations.names() if f'"{name}"' not in code] == []


def test_every_list_that_is_paged_says_where_the_next_page_begins():
    for name in operations.names():
        text = operations.load(name).text
        assert text.count("nodes {") == text.count("endCursor"), name
