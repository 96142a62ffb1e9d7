"""A partner that sells, an order that holds units: rows for tests that begin after a submit."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bridge.domain import stock
from bridge.domain.stock import Stock
from bridge.models import InventoryLevel, Listing, Order, Partner, Reservation
from bridge.services.stock_terms import stock_terms

LOCATION = 655441491


def add_partner(session: Session, name: str = "Zain") -> Partner:
    """Add a partner without a key."""
    partner = Partner(id=uuid4(), name=name, currency="USD")
    session.add(partner)
    session.flush()
    return partner


def add_listing(session: Session, partner: Partner, sku: str, item: int, **changes: object) -> Listing:
    """Add one SKU; its variant and product are numbered after its item."""
    listing = Listing(
        **{
            "partner_id": partner.id,
            "sku": sku,
            "variant_id": item + 1,
            "product_id": item + 2,
            "inventory_item_id": item,
            "title": f"Title of {sku}",
            **changes,
        }
    )
    session.add(listing)
    session.flush()
    return listing


def add_level(
    session: Session,
    item: int,
    available: int | None,
    *,
    seen_at: datetime,
    changed_at: datetime | None = None,
    **changes: object,
) -> InventoryLevel:
    """Add one observation, by default a read of a tracked item."""
    level = InventoryLevel(
        **{
            "inventory_item_id": item,
            "location_id": LOCATION,
            "stocked": True,
            "tracked": True,
            "available": available,
            "shopify_updated_at": changed_at,
            "observed_at": seen_at,
            "observed_by": "read",
            **changes,
        }
    )
    session.add(level)
    session.flush()
    return level


def add_order(
    session: Session,
    partner: Partner,
    units: dict[int, int],
    *,
    location: int = LOCATION,
    status: str = "INCOMPLETE_CAUTION",
) -> Order:
    """Add an order that holds units of items: {inventory item: units}."""
    order_id = uuid4()
    amount = Decimal("10.00")
    order = Order(
        id=order_id,
        partner_id=partner.id,
        partner_order_id=f"PO-{order_id}",
        cart_digest=b"",
        status=status,
        currency="USD",
        subtotal=amount,
        tax=Decimal(0),
        shipping=Decimal(0),
        total=amount,
        customer_name="Lina Haddad",
        shipping_street="1 Rainbow Street",
        shipping_city="Amman",
        shipping_postal_code="11118",
        shipping_country="JO",
        shipping_country_code="JO",
        location_id=location,
    )
    session.add(order)
    session.flush()
    for item, quantity in units.items():
        session.add(
            Reservation(order_id=order_id, inventory_item_id=item, location_id=location, quantity=quantity)
        )
    session.flush()
    return order


def reservations(session: Session, order_id: UUID) -> dict[int, str]:
    """Return {inventory item: state} of one order."""
    rows = session.scalars(select(Reservation).where(Reservation.order_id == order_id))
    return {row.inventory_item_id: row.state for row in rows}


def sellable(session: Session, item: int) -> int | None:
    """Return what a cart without a buffer could have of an item, wherever it lies."""
    return stock.sellable(stock_of(session, item))


def stock_of(session: Session, item: int) -> Stock:
    """Return what is known and promised of an item, without a buffer, wherever it lies."""
    [level] = session.execute(
        text(
            f"SELECT {stock_terms(partner_id='NULL', shop_buffer='0')} FROM inventory_levels l"  # noqa: S608
            " WHERE l.inventory_item_id = :item"
        ),
        {"item": item},
    )
    return Stock(*level)
