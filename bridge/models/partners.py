"""Who may call, with which keys, and which of the shop's variants each partner sells."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from bridge.models.base import Base, CreatedAt, ShopifyId, Timestamp


class Partner(Base):
    __tablename__ = "partners"
    __table_args__ = (
        CheckConstraint("status_names IN ('current', 'legacy')", name="status_names"),
        CheckConstraint("stock_buffer >= 0", name="stock_buffer"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    currency: Mapped[str]
    status_names: Mapped[str] = mapped_column(server_default="current")
    auto_confirm: Mapped[bool] = mapped_column(server_default=false())
    strict_totals: Mapped[bool] = mapped_column(server_default=false())
    enabled: Mapped[bool] = mapped_column(server_default=true())
    # Days after shipping when an order whose carrier never reports counts as delivered; null: staff say so.
    complete_after_days: Mapped[int | None]
    # Requests per second and burst; null: the settings' defaults.
    rate_per_second: Mapped[int | None]
    rate_burst: Mapped[int | None]
    # Units of each item that its carts leave in the shop, and since when; null: as the whole shop.
    stock_buffer: Mapped[int | None]
    stock_buffer_at: Mapped[Timestamp | None]
    created_at: Mapped[CreatedAt]


class ApiKey(Base):
    """One live or ended key. Only a keyed hash of it is kept; `id` is the part that may be shown."""

    __tablename__ = "api_keys"
    __table_args__ = (Index("ix_api_keys_partner", "partner_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"))
    label: Mapped[str | None]
    key_hash: Mapped[bytes]
    scopes: Mapped[list[str]]
    created_at: Mapped[CreatedAt]
    expires_at: Mapped[Timestamp | None]
    revoked_at: Mapped[Timestamp | None]
    last_used_at: Mapped[Timestamp | None]


class Listing(Base):
    """One SKU of one partner, mapped to one variant of the shop. Retired: no longer sold, kept for the record."""

    __tablename__ = "listings"
    __table_args__ = (
        Index("ix_listings_inventory_item", "inventory_item_id"),
        Index("ix_listings_variant", "variant_id"),
        Index("ix_listings_changes", "partner_id", "updated_at"),
    )

    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partners.id"), primary_key=True)
    sku: Mapped[str] = mapped_column(primary_key=True)
    variant_id: Mapped[ShopifyId]
    product_id: Mapped[ShopifyId]
    inventory_item_id: Mapped[ShopifyId]
    title: Mapped[str]
    # The handle of the collection it was pulled from; null: listed by a file.
    collection: Mapped[str | None]
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    retired_at: Mapped[Timestamp | None]
