"""Draw lives by hypothesis and play them."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.lifecycle.choices import Choices
from tests.lifecycle.world import World

EXPLORING = not settings().derandomize
# After its first ten examples hypothesis mostly varies those that it has seen: it has to begin anew.
_AT_ONCE = 10

rounds = pytest.mark.parametrize("nth", range(40 if EXPLORING else 2))
patience = pytest.mark.timeout(0 if EXPLORING else 1200)


def play(machine: type[Choices], world: World, nth: int) -> None:
    """Play some lives; the same ones for the same `nth`, unless exploring, which draws new and longer ones."""

    def begin() -> Choices:
        return machine(world)

    begun: Callable[[], Choices] = begin if EXPLORING else seed(nth)(begin)
    run_state_machine_as_test(
        begun,
        settings=settings(
            max_examples=_AT_ONCE,
            stateful_step_count=40 if EXPLORING else 20,
            suppress_health_check=list(HealthCheck),
        ),
    )
