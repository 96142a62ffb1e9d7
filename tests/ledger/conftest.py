"""The stage of a journey, for orders whose drafts hold units in the shop."""

from tests.flows.conftest import one_simulator, stage

__all__ = ["one_simulator", "stage"]
