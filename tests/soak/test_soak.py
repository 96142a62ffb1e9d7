"""Twenty seconds of what `make soak` does for ten minutes, and that its plan is a function of the seed."""

from pathlib import Path

from tests.soak import plan
from tests.soak.run import INVARIANTS, Soak
from tests.support.stacks import data_folder

_SECONDS = 20


def test_twenty_seconds_of_faults_under_load_break_no_promise():
    with data_folder() as folder:
        folder.mkdir(mode=0o711)

        verdict = Soak(
            seed=1,
            seconds=_SECONDS,
            folder=folder,
            # A machine that is busy with other things gets less done; what is asked for is that something is.
            least_faults=5,
            least_orders=5,
            hurry=True,
        ).run()

        assert verdict.complaints() == [], _last_lines(folder / "history.jsonl")
    assert set(verdict.violations) == set(INVARIANTS)


def test_the_plan_is_a_function_of_the_seed():
    def planned(seed: int) -> tuple[list[plan.Step], list[plan.Strike]]:
        return (
            list(plan.steps(seed, seconds=60, per_second=8)),
            list(plan.strikes(seed, seconds=60)),
        )

    assert planned(1) == planned(1)
    assert planned(1)[0] != planned(2)[0]
    assert planned(1)[1] != planned(2)[1]


def test_ten_minutes_are_planned_to_have_enough_of_everything():
    for seed in range(1, 6):
        steps = list(plan.steps(seed, seconds=600, per_second=Soak.per_second))
        strikes = list(plan.strikes(seed, seconds=600))

        assert len({step.number for step in steps}) > 1_150
        assert len(strikes) > 300
        assert {strike.kind for strike in strikes} == set(plan.KINDS)
        assert {step.verb for step in steps} == set(plan.VERBS)


def _last_lines(history: Path) -> str:
    return "\n".join(history.read_text().splitlines()[-40:])
