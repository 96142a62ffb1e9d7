"""Ports that several programs of one machine draw at once."""

import random
import subprocess
import sys

from local.ports import free_port, is_free
from local.programs import ROOT

DRAWS_ONE = "from local.ports import free_port; print(free_port(), flush=True); input()"


def test_a_port_that_another_program_has_drawn_is_not_drawn_while_that_lives():
    """Between the draw and the bind lies the whole start of a server."""
    with subprocess.Popen(
        [sys.executable, "-c", DRAWS_ONE],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        port = int(other.stdout.readline())

        assert is_free(port)
        assert free_port(port) != port

        other.communicate("\n", timeout=60)
    assert free_port(port) == port


def test_no_port_is_drawn_twice_by_one_program():
    port = free_port()

    assert free_port(port) != port


def test_the_draw_neither_follows_nor_moves_the_random_numbers_of_the_caller():
    """Hypothesis seeds them alike in every process that runs its tests."""
    before = random.getstate()

    free_port()

    assert random.getstate() == before
