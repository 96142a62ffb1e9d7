"""Work that kills every worker that takes it ends in the list for staff, with the reason, and others go on."""

import time

from bridge.services.poison import MAX_DEATHS
from tests.cli.running import bridge, succeed
from tests.faults.takeover import Stage
from tests.support.waiting import await_until

_RING_AGAIN_SECONDS = 0.5


def wait_until_given_up(stage: Stage) -> None:
    """Let leases end and ring again, until nobody will take the order's work any more."""
    rung = 0.0

    def is_given_up() -> bool:
        nonlocal rung
        if time.monotonic() - rung > _RING_AGAIN_SECONDS:
            stage.leases_end()
            stage.ring(stage.doorbell)
            rung = time.monotonic()
        return stage.only_order().attention is not None

    await_until(is_given_up, seconds=120, because="the work is given up")


def test_an_order_whose_push_kills_its_workers_ends_in_the_work_list(takeover: Stage):
    env = takeover.settings
    with takeover.armed_worker("push.claimed", "crash"):  # Celery arms another in the dead one's place.
        answer = takeover.submit(takeover.web, "PO-POISON")
        assert answer is not None
        wait_until_given_up(takeover)

    reason = f"worker_lost: {MAX_DEATHS} attempts in a row ended with their worker"
    shown = bridge("work", "list", "--failed", env=env).out
    (work,) = succeed("work", "list", "--failed", env=env)["work"]
    assert (work["job"], work["state"], work["attempts"]) == ("orders.push", "given_up", MAX_DEATHS)
    assert work["last_error"] == takeover.only_order().attention == reason
    assert reason in shown
    assert takeover.drafts() == []

    succeed("work", "retry", work["id"], env=env)  # What killed them is mended.
    takeover.leases_end()
    takeover.rescue()
    assert takeover.only_order().status == "UNFULFILLED"
    assert takeover.only_order().attention is None
    assert len(takeover.drafts()) == 1
