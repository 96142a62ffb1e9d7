"""What the shop said it has, what of it is promised, and the runs that asked."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from bridge.models.base import Base, CreatedAt, ShopifyId, Timestamp


class InventoryLevel(Base):
    """The newest observation of one item at one location. Submits lock these rows, in item-id order.

    No row: never observed, which is not zero (decision 57d). `available` is null where the item is not tracked.
    """

    __tablename__ = "inventory_levels"
    __table_args__ = (Index("ix_inventory_levels_changes", "location_id", "sellable_changed_at"),)

    inventory_item_id: Mapped[ShopifyId] = mapped_column(primary_key=True, autoincrement=False)
    location_id: Mapped[ShopifyId] = mapped_column(primary_key=True, autoincrement=False)
    stocked: Mapped[bool]
    tracked: Mapped[bool]
    available: Mapped[int | None]
    # When the level last changed, Shopify's clock.
    shopify_updated_at: Mapped[Timestamp | None]
    # When we learned it: the start of the read, or the arrival of the webhook. PostgreSQL's clock.
    observed_at: Mapped[datetime]
    observed_by: Mapped[str]
    # When what can be sold last changed, but for promises that were made and holds that ran out since. Written by
    # triggers (revision 0009).
    sellable_changed_at: Mapped[CreatedAt]


class Reservation(Base):
    """Units of one item promised to one order.

    A life: `held` (ours alone) -> `in_shopify` (the shop committed them; still subtracted until a read that
    began late enough was stored, decision 57b) -> `handed_over`; or `released`. Only `held` and `in_shopify`
    are subtracted from what can be sold.

    While it is `held`, the order's draft may hold the units in the shop (`hold_since`, `hold_until`). From the
    read that began late enough to show that (`hold_seen_at`) until shortly before the hold's end they are not
    subtracted here as well.
    """

    __tablename__ = "reservations"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("state IN ('held', 'in_shopify', 'handed_over', 'released')", name="state"),
        Index(
            "ix_reservations_open",
            "inventory_item_id",
            "location_id",
            postgresql_include=["quantity"],
            postgresql_where=text("state IN ('held', 'in_shopify')"),
        ),
        Index(
            "ix_reservations_taken", "created_at", postgresql_where=text("state IN ('held', 'in_shopify')")
        ),
        Index(
            "ix_reservations_held_until",
            "hold_until",
            postgresql_where=text("state = 'held' AND hold_seen_at IS NOT NULL"),
        ),
    )

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    inventory_item_id: Mapped[ShopifyId] = mapped_column(primary_key=True, autoincrement=False)
    location_id: Mapped[ShopifyId] = mapped_column(primary_key=True, autoincrement=False)
    quantity: Mapped[int]
    state: Mapped[str] = mapped_column(server_default="held")
    created_at: Mapped[CreatedAt]
    # When the bridge learned that Shopify has committed these units itself.
    committed_at: Mapped[Timestamp | None]
    ended_at: Mapped[Timestamp | None]
    # When the bridge learned that the draft holds these units; null: it does not, or may not any more.
    hold_since: Mapped[Timestamp | None]
    hold_until: Mapped[Timestamp | None]
    # When the read began whose number is without them.
    hold_seen_at: Mapped[Timestamp | None]


class ItemBuffer(Base):
    """Units of one item that nobody may buy through us; it goes before what its partner or the shop says."""

    __tablename__ = "item_buffers"
    __table_args__ = (CheckConstraint("units >= 0", name="units"),)

    inventory_item_id: Mapped[ShopifyId] = mapped_column(primary_key=True, autoincrement=False)
    units: Mapped[int]


class SyncRun(Base):
    """One run of the inventory sync: what it looked at, what it could not, and what that cost.

    A run that reads by a bulk operation notes it here as soon as it is started: if its worker dies, the next
    one reads the same file instead of asking for another.
    """

    __tablename__ = "sync_runs"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    kind: Mapped[str]
    started_at: Mapped[CreatedAt]
    finished_at: Mapped[Timestamp | None]
    pages: Mapped[int] = mapped_column(server_default="0")
    items: Mapped[int] = mapped_column(server_default="0")
    changed: Mapped[int] = mapped_column(server_default="0")
    missing: Mapped[int] = mapped_column(server_default="0")
    failed_pages: Mapped[int] = mapped_column(server_default="0")
    complete: Mapped[bool] = mapped_column(server_default=false())
    last_error: Mapped[str | None]
    # "nodes": page by page; "bulk": by a bulk operation, and by pages what that did not tell.
    method: Mapped[str] = mapped_column(server_default="nodes")
    requests: Mapped[int] = mapped_column(server_default="0")
    # Of Shopify's rate limit.
    points: Mapped[int] = mapped_column(server_default="0")
    bulk_operation_id: Mapped[ShopifyId | None]
    bulk_location_id: Mapped[ShopifyId | None]
    # PostgreSQL's clock before Shopify was asked for it: its numbers are no older.
    bulk_began_at: Mapped[Timestamp | None]
    # When Shopify told us that it has ended.
    bulk_told_at: Mapped[Timestamp | None]
    # Why it was not used, or not all of it.
    bulk_problem: Mapped[str | None]
