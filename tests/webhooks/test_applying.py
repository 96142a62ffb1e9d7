"""What becomes of a webhook: applied, foreign, parked until its order is there, or shown to staff."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from bridge import jobs
from bridge.db import clock
from bridge.domain.errors import NotFound
from bridge.domain.references import token_of
from bridge.models import WebhookEvent, Work
from bridge.services.apply_webhook import HANDLERS, replay_webhook
from bridge.services.poison import MAX_DEATHS
from bridge.services.receive_webhook import Delivery, receive_webhook
from simulator.webhooks.topics import SENT
from tests.domain.test_webhook_bodies import sample


def give(stage, topic: str, body: object, webhook_id: str = "w") -> None:
    """Hand over a body that was signed, and work on it."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with stage.db.transaction() as session:
        receive_webhook(session, Delivery(webhook_id, None, topic, "x.myshopify.com", None, None, raw))
    stage.run()


def state_of(stage, webhook_id: str = "w") -> tuple[str, str | None]:
    [event] = stage.webhooks(webhook_id=webhook_id)
    return event.state, event.note


TOPICS = """
draft_orders/create draft_orders/update draft_orders/delete orders/create orders/paid orders/updated orders/cancelled
orders/fulfilled orders/partially_fulfilled orders/edited orders/delete fulfillments/create fulfillments/update
fulfillment_events/create refunds/create inventory_levels/update inventory_levels/connect
inventory_levels/disconnect inventory_items/update products/update products/delete app/uninstalled
bulk_operations/finish
""".split()


def test_every_topic_that_is_promised_has_a_handler():
    assert sorted(HANDLERS) == sorted(TOPICS)
    assert set(TOPICS) <= set(SENT)


@pytest.mark.parametrize(
    "name",
    [
        "orders__updated",
        "orders__delete",
        "orders__edited",
        "fulfillments__update",
        "fulfillment_events__create",
        "refunds__create",
        "draft_orders__update",
        "inventory_levels__update",
        "inventory_levels__disconnect",
        "inventory_items__update",
        "bulk_operations__finish",
        "products__update",
        "products__delete",
    ],
)
def test_shopifys_own_samples_are_somebody_elses(stage, name):
    give(stage, name.replace("__", "/"), sample(name))

    assert state_of(stage)[0] == "foreign"


@pytest.mark.parametrize(
    ("because", "topic", "body"),
    [
        ("not JSON", "orders/updated", b"<html>"),
        ("an order where a parcel should be", "fulfillments/create", sample("orders__delete")),
        ("a nesting bomb", "products/update", b"[" * 100_000),
        ("an id beyond 64 bits", "orders/delete", {"id": 2**63}),
        ("an order without its id", "orders/updated", {"tags": "vip"}),
    ],
)
def test_what_is_no_body_of_its_topic_is_shown_to_staff(stage, because, topic, body):
    give(stage, topic, body)

    state, note = state_of(stage)
    assert (state, note.startswith(f"not a body of {topic}: ")) == ("failed", True)
    assert stage.work(jobs.APPLY_WEBHOOK).given_up_at is not None


def test_a_topic_without_use_is_kept_and_left_alone(stage):
    give(stage, "carts/create", {"id": 1})

    assert state_of(stage) == ("foreign", "nothing of ours listens to this topic")


def test_an_order_that_names_ours_is_parked_and_shown_to_staff_when_it_never_becomes_ours(stage):
    order_id = stage.pushed()
    body = {**sample("orders__updated"), "tags": f"vip, {token_of(order_id)}", "id": 42}

    give(stage, "orders/create", body)
    first = state_of(stage)
    for _ in range(40):
        stage.later(7200)

    assert first == ("parked", "the order it names has no shop order yet")
    assert state_of(stage)[0] == "failed"
    assert stage.read(order_id).shopify_order_id is None


def test_a_token_that_names_no_order_of_ours_is_foreign(stage):
    body = {**sample("orders__updated"), "tags": token_of(uuid4())}

    give(stage, "orders/create", body)

    assert state_of(stage)[0] == "foreign"


