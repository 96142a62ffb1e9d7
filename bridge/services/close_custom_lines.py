"""Close the lines that are not ours once all of ours have shipped, so that the shop stops waiting (decision 41).

The fulfillment that does it has no tracking, tells nobody, and counts nowhere: `ShopifyFulfillment.is_closing`.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bridge import jobs
from bridge.db import Database
from bridge.domain.shop import Shop
from bridge.domain.shop_values import Fulfillment, ShopOrder
from bridge.models import OrderEvent, OrderItem, ShopifyFulfillment
from bridge.services.order_turn import Entry, Timing, Turn, order_turn

_SUCCESS = "success"
_ASKED = "closing_lines"


def close_custom_lines(
    db: Database, shop: Shop, *, order_id: UUID, timing: Timing, enabled: bool = True
) -> None:
    """Fulfill what remains of an order whose supplier units have all shipped, or take that back.

    Taken back when a supplier unit waits again, as after its parcel was canceled: staff's view of open orders
    would lose it otherwise. An answer that got lost is found in the order before anything is sent again.

    :param enabled: the setting; what was closed while it was on is still taken back
    :raises ShopError: after recording it
    """
    with order_turn(db, jobs.CLOSE_LINES, order_id=order_id, timing=timing) as turn:
        if turn is None:
            return
        with turn.entry() as entry:
            shop_order_id = entry.order.shopify_order_id
            if shop_order_id is None or entry.order.intent is not None:
                entry.finish()
                return
            ours = _supplier_lines(entry)
            asked_at = _asked_at(entry)
            known = closing_ids(entry.session, order_id)
        found = shop.order(shop_order_id)
        if found is None or found.cancelled_at is not None:
            _end(turn)
            return
        closing = _closing_ones(found, ours, known, asked_at)
        if not _all_shipped(found, ours, {f.fulfillment_id for f in closing}):
            for fulfillment in closing:
                shop.cancel_fulfillment(fulfillment.fulfillment_id)
                with turn.entry() as entry:
                    forget_closing(entry.session, fulfillment.fulfillment_id)
            _end(turn)
            return
        for fulfillment in closing:  # Also one whose answer got lost.
            with turn.entry() as entry:
                _remember(entry, fulfillment)
        remaining = {
            line.line_id: line.fulfillable_quantity
            for line in found.lines
            if line.line_id not in ours and line.fulfillable_quantity > 0
        }
        if remaining and enabled:
            _send(turn, shop, shop_order_id, remaining)
        _end(turn)


def closing_ids(session: Session, order_id: UUID) -> frozenset[int]:
    """Return the fulfillments of an order that we made to close lines which are not ours."""
    return frozenset(
        session.scalars(
            select(ShopifyFulfillment.fulfillment_id).where(
                ShopifyFulfillment.order_id == order_id, ShopifyFulfillment.is_closing
            )
        )
    )


def forget_closing(session: Session, fulfillment_id: int) -> None:
    """Note that a closing fulfillment was canceled; what Shopify says of it later is newer than this."""
    parcel = session.get(ShopifyFulfillment, fulfillment_id)
    if parcel is not None:
        parcel.status = "cancelled"


def _send(turn: Turn, shop: Shop, shop_order_id: int, remaining: Mapping[int, int]) -> None:
    with turn.entry() as entry:  # Before the call: a lost answer is then known to be worth looking for.
        entry.event(_ASKED, detail={"lines": {str(line): units for line, units in remaining.items()}})
    turn.fence()
    made = shop.fulfill_lines(shop_order_id, remaining)
    if made is not None:
        with turn.entry() as entry:
            _remember(entry, made)
            if any(made.lines.get(line, 0) < units for line, units in remaining.items()):
                # One call closes one location, and 250 lines at most: the rest is another turn's.
                jobs.request(entry.session, jobs.CLOSE_LINES, order_id=turn.order_id)


def _supplier_lines(entry: Entry) -> frozenset[int]:
    return frozenset(
        line_id
        for line_id in entry.session.scalars(
            select(OrderItem.shopify_line_id).where(
                OrderItem.order_id == entry.order.id, OrderItem.is_supplier_item
            )
        )
        if line_id is not None
    )


def _asked_at(entry: Entry) -> datetime | None:
    """Return when lines of this order were last asked to be closed."""
    return entry.session.scalar(
        select(OrderEvent.at)
        .where(OrderEvent.order_id == entry.order.id, OrderEvent.kind == _ASKED)
        .order_by(OrderEvent.id.desc())
        .limit(1)
    )


def _closing_ones(
    found: ShopOrder, ours: frozenset[int], known: frozenset[int], asked_at: datetime | None
) -> list[Fulfillment]:
    """Return the living fulfillments that are ours to close lines: recorded, or asked for and unheard of."""
    return [
        fulfillment
        for fulfillment in found.fulfillments
        if fulfillment.status == _SUCCESS
        and (
            fulfillment.fulfillment_id in known
            or (
                asked_at is not None
                and not fulfillment.tracking_numbers
                and ours.isdisjoint(fulfillment.lines)
            )
        )
    ]


def _all_shipped(found: ShopOrder, ours: frozenset[int], closing: set[int]) -> bool:
    """Tell whether no supplier unit waits and at least one is in a parcel."""
    waiting = any(line.fulfillable_quantity > 0 for line in found.lines if line.line_id in ours)
    shipped = any(
        f.status == _SUCCESS and f.fulfillment_id not in closing and not ours.isdisjoint(f.lines)
        for f in found.fulfillments
    )
    return bool(ours) and shipped and not waiting


def _remember(entry: Entry, made: Fulfillment) -> None:
    row = {
        "fulfillment_id": made.fulfillment_id,
        "order_id": entry.order.id,
        "status": made.status,
        "shipment_status": made.shipment_status,
        "shopify_created_at": made.created_at,
        "shopify_updated_at": made.updated_at,
        "tracking_company": None,
        "tracking_numbers": [],
        "tracking_urls": [],
        "lines": {str(line): units for line, units in made.lines.items()},
        "is_closing": True,
    }
    # The webhook about it may have come first and not have known what it is.
    entry.session.execute(
        insert(ShopifyFulfillment)
        .values(row)
        .on_conflict_do_update(index_elements=[ShopifyFulfillment.fulfillment_id], set_={"is_closing": True})
    )


def _end(turn: Turn) -> None:
    with turn.entry() as entry:
        entry.finish()
