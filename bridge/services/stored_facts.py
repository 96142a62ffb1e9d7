"""An order's facts between their rows and `domain.order_facts`; nothing is decided here."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.domain.order_facts import OrderFacts, Parcel
from bridge.domain.shop_values import Fulfillment, OrderLine, Refund, ShopOrder
from bridge.models import ShopifyFulfillment, ShopifyOrder

READ, WEBHOOK = "read", "webhook"


def load(session: Session, order_id: UUID) -> OrderFacts:
    """Return what is held of an order of ours. The caller has locked the order."""
    kept = session.get(ShopifyOrder, order_id, populate_existing=True)
    rows = session.scalars(
        select(ShopifyFulfillment)
        .where(ShopifyFulfillment.order_id == order_id)
        .execution_options(populate_existing=True)
    )
    return OrderFacts(
        order=None if kept is None else _order(kept),
        parcels={row.fulfillment_id: _parcel(row) for row in rows},
    )


def save(
    session: Session, order_id: UUID, held: OrderFacts, learned: OrderFacts, *, source: str, now: datetime
) -> None:
    """Write what changed. Whether a fulfillment is one that closes foreign lines is not written here."""
    if learned.order is not None and (learned.order is not held.order or source == READ):
        session.merge(_order_row(order_id, learned.order, source=source, now=now))
    for fulfillment_id, parcel in learned.parcels.items():
        if parcel != held.parcels.get(fulfillment_id):
            session.merge(_parcel_row(order_id, parcel))
    session.flush()


def _order_row(order_id: UUID, order: ShopOrder, *, source: str, now: datetime) -> ShopifyOrder:
    return ShopifyOrder(
        order_id=order_id,
        shopify_order_id=order.order_id,
        shopify_updated_at=order.updated_at,
        cancelled_at=order.cancelled_at,
        closed_at=order.closed_at,
        financial_status=order.financial_status,
        snapshot={
            "name": order.name,
            "created_at": order.created_at.isoformat(),
            "currency": order.currency,
            "total": str(order.total),
            "tags": list(order.tags),
            "attributes": dict(order.attributes),
            "lines": [_line_json(line) for line in order.lines],
            "fulfillments": [_fulfillment_json(each) for each in order.fulfillments],
            "refunds": [
                {
                    "refund_id": refund.refund_id,
                    "created_at": refund.created_at.isoformat(),
                    "lines": [list(line) for line in refund.lines],
                }
                for refund in order.refunds
            ],
        },
        source=source,
        stored_at=now,
    )


def _line_json(line: OrderLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in OrderLine.__slots__} | {"price": str(line.price)}


def _fulfillment_json(fulfillment: Fulfillment) -> dict[str, Any]:
    return {name: getattr(fulfillment, name) for name in Fulfillment.__slots__} | {
        "created_at": fulfillment.created_at.isoformat(),
        "updated_at": fulfillment.updated_at.isoformat(),
        "delivered_at": fulfillment.delivered_at and fulfillment.delivered_at.isoformat(),
        "lines": {str(line): units for line, units in fulfillment.lines.items()},
    }


def _order(row: ShopifyOrder) -> ShopOrder:
    kept = row.snapshot
    return ShopOrder(
        order_id=row.shopify_order_id,
        name=kept["name"],
        created_at=datetime.fromisoformat(kept["created_at"]),
        updated_at=row.shopify_updated_at,
        cancelled_at=row.cancelled_at,
        closed_at=row.closed_at,
        financial_status=row.financial_status,
        currency=kept["currency"],
        total=Decimal(kept["total"]),
        tags=tuple(kept["tags"]),
        attributes=kept["attributes"],
        lines=tuple(OrderLine(**{**line, "price": Decimal(line["price"])}) for line in kept["lines"]),
        fulfillments=tuple(_fulfillment(each) for each in kept["fulfillments"]),
        refunds=tuple(
            Refund(
                refund_id=refund["refund_id"],
                created_at=datetime.fromisoformat(refund["created_at"]),
                lines=tuple((line_id, units, restock) for line_id, units, restock in refund["lines"]),
            )
            for refund in kept["refunds"]
        ),
    )


def _fulfillment(kept: Mapping[str, Any]) -> Fulfillment:
    return Fulfillment(
        **{
            **kept,
            "created_at": datetime.fromisoformat(kept["created_at"]),
            "updated_at": datetime.fromisoformat(kept["updated_at"]),
            "delivered_at": kept["delivered_at"] and datetime.fromisoformat(kept["delivered_at"]),
            "tracking_numbers": tuple(kept["tracking_numbers"]),
            "tracking_urls": tuple(kept["tracking_urls"]),
            "lines": _units(kept["lines"]),
        }
    )


def _parcel(row: ShopifyFulfillment) -> Parcel:
    return Parcel(
        fulfillment=Fulfillment(
            fulfillment_id=row.fulfillment_id,
            status=row.status,
            shipment_status=row.shipment_status,
            created_at=row.shopify_created_at,
            updated_at=row.shopify_updated_at,
            tracking_company=row.tracking_company,
            tracking_numbers=tuple(row.tracking_numbers),
            tracking_urls=tuple(row.tracking_urls),
            lines=_units(row.lines),
        ),
        shipment_status=row.shipment_status,
        shipment_status_at=row.shipment_status_at or row.shopify_updated_at,
        delivered_at=row.delivered_at,
        is_closing=row.is_closing,
    )


def _parcel_row(order_id: UUID, parcel: Parcel) -> ShopifyFulfillment:
    fulfillment = parcel.fulfillment
    return ShopifyFulfillment(
        fulfillment_id=fulfillment.fulfillment_id,
        order_id=order_id,
        status=fulfillment.status,
        shipment_status=parcel.shipment_status,
        shipment_status_at=parcel.shipment_status_at,
        shopify_created_at=fulfillment.created_at,
        shopify_updated_at=fulfillment.updated_at,
        delivered_at=parcel.delivered_at,
        tracking_company=fulfillment.tracking_company,
        tracking_numbers=list(fulfillment.tracking_numbers),
        tracking_urls=list(fulfillment.tracking_urls),
        lines={str(line): units for line, units in fulfillment.lines.items()},
    )


def _units(kept: Mapping[str, Any]) -> dict[int, int]:
    return {int(line): int(units) for line, units in kept.items()}
