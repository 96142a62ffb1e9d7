"""An API key can be told from a mistyped one, and only its id may be seen."""

import re

import pytest

from bridge.domain import api_keys

ID, SECRET = bytes(range(9)), bytes(range(32))


def test_a_key_has_the_shape_that_scanners_look_for():
    key = api_keys.compose(ID, SECRET)

    assert re.fullmatch(r"jbk_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}", key)


def test_the_largest_random_numbers_still_fit():
    assert api_keys.id_of(api_keys.compose(b"\xff" * 9, b"\xff" * 32)) is not None


def test_two_secrets_under_one_id_are_two_keys():
    assert api_keys.compose(ID, SECRET) != api_keys.compose(ID, bytes(32))


def test_the_id_is_read_from_the_key():
    key = api_keys.compose(ID, SECRET)

    assert key.startswith(f"jbk_{api_keys.id_of(key)}_")


@pytest.mark.parametrize(
    ("because", "spoil"),
    [
        ("a letter is another", lambda key: key[:20] + ("a" if key[20] != "a" else "b") + key[21:]),
        ("the checksum is another", lambda key: key[:-1] + ("a" if key[-1] != "a" else "b")),
        ("the end is missing", lambda key: key[:-1]),
        ("there is more", lambda key: key + "a"),
        ("there is a line end", lambda key: key + "\n"),
        ("the prefix is somebody else's", lambda key: "sk_" + key[3:]),
        ("it is empty", lambda key: key[:0]),
        ("digits of another script are no digits", lambda key: key[:-1] + "٣"),
    ],
)
def test_what_is_not_a_key_of_ours_has_no_id(because, spoil):
    assert api_keys.id_of(spoil(api_keys.compose(ID, SECRET))) is None


@pytest.mark.parametrize("given", ["jbk_abc", "abc", " jbk_abc ", "jbk_abc_secret"])
def test_a_person_may_name_a_key_by_its_id_or_its_prefix(given):
    assert api_keys.id_in(given) == "abc"
    assert api_keys.shown("abc") == "jbk_abc"


def test_the_stored_hash_depends_on_the_pepper_and_holds_nothing_of_the_key():
    key = api_keys.compose(ID, SECRET)
    stored = api_keys.keyed_hash(key, "pepper")

    assert api_keys.is_same(stored, api_keys.keyed_hash(key, "pepper"))
    assert not api_keys.is_same(stored, api_keys.keyed_hash(key, "another"))
    assert SECRET not in stored
