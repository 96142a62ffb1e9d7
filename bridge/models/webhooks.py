"""What Shopify called us with, as it arrived."""

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from bridge.models.base import Base, CreatedAt, Timestamp


class WebhookEvent(Base):
    """One delivery, kept once per X-Shopify-Webhook-Id.

    `state`: received -> applied | parked (ours, its order is not there yet) | foreign (not ours) | failed.
    """

    __tablename__ = "webhook_events"
    __table_args__ = (
        CheckConstraint("state IN ('received', 'applied', 'parked', 'foreign', 'failed')", name="state"),
        Index("ix_webhook_events_state", "state", "received_at"),
        Index("ix_webhook_events_subject", "subject"),
    )

    webhook_id: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str | None]
    topic: Mapped[str]
    shop_domain: Mapped[str]
    api_version: Mapped[str | None]
    triggered_at: Mapped[Timestamp | None]
    received_at: Mapped[CreatedAt]
    body: Mapped[bytes]
    state: Mapped[str] = mapped_column(server_default="received")
    # What it is about, once it was looked at: "order 1001", "draft 77", "item 5".
    subject: Mapped[str | None]
    note: Mapped[str | None]
    applied_at: Mapped[Timestamp | None]