def test_a_fulfillment_waits_while_a_push_is_unfinished(stage):
    stage.simulator.fault("refuse", operation="draftOrderCreate")
    stage.order()
    stage.run()
    give(stage, "fulfillments/create", sample("fulfillments__update"))
    waiting = state_of(stage)

    stage.simulator.simulation.faults.clear()
    stage.later(120)
    stage.later(120)

    assert waiting == ("parked", "an order of ours is still on its way into the shop")
    assert state_of(stage)[0] == "foreign"


def test_a_carriers_event_waits_for_its_parcel(stage):
    order_id = stage.confirmed()
    parcel = stage.ship(order_id)
    stage.scan(parcel, "DELIVERED")
    letters = {letter.topic: letter for letter in stage.sent()}

    stage.simulator.fault("error_500", operation="ReadOrder", times=1)
    stage.deliver([letters["fulfillment_events/create"]])
    stage.run()
    [event] = stage.webhooks(topic="fulfillment_events/create")
    stage.deliver([letters["fulfillments/create"]])
    stage.later(30)
    stage.later(30)

    assert event.state == "parked"
    assert stage.read(order_id).status == "COMPLETE"
    assert [e.state for e in stage.webhooks(topic="fulfillment_events/create")] == ["applied"]


def test_a_cancellation_that_the_shop_does_not_confirm_changes_nothing(stage):
    order_id = stage.confirmed()
    body = {**sample("orders__updated"), "id": stage.read(order_id).shopify_order_id}
    body |= {"updated_at": "2099-01-01T00:00:00Z", "cancelled_at": "2099-01-01T00:00:00Z"}

    give(stage, "orders/updated", body)
    give(stage, "orders/cancelled", body, "w2")
    give(stage, "orders/delete", body, "w3")

    assert stage.read(order_id).status == "UNFULFILLED"


def test_an_uninstalled_app_is_remembered_and_nothing_is_given_up(stage):
    order_id = stage.confirmed()

    give(stage, "app/uninstalled", sample("app__uninstalled"))

    assert state_of(stage) == ("applied", "Shopify says that the app was uninstalled")
    assert stage.read(order_id).status == "UNFULFILLED"


def test_a_webhook_may_be_replayed(stage):
    give(stage, "carts/create", {"id": 1})

    with stage.db.transaction() as session:
        replay_webhook(session, webhook_id="w")
    before = state_of(stage)[0]
    stage.run()

    assert (before, state_of(stage)[0]) == ("received", "foreign")
    with stage.db.transaction() as session, pytest.raises(NotFound):
        replay_webhook(session, webhook_id="another")


def test_a_body_that_ends_its_workers_is_shown_to_staff(stage):
    with stage.db.transaction() as session:
        receive_webhook(session, Delivery("w", None, "orders/paid", "x.myshopify.com", None, None, b"{}"))
        work = session.scalars(select(Work)).one()
        work.attempts, work.deaths = 4, MAX_DEATHS - 1
        work.leased_until = clock(session) - timedelta(seconds=1)  # The fifth has not come back either.

    stage.run()

    assert state_of(stage) == ("failed", "5 attempts in a row ended with their worker")


def test_a_foreign_parcel_does_not_wait_for_ever_on_a_push_that_never_ends(stage):
    stage.simulator.fault("refuse", operation="draftOrderCreate")
    stage.order()
    give(stage, "fulfillments/create", sample("fulfillments__update"))

    with stage.db.transaction() as session:
        session.execute(update(WebhookEvent).values(received_at=clock(session) - timedelta(minutes=11)))
    stage.later(60)

    assert state_of(stage) == ("foreign", "the shop order carries no token of ours")


@pytest.mark.parametrize("topic", ["orders/updated", "fulfillments/update", "draft_orders/update"])
def test_a_body_of_ours_that_cannot_be_read_makes_us_ask(stage, topic):
    order_id = stage.confirmed() if not topic.startswith("draft") else stage.pushed()
    order, reads = stage.read(order_id), stage.reads
    number = order.draft_id if topic.startswith("draft") else order.shopify_order_id

    give(stage, topic, {"id": number, "order_id": number, "updated_at": "soon"})

    assert state_of(stage)[0] == "applied"
    assert stage.reads == reads + 1
