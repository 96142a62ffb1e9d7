"""What was sent to Shopify, and what Shopify said is true: facts from which an order's status is derived."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, UniqueConstraint, false
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from bridge.models.base import Base, CreatedAt, ShopifyId, Timestamp


class PushAttempt(Base):
    """One try at making a draft for an order, written and committed before anything is sent.

    `outcome` null: being tried, or the process died; read as unknown once `gives_up_at` has passed.
    Else: placed, unavailable, refused, unknown, resolved_absent (looked for and not there), spare (its draft
    was the order's own, and is no more), removed (a spare draft that was deleted).
    """

    __tablename__ = "push_attempts"
    __table_args__ = (UniqueConstraint("order_id", "number"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"))
    number: Mapped[int]
    started_at: Mapped[CreatedAt]
    gives_up_at: Mapped[datetime]
    finished_at: Mapped[Timestamp | None]
    outcome: Mapped[str | None]
    error: Mapped[str | None]
    draft_id: Mapped[ShopifyId | None]
    # An order of the shop that names this attempt and is not recorded, until it is settled what it is.
    shopify_order_id: Mapped[ShopifyId | None]


class ShopifyOrder(Base):
    """The newest whole picture of an order in Shopify, by Shopify's own `updated_at`."""

    __tablename__ = "shopify_orders"

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    shopify_order_id: Mapped[ShopifyId] = mapped_column(unique=True)
    shopify_updated_at: Mapped[datetime]
    cancelled_at: Mapped[Timestamp | None]
    closed_at: Mapped[Timestamp | None]
    financial_status: Mapped[str | None]
    # A domain.shop_values.ShopOrder as JSON: lines, refunds and fulfillments as of `shopify_updated_at`.
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSONB)
    source: Mapped[str]  # read, webhook
    stored_at: Mapped[CreatedAt]


class ShopifyFulfillment(Base):
    """One parcel, by its own `updated_at`; `is_closing` marks the one we made for lines that are not ours."""

    __tablename__ = "shopify_fulfillments"
    __table_args__ = (Index("ix_shopify_fulfillments_order", "order_id"),)

    fulfillment_id: Mapped[ShopifyId] = mapped_column(primary_key=True, autoincrement=False)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"))
    status: Mapped[str]
    shipment_status: Mapped[str | None]
    # As of when, Shopify's clock: a carrier's event may be newer than the fulfillment. Null: as the fulfillment.
    shipment_status_at: Mapped[Timestamp | None]
    shopify_created_at: Mapped[datetime]
    shopify_updated_at: Mapped[datetime]
    delivered_at: Mapped[Timestamp | None]
    tracking_company: Mapped[str | None]
    tracking_numbers: Mapped[list[str]]
    tracking_urls: Mapped[list[str]]
    lines: Mapped[dict[str, Any]] = mapped_column(JSONB)  # {line id: units}
    is_closing: Mapped[bool] = mapped_column(server_default=false())
