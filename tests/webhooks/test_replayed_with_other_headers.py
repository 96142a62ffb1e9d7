"""A body that Shopify once signed, sent again by somebody who changes what is not signed: topic and id.

Whoever has seen one delivery can do that. Everything that the shop ever said of two orders and their stock is
said again under every topic there is; whatever is destructive asks the shop first, so nothing may change.
"""

import dataclasses
from collections.abc import Iterator

from sqlalchemy import select

from bridge.models import (
    InventoryLevel,
    Listing,
    Order,
    OrderItem,
    Reservation,
    ShopifyFulfillment,
    WebhookEvent,
)
from bridge.services.apply_webhook import TOPICS
from tests.simulator.listening import Letter

# When something was looked at is not what is known of it.
_LOOKED_AT = {"updated_at", "stored_at", "observed_at", "observed_by", "seen_at", "read_at"}


def replayed(letters: list[Letter]) -> Iterator[Letter]:
    """Every body under every topic, as a delivery that was never heard of."""
    for body in {letter.raw: letter for letter in letters}.values():
        for topic in TOPICS:
            yield dataclasses.replace(
                body,
                headers=body.headers
                | {
                    "x-shopify-topic": topic,
                    "x-shopify-webhook-id": f"{body.webhook_id} as {topic}",
                    "x-shopify-event-id": f"{body.webhook_id} as {topic}",
                },
            )


def known(stage) -> dict[str, list[str]]:
    """What the bridge believes of orders, parcels, stock and listings."""
    with stage.db.transaction() as session:
        return {
            model.__tablename__: sorted(
                str(row)
                for row in session.execute(
                    select(*[c for c in model.__table__.c if c.name not in _LOOKED_AT])
                )
            )
            for model in (Order, OrderItem, ShopifyFulfillment, Reservation, Listing, InventoryLevel)
        }


def test_a_signed_body_under_another_topic_changes_nothing(stage):
    waiting = stage.pushed()
    shipped = stage.confirmed()
    stage.scan(stage.ship(shipped), "DELIVERED")
    canceled = stage.confirmed()
    stage.cancel(canceled, refund=True)
    stage.catch_up()
    before = known(stage)
    statuses = [stage.read(order_id).status for order_id in (waiting, shipped, canceled)]
    letters = list(stage.inbox.letters)

    stage.deliver(list(replayed(letters)))
    stage.run()
    stage.later()

    assert statuses == ["INCOMPLETE_CAUTION", "COMPLETE", "CANCELED"]
    assert known(stage) == before
    assert len({letter.topic for letter in letters}) >= 6
    with stage.db.transaction() as session:
        unapplied = session.scalars(select(WebhookEvent.topic).where(WebhookEvent.state == "received")).all()
    assert unapplied == []
