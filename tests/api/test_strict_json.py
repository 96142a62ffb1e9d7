"""The reader of JSON: whatever comes in, a value that means one thing goes out, or a 400."""

import json
from decimal import Decimal

import simplejson
from hypothesis import example, given, settings
from hypothesis import strategies as st
from werkzeug.exceptions import BadRequest

from bridge.api.parsing import MAX_DEPTH, parse_json

names = st.text(max_size=8)
numbers = st.integers() | st.decimals(allow_nan=False, allow_infinity=False, places=6)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(names, values, max_size=5))
def test_what_was_written_is_read_to_the_last_digit(written):
    raw = simplejson.dumps(written, use_decimal=True).encode()

    assert parse_json(raw) == written


@settings(max_examples=300)
@given(
    st.binary(max_size=200)
    | st.text(alphabet='{}[]",:0123456789.eE+-\\untrfalsNI ', max_size=60).map(str.encode)
)
@example(b'{"a":1e5}')
@example(b'{"a":-}')
@example(b'{"a":"\\ud800"}')
def test_anything_else_is_refused_and_nothing_breaks(raw):
    try:
        read = parse_json(raw)
    except BadRequest:
        return
    assert isinstance(read, dict)
    assert json.loads(raw).keys() == read.keys()


@given(st.integers(min_value=1, max_value=80), st.sampled_from(["[", '{"a":']))
def test_nesting_is_counted_and_brackets_in_strings_are_not(levels, bracket):
    closing = "]" if bracket == "[" else "}"
    body = f'{{"text":"{"[" * 100}","deep":{bracket * levels}1{closing * levels}}}'.encode()

    try:
        parse_json(body)
        accepted = True
    except BadRequest:
        accepted = False
    assert accepted is (levels + 1 <= MAX_DEPTH)


def test_numbers_are_exact():
    read = parse_json(b'{"a":0.1,"b":1.10,"c":12345678901234567890,"d":1E+2}')

    assert read == {"a": Decimal("0.1"), "b": Decimal("1.1"), "c": 12345678901234567890, "d": 100}
    assert str(read["b"]) == "1.10"
