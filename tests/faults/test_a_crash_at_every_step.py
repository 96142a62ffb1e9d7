"""A process dies, or is frozen past its lease, at every place there is; another one takes over."""

from collections.abc import Callable

import pytest

from bridge import failpoints, jobs
from bridge.services.order_decisions import decide, request_cancel, request_confirm
from tests.faults.takeover import Stage

NUMBER = "PO-1"
# Held for longer than its lease, a process comes back and goes on where it was.
FREEZABLE = (
    "dispatch.taken",
    "push.claimed",
    "push.fenced",
    "push.sent",
    "confirm.claimed",
    "confirm.sent",
    "apply.claimed",
    "close.claimed",
    "close.sent",
)

Journey = Callable[[Stage, str], str]


def submit_fails(stage: Stage, place: str) -> str:
    """The partner's connection dies, and it sends the cart again to another process."""
    with stage.armed_web(place) as url:
        assert stage.submit(url, NUMBER) is None
    again = stage.submit(stage.web, NUMBER)
    assert again is not None
    assert again.status == 200
    assert ("Idempotent-Replayed" in again.headers) == (place == "submit.committed")
    assert again.json["supplier_order_id"] == str(stage.only_order().id)
    return "UNFULFILLED"


def delivery_fails(stage: Stage, place: str) -> str:
    """Shopify does not hear an answer, and sends the webhook again."""
    stage.ship(stage.confirmed_order(NUMBER))
    [letter] = [each for each in stage.sent() if each.topic == "fulfillments/create"]
    with stage.armed_web(place) as url:
        assert stage.hand_over(url, letter) is None
    assert stage.hand_over(stage.web, letter) == 200
    assert stage.is_kept(letter.webhook_id).state == "received"
    return "FULFILLED"


def hold_fails(stage: Stage, place: str) -> str:
    """Nobody here knows that the shop holds the units of a waiting order; then staff confirm it."""
    stage.ask_staff_first()
    with stage.armed_worker(place, "crash") as worker:
        stage.dies_of(worker, new_order(stage))
    decide(stage.db, request_confirm, order_id=stage.only_order().id, by="staff")
    return "UNFULFILLED"


def new_order(stage: Stage) -> Callable[[], None]:
    """Return what gives a worker an order to push and confirm."""

    def act() -> None:
        answer = stage.submit(stage.web, NUMBER)
        assert answer is not None
        assert answer.status == 200

    return act


def parcel(stage: Stage) -> Callable[[], None]:
    """Return what gives a worker the webhook of a parcel."""
    stage.ship(stage.confirmed_order(NUMBER))
    [letter] = [each for each in stage.sent() if each.topic == "fulfillments/create"]

    def act() -> None:
        assert stage.hand_over(stage.web, letter) == 200

    return act


def cancellation(stage: Stage) -> Callable[[], None]:
    """Return what gives a worker a confirmed order to cancel."""
    order_id = stage.confirmed_order(NUMBER)

    def act() -> None:
        decide(stage.db, request_cancel, order_id=order_id, by="staff", reason="the customer called")
        stage.ring(stage.doorbell)

    return act


def of_worker(prepare: Callable[[Stage], Callable[[], None]], ends_as: str) -> Journey:
    def journey(stage: Stage, place: str) -> str:
        act = prepare(stage)
        with stage.armed_worker(place, "crash") as worker:
            stage.dies_of(worker, act)
        return ends_as

    return journey


WORK = {
    "dispatch": (new_order, "UNFULFILLED"),
    "push": (new_order, "UNFULFILLED"),
    "confirm": (new_order, "UNFULFILLED"),
    "reserve": (new_order, "UNFULFILLED"),
    "apply": (parcel, "FULFILLED"),
    "close": (cancellation, "CANCELED"),
}
JOBS = {
    "dispatch": jobs.PUSH_ORDER,
    "push": jobs.PUSH_ORDER,
    "confirm": jobs.CONFIRM_ORDER,
    "apply": jobs.APPLY_WEBHOOK,
    "close": jobs.CLOSE_ORDER,
}
JOURNEYS: dict[str, Journey] = {
    "submit": submit_fails,
    "receive": delivery_fails,
    "hold": hold_fails,
    **{step: of_worker(*work) for step, work in WORK.items()},
}


def step_of(place: str) -> str:
    return place.partition(".")[0]


def assert_nothing_lost_and_nothing_doubled(stage: Stage, ends_as: str) -> None:
    order = stage.only_order()
    [draft] = stage.drafts()
    [shop_order] = stage.orders()
    assert order.status == ends_as
    assert order.attention is None
    assert stage.gid(order.id) == shop_order["id"]
    assert stage.draft_gid(order.id) == draft["id"]
    assert (shop_order["cancelledAt"] is not None) == (ends_as == "CANCELED")
    # Not even for a moment was there a second one.
    assert stage.times_asked("draftOrderCreate") == stage.times_asked("draftOrderComplete") == 1
    assert stage.times_asked("orderCancel") == (ends_as == "CANCELED")
    # Shopify counts the units itself by now; ours are not subtracted a second time.
    assert stage.stock(order.id) == ["handed_over"]
    assert stage.left() == []


@pytest.mark.parametrize("place", failpoints.NAMES)
def test_a_process_that_dies_loses_nothing_and_doubles_nothing(takeover, place):
    ends_as = JOURNEYS[step_of(place)](takeover, place)
    takeover.leases_end()
    takeover.rescue()

    assert_nothing_lost_and_nothing_doubled(takeover, ends_as)


@pytest.mark.parametrize("place", FREEZABLE)
def test_a_process_that_was_frozen_past_its_lease_loses_nothing_and_doubles_nothing(takeover, place):
    prepare, ends_as = WORK[step_of(place)]
    act = prepare(takeover)
    with takeover.armed_worker(place, "freeze") as worker:
        takeover.freezes_of(worker, act)
        takeover.leases_end()
        takeover.others_look(JOBS[step_of(place)])
        takeover.thaw(worker)
        takeover.rescue()

    assert_nothing_lost_and_nothing_doubled(takeover, ends_as)
