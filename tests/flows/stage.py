"""A stage for journeys: an order's rows, the bridge's own services, a real shop over HTTP, and time that obeys.

Work runs here and now instead of in Celery; waiting is done by moving the rows' times into the past.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, text

from bridge import jobs
from bridge.db import Database, clock
from bridge.domain.carts import Totals
from bridge.domain.errors import BridgeError
from bridge.domain.shop import Shop
from bridge.models import (
    InventoryLevel,
    Order,
    OrderEvent,
    OrderItem,
    Partner,
    PushAttempt,
    Reservation,
    Work,
)
from bridge.services.close_custom_lines import close_custom_lines
from bridge.services.close_order import close_order
from bridge.services.confirm_order import confirm_order
from bridge.services.hold_stock import hold_stock
from bridge.services.move_order import record_event
from bridge.services.order_turn import Timing
from bridge.services.push_order import push_order
from bridge.services.read_order import read_order
from tests.support.processes import Simulator

COFFEE = 44219312570580  # JDTQ1834
TIMING = Timing(lease_seconds=60, call_seconds=3, grace_seconds=30)


def _read(db: Database, shop: Shop, *, order_id: UUID, timing: Timing) -> None:
    read_order(db, shop, order_id=order_id, lease_seconds=timing.lease_seconds)


_SERVICES: Mapping[str, Callable[..., None]] = {
    jobs.PUSH_ORDER: push_order,
    jobs.CONFIRM_ORDER: confirm_order,
    jobs.CLOSE_ORDER: close_order,
    jobs.CLOSE_LINES: close_custom_lines,
    jobs.HOLD_STOCK: hold_stock,
    jobs.READ_ORDER: _read,
}


@dataclass(frozen=True)
class Line:
    """One line of the cart; with `variant_id` it is ours."""

    price: str = "29.99"
    quantity: int = 2
    variant_id: int | None = COFFEE
    title: str = "Product Name"
    sku: str = "JDTQ1834"


@dataclass
class Stage:
    db: Database
    shop: Shop
    simulator: Simulator
    settings: Mapping[str, str] = field(default_factory=dict)
    timing: Timing = TIMING

    # ------------------------------------------------------------ an order

    def order(
        self,
        lines: Sequence[Line] = (Line(),),
        *,
        tax: str = "4.80",
        shipping: str = "5.00",
        total: str | None = None,
        currency: str = "USD",
        **columns: Any,
    ) -> UUID:
        """Accept a cart as `submit_cart` does; the total is honest unless given."""
        subtotal = sum((Decimal(line.price) * line.quantity for line in lines), Decimal(0))
        honest = subtotal + Decimal(tax) + Decimal(shipping)
        totals = Totals(subtotal, Decimal(tax), Decimal(shipping), Decimal(total) if total else honest)
        variants = self.shop.variants([line.variant_id for line in lines if line.variant_id])
        location_id = self.shop.profile().location_id
        order_id = uuid4()
        with self.db.transaction() as session:
            partner = session.scalar(select(Partner)) or Partner(id=uuid4(), name="Store", currency=currency)
            session.add(partner)
            session.flush()
            order = Order(
                **{
                    "id": order_id,
                    "partner_id": partner.id,
                    "partner_order_id": f"ORDER-{order_id.hex[:8]}",
                    "cart_digest": b"",
                    "status": "INCOMPLETE_CAUTION",
                    "currency": currency,
                    "subtotal": totals.subtotal,
                    "tax": totals.tax,
                    "shipping": totals.shipping,
                    "total": totals.total,
                    "customer_name": "John Doe",
                    "customer_phone": "+962790000000",
                    "shipping_street": "123 Main Street",
                    "shipping_city": "New York",
                    "shipping_state": "NY",
                    "shipping_postal_code": "10001",
                    "shipping_country": "US",
                    "shipping_country_code": "US",
                    "payment_status": "paid",
                    "payment_method": "Credit Card",
                    "location_id": location_id,
                    **columns,
                }
            )
            session.add(order)
            session.flush()
            for position, line in enumerate(lines):
                variant = variants[line.variant_id] if line.variant_id else None
                session.add(
                    OrderItem(
                        order_id=order_id,
                        position=position,
                        sku=line.sku,
                        title=line.title,
                        price=Decimal(line.price),
                        quantity=line.quantity,
                        is_supplier_item=variant is not None,
                        custom_reason=None if variant else "unmapped",
                        variant_id=line.variant_id,
                        inventory_item_id=variant and variant.inventory_item_id,
                    )
                )
            for item in {v.inventory_item_id for v in variants.values()}:
                units = sum(
                    line.quantity
                    for line in lines
                    if line.variant_id and variants[line.variant_id].inventory_item_id == item
                )
                session.merge(
                    InventoryLevel(
                        inventory_item_id=item,
                        location_id=location_id,
                        stocked=True,
                        tracked=True,
                        available=10_000,
                        observed_at=clock(session),
                        observed_by="read",
                    )
                )
                session.add(
                    Reservation(
                        order_id=order_id, inventory_item_id=item, location_id=location_id, quantity=units
                    )
                )
            record_event(session, order, "submitted", actor="partner", now=clock(session))
            jobs.request(session, jobs.PUSH_ORDER, order_id=order_id)
        return order_id

    def pushed(self, *arguments: Any, **columns: Any) -> UUID:
        """An order whose draft is in the shop."""
        order_id = self.order(*arguments, **columns)
        self.run()
        assert self.read(order_id).draft_id is not None
        return order_id

    # ------------------------------------------------------------ what is known

    def read(self, order_id: UUID) -> Order:
        with self.db.transaction() as session:
            return session.scalars(select(Order).where(Order.id == order_id)).one()

    def attempts(self, order_id: UUID) -> list[str | None]:
        """The outcomes of all attempts, first to last."""
        with self.db.transaction() as session:
            return list(
                session.scalars(
                    select(PushAttempt.outcome)
                    .where(PushAttempt.order_id == order_id)
                    .order_by(PushAttempt.number)
                )
            )

    def timeline(self, order_id: UUID) -> list[str]:
        with self.db.transaction() as session:
            return list(
                session.scalars(
                    select(OrderEvent.kind).where(OrderEvent.order_id == order_id).order_by(OrderEvent.id)
                )
            )

    def stock(self, order_id: UUID) -> list[str]:
        """The states of the order's reservations."""
        with self.db.transaction() as session:
            return list(session.scalars(select(Reservation.state).where(Reservation.order_id == order_id)))

    def work(self, job: str) -> Work | None:
        with self.db.transaction() as session:
            return session.scalar(select(Work).where(Work.job == job))

    # ------------------------------------------------------------ time and work

    def run(self) -> list[BridgeError]:
        """Do what is due until nothing is; return the errors that were met, oldest first."""
        errors: list[BridgeError] = []
        for _ in range(50):
            due = self._due()
            if not due:
                return errors
            for work in due:
                try:
                    _SERVICES[work.job](
                        self.db, self.shop, order_id=UUID(work.ids["order_id"]), timing=self.timing
                    )
                except BridgeError as error:
                    errors.append(error)
        raise AssertionError("the work does not come to an end")

    def later(self, seconds: float = 61) -> list[BridgeError]:
        """Let time pass, then do what has become due."""
        with self.db.transaction() as session:
            for table, columns in (
                ("work", ("next_attempt_at", "leased_until")),
                ("push_attempts", ("started_at", "gives_up_at", "finished_at")),
                ("order_events", ("at",)),
            ):
                moved = ", ".join(f"{c} = {c} - make_interval(secs => :seconds)" for c in columns)
                session.execute(text(f"UPDATE {table} SET {moved}"), {"seconds": seconds})  # noqa: S608
        return self.run()

    def _due(self) -> Sequence[Work]:
        with self.db.transaction() as session:
            return session.scalars(
                select(Work)
                .where(
                    Work.job.in_(_SERVICES),
                    Work.given_up_at.is_(None),
                    Work.next_attempt_at <= clock(session),
                )
                .order_by(Work.id)
            ).all()

    # ------------------------------------------------------------ the shop, as staff see it

    def staff(self, operation: str, **variables: Any) -> Any:
        """Send one operation; its payload. Objections fail the test."""
        answer = self.simulator.graphql(operation, variables)
        assert "errors" not in answer, answer
        [payload] = answer["data"].values()
        assert not (payload or {}).get("userErrors"), payload
        return payload

    def times_asked(self, operation: str) -> int:
        """How often the shop was asked for a root field."""
        return self.simulator.state()["requests"].get(operation, 0)

    def drafts(self) -> list[dict[str, Any]]:
        """Every draft in the shop, oldest first."""
        return self.staff(
            "{ draftOrders(first: 50, sortKey: ID) { nodes { id name status tags taxExempt poNumber note2"
            " totalPriceSet { presentmentMoney { amount currencyCode } } customAttributes { key value }"
            " shippingAddress { firstName lastName phone provinceCode countryCodeV2 }"
            " lineItems(first: 50) { nodes { title sku quantity custom requiresShipping taxable"
            " variant { id } customAttributes { key value }"
            " originalUnitPriceSet { presentmentMoney { amount } } } } } } }"
        )["nodes"]

    def orders(self) -> list[dict[str, Any]]:
        """Every order in the shop, oldest first."""
        return self.staff(
            "{ orders(first: 50, sortKey: ID) { nodes { id name tags cancelledAt displayFinancialStatus"
            " displayFulfillmentStatus totalPriceSet { presentmentMoney { amount } }"
            " fulfillments { id status trackingInfo { number } } refunds { id } } } }"
        )["nodes"]
