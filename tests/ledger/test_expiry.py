"""Orders that nobody confirms give their units back, where a setting says so."""

import pytest
from sqlalchemy import text

from bridge.services.expire_waiting import expire_waiting_on_schedule
from bridge.services.order_decisions import decide, request_confirm


def expire(stage, within_hours: int = 48) -> None:
    """Look for orders that have waited too long, and do what follows."""
    expire_waiting_on_schedule(stage.db, within_hours=within_hours, every_seconds=0)
    stage.run()


def age(stage, hours: float) -> None:
    with stage.db.transaction() as session:
        session.execute(
            text("UPDATE orders SET created_at = now() - make_interval(secs => :s)"), {"s": hours * 3600}
        )


def test_an_order_that_waited_too_long_is_canceled_and_its_units_are_free(stage):
    order_id = stage.pushed()
    age(stage, hours=48.1)

    expire(stage)

    order = stage.read(order_id)
    assert (order.status, order.rejection_reason) == ("CANCELED", "not confirmed within 48 hours")
    assert stage.stock(order_id) == ["released"]
    assert stage.drafts() == []


@pytest.mark.parametrize(
    ("because", "hours", "within_hours"),
    [("it has not waited so long", 47.9, 48), ("orders wait for ever where nobody says otherwise", 9999, 0)],
)
def test_an_order_goes_on_waiting(stage, because, hours, within_hours):
    order_id = stage.pushed()
    age(stage, hours)

    expire(stage, within_hours)

    assert stage.read(order_id).status == "INCOMPLETE_CAUTION"


def test_an_order_that_somebody_decided_about_does_not_expire(stage):
    order_id = stage.order()  # Not pushed yet: the confirmation has to wait.
    age(stage, hours=100)
    decide(stage.db, request_confirm, order_id=order_id, by="staff")

    expire(stage)

    assert stage.read(order_id).status == "UNFULFILLED"
