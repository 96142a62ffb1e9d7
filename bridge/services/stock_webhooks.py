"""Webhooks about stock and products: told to whoever keeps stock and listings true."""

from datetime import datetime

from sqlalchemy.orm import Session

from bridge.domain import webhook_bodies as bodies
from bridge.domain.webhook_bodies import Body
from bridge.services import observe_product, observe_stock
from bridge.services.webhook_outcome import Handler, Outcome, applied, foreign


def level_changed(session: Session, body: Body, now: datetime, _received_at: datetime) -> Outcome:
    """inventory_levels/update: an absolute number, kept if it is newer."""
    seen = bodies.stock_level(body)
    verdict = observe_stock.observe_webhook_level(
        session,
        inventory_item_id=seen.inventory_item_id,
        location_id=seen.location_id,
        available=seen.available,
        updated_at=seen.updated_at,
        now=now,
    )
    return _told(f"item {seen.inventory_item_id}", ours=verdict is not None)


def level_connected(session: Session, body: Body, _now: datetime, _received_at: datetime) -> Outcome:
    """inventory_levels/connect and disconnect: a location carries the item now, or no longer."""
    seen = bodies.stock_level(body)
    ours = observe_stock.observe_webhook_connection(
        session, inventory_item_id=seen.inventory_item_id, location_id=seen.location_id
    )
    return _told(f"item {seen.inventory_item_id}", ours=ours)


def item_changed(session: Session, body: Body, _now: datetime, _received_at: datetime) -> Outcome:
    """inventory_items/update: whether the item is tracked; it names no number."""
    item_id, tracked = bodies.inventory_item(body)
    ours = observe_stock.observe_webhook_item(session, inventory_item_id=item_id, tracked=tracked)
    return _told(f"item {item_id}", ours=ours)


def product_changed(session: Session, body: Body, _now: datetime, _received_at: datetime) -> Outcome:
    """products/update, which also comes with every sale."""
    seen = bodies.product(body)
    ours = observe_product.observe_webhook_product(
        session, product_id=seen.product_id, title=seen.title, variants=seen.variants
    )
    return _told(f"product {seen.product_id}", ours=ours)


def product_deleted(session: Session, body: Body, _now: datetime, _received_at: datetime) -> Outcome:
    """products/delete: a hint to look."""
    product_id = bodies.id_of(body)
    ours = observe_product.observe_webhook_product_gone(session, product_id=product_id)
    return _told(f"product {product_id}", ours=ours)


def _told(subject: str, *, ours: bool) -> Outcome:
    return applied(subject) if ours else foreign(subject)


HANDLERS: dict[str, Handler] = {
    "inventory_levels/update": level_changed,
    "inventory_levels/connect": level_connected,
    "inventory_levels/disconnect": level_connected,
    "inventory_items/update": item_changed,
    "products/update": product_changed,
    "products/delete": product_deleted,
}
