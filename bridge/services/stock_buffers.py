"""How many units stay in the shop whatever is asked for: set per item here, per partner in `partners`.

Which of them counts is decided in `stock_terms`. A buffer bounds new promises; what was promised before may
use it, that is what it is for.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bridge.domain.errors import Conflict, InvalidRequest, NotFound
from bridge.domain.stock import MAX_BUFFER
from bridge.models import ItemBuffer, Listing, Mark, Partner

SHOP_BUFFER_MARK = "stock_buffer"


def set_item_buffer(
    session: Session, *, sku: str, units: int | None, partner_id: UUID | None, now: datetime
) -> int:
    """Set the buffer of the item that a SKU stands for, for every partner and under all of its SKUs.

    Its listings count as changed, so that partners who ask for changes hear of it.

    :param units: None: as its partner or the shop says
    :param partner_id: whose SKU it is, where two partners call different items by it; else None
    :returns: the inventory item's id
    :raises NotFound: nobody lists the SKU
    :raises Conflict: it is several items
    :raises InvalidRequest: fewer than none, or more than anybody has
    """
    if units is not None and not 0 <= units <= MAX_BUFFER:
        raise InvalidRequest(f"a buffer is a whole number from 0 to {MAX_BUFFER}")
    item = _item_of(session, sku, partner_id)
    if units is None:
        session.execute(delete(ItemBuffer).where(ItemBuffer.inventory_item_id == item))
    else:
        statement = insert(ItemBuffer).values(inventory_item_id=item, units=units)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=[ItemBuffer.inventory_item_id], set_={"units": units}
            )
        )
    session.execute(update(Listing).where(Listing.inventory_item_id == item).values(updated_at=now))
    return item


def buffers_changed_at(session: Session, *, partner_id: UUID, shop_buffer: int) -> datetime | None:
    """Return when the buffer of all of a partner's SKUs last changed; None: never.

    The shop's buffer is a setting that nobody announces: whoever meets another one than is noted notes it.
    """
    changed_at, noted, noted_at = session.execute(
        select(Partner.stock_buffer_at, Mark.value, Mark.at)
        .select_from(Partner)
        .outerjoin(Mark, Mark.name == SHOP_BUFFER_MARK)
        .where(Partner.id == partner_id)
    ).one()
    if (noted or {}).get("units", 0) != shop_buffer:
        noted_at = _note(session, shop_buffer)
    return max((at for at in (changed_at, noted_at) if at is not None), default=None)


def _note(session: Session, units: int) -> datetime:
    statement = insert(Mark).values(name=SHOP_BUFFER_MARK, value={"units": units})
    return session.scalars(
        statement.on_conflict_do_update(
            index_elements=[Mark.name],
            set_={"value": statement.excluded.value, "at": statement.excluded.at},
        ).returning(Mark.at)
    ).one()


def _item_of(session: Session, sku: str, partner_id: UUID | None) -> int:
    whose = [] if partner_id is None else [Listing.partner_id == partner_id]
    items: Sequence[int] = session.scalars(
        select(Listing.inventory_item_id).where(Listing.sku == sku.strip(), *whose).distinct()
    ).all()
    if not items:
        raise NotFound(f"no partner lists the SKU {sku!r}")
    if len(items) > 1:
        raise Conflict(f"{sku!r} is {len(items)} different items; name the partner whose SKU is meant")
    return items[0]
