"""Carts, submitted straight to the use case: for tests that need thousands, or count what became of each."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from bridge.db import Database
from bridge.domain.carts import Address, Cart, CartItem, Customer, Totals
from bridge.services.submit_cart import Submitter, submit_cart

_PRICE = Decimal(5)


def cart_of(number: str, units: Mapping[str, int]) -> Cart:
    """Return a cart of so many units of each SKU, in this order."""
    total = _PRICE * sum(units.values())
    return Cart(
        partner_order_id=number,
        currency="USD",
        items=tuple(CartItem(sku=sku, title=sku, price=_PRICE, quantity=n) for sku, n in units.items()),
        customer=Customer(name="Lina Haddad"),
        shipping=Address(
            street="1 Rainbow Street", city="Amman", postal_code="11118", country="JO", country_code="JO"
        ),
        totals=Totals(subtotal=total, tax=Decimal(0), shipping=Decimal(0), total=total),
    )


def buy(db: Database, partner_id: UUID, number: str, units: Mapping[str, int]) -> UUID | None:
    """Submit a cart under its number as key; return the order's id, or None where nothing was ours."""
    with db.transaction() as session:
        return buy_in(session, partner_id, number, units)


def buy_in(session: Session, partner_id: UUID, number: str, units: Mapping[str, int]) -> UUID | None:
    """Submit a cart in a transaction of the caller's, who may undo it."""
    return submit_cart(
        session,
        submitter=Submitter(partner_id, legacy_names=False, auto_confirm=False),
        cart=cart_of(number, units),
        key=number,
        order_id=uuid4(),
        stale_after=timedelta(hours=6),
        shop_buffer=0,
        render=lambda _id, _status: b"{}",
    ).order_id
