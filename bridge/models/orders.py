"""Orders as the partner submitted them, their lines, what happened to them, and the answers that were given."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from bridge.models.base import Amount, Base, CreatedAt, ShopifyId, Timestamp


class Order(Base):
    """One accepted cart. Amounts and lines stay as submitted; what became of them stands beside them.

    One order per (partner, partner_order_id) among those that no other order supersedes.
    `status` is written by `services/move_order` alone.
    """

    __tablename__ = "orders"
    __table_args__ = (
        Index(
            "uq_orders_partner_order_id",
            "partner_id",
            "partner_order_id",
            unique=True,
            postgresql_where=text("superseded_by IS NULL"),
        ),
        Index("ix_orders_newest", "partner_id", "created_at", "id"),
        Index("ix_orders_status", "partner_id", "status", "created_at", "id"),
        Index("ix_orders_attention", "created_at", postgresql_where=text("attention IS NOT NULL")),
        UniqueConstraint("draft_id"),
        UniqueConstraint("shopify_order_id"),
        CheckConstraint("intent IN ('reject', 'cancel')", name="intent"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    partner_order_id: Mapped[str]
    superseded_by: Mapped[UUID | None] = mapped_column(ForeignKey("orders.id"))
    cart_digest: Mapped[bytes]
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[datetime] = mapped_column(server_default=text("now()"))

    status: Mapped[str]
    # The status an ARCHIVED order had before, and gets back when it is reopened.
    status_before_archive: Mapped[str | None]
    rejection_reason: Mapped[str | None]

    currency: Mapped[str]
    subtotal: Mapped[Amount]
    tax: Mapped[Amount]
    shipping: Mapped[Amount]
    total: Mapped[Amount]
    totals_mismatch: Mapped[bool] = mapped_column(server_default=false())

    customer_name: Mapped[str]
    customer_phone: Mapped[str | None]
    shipping_street: Mapped[str]
    shipping_city: Mapped[str]
    shipping_state: Mapped[str | None]
    shipping_postal_code: Mapped[str]
    shipping_country: Mapped[str]  # as it was sent
    shipping_country_code: Mapped[str]

    payment_status: Mapped[str | None]
    payment_method: Mapped[str | None]
    # Why staff should look before confirming; a waiting order with any of these is never confirmed by itself.
    review_reasons: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))

    # Where its stock is reserved.
    location_id: Mapped[ShopifyId]
    draft_id: Mapped[ShopifyId | None]
    draft_name: Mapped[str | None]
    shopify_order_id: Mapped[ShopifyId | None]
    shopify_order_name: Mapped[str | None]
    # Why the order cannot go on without staff; null while it goes on by itself.
    attention: Mapped[str | None]

    # The decision to confirm; it may come before the draft is there.
    confirm_requested_at: Mapped[Timestamp | None]
    confirm_requested_by: Mapped[str | None]
    accept_changes: Mapped[bool] = mapped_column(server_default=false())

    # The decision to reject or cancel (decision 42): stops push and confirm at once, moves the status
    # when Shopify's end is closed.
    intent: Mapped[str | None]
    intent_reason: Mapped[str | None]
    intent_by: Mapped[str | None]
    intent_at: Mapped[Timestamp | None]


class OrderItem(Base):
    """One line of the cart, at its position. Variant and inventory item are frozen at submit (decision 19)."""

    __tablename__ = "order_items"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sku: Mapped[str]
    title: Mapped[str]
    price: Mapped[Amount]
    quantity: Mapped[int]
    product_url: Mapped[str | None]
    is_supplier_item: Mapped[bool]
    # Why a line is not ours: unmapped, retired, out_of_stock.
    custom_reason: Mapped[str | None]
    variant_id: Mapped[ShopifyId | None]
    inventory_item_id: Mapped[ShopifyId | None]

    # What Shopify made of it.
    shopify_line_id: Mapped[ShopifyId | None]
    due_quantity: Mapped[int | None]  # null until an order exists: then ordered minus edited away or refunded
    fulfilled_quantity: Mapped[int] = mapped_column(server_default="0")
    delivered_quantity: Mapped[int] = mapped_column(server_default="0")


class OrderEvent(Base):
    """What happened to an order, append-only: the timeline, the outbox of callbacks, the change feed.

    `transaction_id` orders events across concurrent writers (decision 62).
    """

    __tablename__ = "order_events"
    __table_args__ = (
        Index("ix_order_events_order", "order_id", "id"),
        Index("ix_order_events_feed", "partner_id", "transaction_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"))
    partner_id: Mapped[UUID]
    transaction_id: Mapped[int] = mapped_column(
        BigInteger, server_default=text("(pg_current_xact_id()::text::bigint)")
    )
    at: Mapped[CreatedAt]
    kind: Mapped[str]
    actor: Mapped[str]
    from_status: Mapped[str | None]
    to_status: Mapped[str | None]
    reason: Mapped[str | None]
    unusual: Mapped[bool] = mapped_column(server_default=false())
    detail: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class IdempotencyKey(Base):
    """A key a partner used and the answer it got, for 24 hours. The primary key is the mutex of twins.

    `order_id`: the order it got; after a 204, whose body is empty, the decision that there is none.
    """

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_expires", "expires_at"),)

    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes]
    status: Mapped[int | None]
    body: Mapped[bytes | None]
    order_id: Mapped[UUID | None]
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[datetime]
