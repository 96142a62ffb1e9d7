"""Keep what Shopify called us with, once; what it means is decided later, by a worker."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bridge import failpoints, jobs
from bridge.models import WebhookEvent


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery whose body was proven to be Shopify's; the headers beside it are not signed."""

    webhook_id: str
    event_id: str | None
    topic: str
    shop_domain: str
    api_version: str | None
    triggered_at: datetime | None
    body: bytes


def receive_webhook(session: Session, delivery: Delivery) -> bool:
    """Insert the delivery and ask for it to be applied; False when it was received before.

    The unique id decides (decision 51): Shopify repeats a delivery whose answer it did not hear.
    """
    inserted = session.execute(
        insert(WebhookEvent)
        .values(
            webhook_id=delivery.webhook_id,
            event_id=delivery.event_id,
            topic=delivery.topic,
            shop_domain=delivery.shop_domain,
            api_version=delivery.api_version,
            triggered_at=delivery.triggered_at,
            body=delivery.body,
        )
        .on_conflict_do_nothing(index_elements=[WebhookEvent.webhook_id])
        .returning(WebhookEvent.webhook_id)
    ).first()
    if inserted is None:
        return False
    jobs.request(session, jobs.APPLY_WEBHOOK, webhook_id=delivery.webhook_id)
    failpoints.hit("receive.inserted")
    return True
