"""The mutants do not rot: what each removes is there exactly once, and so are the tests that should notice."""

import re

import pytest

from tests.mutants import MUTANTS
from tests.mutants.mutant import ROOT, Edit, Mutant, TextIsGoneError, apply
from tests.mutants.table import TABLE, rendered


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_what_a_mutant_removes_stands_in_the_code_exactly_once(mutant):
    for edit in mutant.edits:
        assert (ROOT / edit.file).read_text().count(edit.old) == 1, edit
        assert edit.new != edit.old


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_tests_that_should_notice_are_there(mutant):
    for test in mutant.tests:
        file, _, name = re.sub(r"\[.*\]$", "", test).partition("::")
        assert f"def {name}(" in (ROOT / file).read_text() if name else (ROOT / file).exists(), test


def test_names_are_given_once_and_there_are_enough():
    names = [mutant.name for mutant in MUTANTS]

    assert len(set(names)) == len(names) >= 20


def test_a_text_that_is_gone_is_an_error_and_nothing_is_changed(tmp_path):
    (tmp_path / "one.py").write_text("first\n")
    (tmp_path / "two.py").write_text("changed since\n")
    mutant = Mutant("m", "m", (Edit("one.py", "first", "1"), Edit("two.py", "second", "2")), ())

    with pytest.raises(TextIsGoneError, match=r"two\.py has 'second' 0 times"):
        apply(mutant, tmp_path)

    assert (tmp_path / "one.py").read_text() == "first\n"


def test_the_table_names_every_mutant_and_all_were_caught():
    assert TABLE.read_text() == rendered(MUTANTS, caught={mutant.name for mutant in MUTANTS})
