"""Why each line of a submitted cart was ours, or was not."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from bridge.models.base import Base, CreatedAt


class Decision(Base):
    """One decided cart, whether it became an order or a 204; kept 90 days, without anything of the customer.

    It has the id of the order that it made, or would have made: nothing else has to be looked up for it.
    No foreign keys: it stays when its order goes, and a submit should not pay for checking them.
    """

    __tablename__ = "decisions"
    __table_args__ = (Index("ix_decisions_age", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    partner_id: Mapped[UUID]
    partner_order_id: Mapped[str]
    made_order: Mapped[bool]
    currency: Mapped[str]
    # In the cart's order: {sku, title, price (text), quantity, reason (None: ours), available (None: no limit)}.
    lines: Mapped[list[dict[str, Any]]]
    created_at: Mapped[CreatedAt]
