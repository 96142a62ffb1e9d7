"""A shop order as staff change it, unit by unit, with the webhooks that each change sends.

It knows of every unit where it is, which Shopify does not tell; so it can say what the bridge should conclude
without asking the bridge.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bridge.domain.order_status import OrderStatus as S
from bridge.domain.shop_values import Fulfillment, OrderLine, Refund, ShopOrder

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
OURS, SECOND, FOREIGN = 501, 502, 590
LINE_IDS = {0: OURS, 1: SECOND}


def at(seconds: int) -> datetime:
    return NOON + timedelta(seconds=seconds)


def line(line_id=OURS, quantity=2, current=None, waiting=None, position="0") -> OrderLine:
    return OrderLine(
        line_id=line_id,
        variant_id=None,
        sku=None,
        title="A thing",
        quantity=quantity,
        current_quantity=quantity if current is None else current,
        fulfillable_quantity=quantity if waiting is None else waiting,
        price=Decimal("1.00"),
        position=position,
    )


def shop_order(*lines, seconds=0, **changes) -> ShopOrder:
    values = {
        "cancelled_at": None,
        "closed_at": None,
        "financial_status": "paid",
        "lines": lines or (line(),),
        **changes,
    }
    return ShopOrder(
        order_id=1001,
        name="#1001",
        created_at=NOON,
        updated_at=at(seconds),
        currency="USD",
        total=Decimal("10.00"),
        tags=(),
        attributes={},
        **values,
    )


def parcel(fulfillment_id=1, units=None, seconds=0, created=0, status="success", **more) -> Fulfillment:
    values = {
        "shipment_status": None,
        "tracking_company": None,
        "tracking_numbers": (),
        "tracking_urls": (),
        **more,
    }
    return Fulfillment(
        fulfillment_id=fulfillment_id,
        status=status,
        created_at=at(created),
        updated_at=at(seconds),
        lines={OURS: 2} if units is None else units,
        **values,
    )


@dataclass
class Unit:
    line_id: int
    state: str = "waiting"  # waiting, removed, refunded (before it was shipped)
    parcel: int | None = None
    refunded: bool = False


@dataclass
class Model:
    """Staff's shop. Every method is one action; `sent` collects the webhooks of all of them."""

    now: int = 0
    units: list[Unit] = field(default_factory=lambda: [Unit(OURS), Unit(OURS), Unit(SECOND), Unit(FOREIGN)])
    parcels: dict[int, Fulfillment] = field(default_factory=dict)
    delivered: dict[int, datetime] = field(default_factory=dict)
    refunds: list[Refund] = field(default_factory=list)
    cancelled_at: datetime | None = None
    closed_at: datetime | None = None
    sent: list[tuple] = field(default_factory=list)

    def act(self, action: str, pick: int) -> None:
        """Do one of staff's actions if it is possible now; `pick` chooses what it is done to."""
        before = len(self.sent)
        getattr(self, action)(pick)
        if len(self.sent) > before:
            self.sent.append(("order", self.picture()))

    def wait(self, seconds: int) -> None:
        self.now += seconds

    def ship(self, pick: int) -> None:
        chosen = [u for u in self.units if u.state == "waiting" and u.parcel is None][: 1 + pick % 3]
        if chosen and not self.cancelled_at:
            number = len(self.parcels) + 1
            units: dict[int, int] = {}
            for unit in chosen:
                unit.parcel = number
                units[unit.line_id] = units.get(unit.line_id, 0) + 1
            self._put(parcel(number, units, seconds=self.now, created=self.now))

    def track(self, pick: int) -> None:
        for found in self._some_parcel(pick):
            self._put(found, tracking_numbers=(f"T{self.now}-{len(self.sent)}",))

    def deliver(self, pick: int) -> None:
        for found in self._some_parcel(pick):
            number = found.fulfillment_id
            self.delivered.setdefault(number, at(self.now))
            self.sent.append(("event", number, "delivered", at(self.now)))
            self._put(found, shipment_status="delivered")

    def move_on(self, pick: int) -> None:
        for found in self._some_parcel(pick):
            self.sent.append(("event", found.fulfillment_id, "in_transit", at(self.now)))
            self._put(found, shipment_status="in_transit")

    def unship(self, pick: int) -> None:
        for found in self._some_parcel(pick):
            for unit in self.units:
                if unit.parcel == found.fulfillment_id:
                    unit.parcel = None
                    unit.state = "refunded" if unit.refunded else unit.state
            self._put(found, status="cancelled")

    def refund(self, pick: int) -> None:
        free = [u for u in self.units if u.state == "waiting" and not u.refunded]
        if free and not self.cancelled_at:
            unit = free[pick % len(free)]
            restock = "return" if unit.parcel else "cancel"
            unit.refunded = True
            unit.state = unit.state if unit.parcel else "refunded"
            self.refunds.append(Refund(len(self.refunds) + 1, at(self.now), ((unit.line_id, 1, restock),)))
            self.sent.append(("refund", len(self.refunds)))

    def edit(self, pick: int) -> None:
        free = [u for u in self.units if u.state == "waiting" and u.parcel is None and not u.refunded]
        if free and not self.cancelled_at:
            free[pick % len(free)].state = "removed"
            self.sent.append(("look",))

    def cancel(self, _pick: int) -> None:
        if not self.cancelled_at and not any(u.parcel for u in self.units):
            self.cancelled_at = self.closed_at = at(self.now)
            self.sent.append(("look",))

    def close(self, _pick: int) -> None:
        if not self.closed_at:
            self.closed_at = at(self.now)
            self.sent.append(("close",))

    def reopen(self, _pick: int) -> None:
        if self.closed_at:
            self.closed_at = None
            self.sent.append(("reopen",))

    def picture(self) -> ShopOrder:
        """The whole order as Shopify shows it now."""
        return shop_order(
            *(
                line(
                    line_id,
                    quantity=len(units := [u for u in self.units if u.line_id == line_id]),
                    current=sum(u.state == "waiting" and not u.refunded for u in units),
                    waiting=sum(u.state == "waiting" and u.parcel is None for u in units),
                    position=position,
                )
                for line_id, position in ((OURS, "0"), (SECOND, "1"), (FOREIGN, "tax"))
            ),
            seconds=self.now,
            cancelled_at=self.cancelled_at,
            closed_at=self.closed_at,
            fulfillments=tuple(self.parcels.values()),
            refunds=tuple(self.refunds),
        )

    # -- what a person who saw everything would say

    def due_shipped_delivered(self) -> dict[int, tuple[int, int, int]]:
        told = {}
        for position, line_id in LINE_IDS.items():
            units = [u for u in self.units if u.line_id == line_id]
            shipped = [u for u in units if u.parcel]
            told[position] = (
                len(shipped) + sum(u.state == "waiting" and u.parcel is None for u in units),
                len(shipped),
                sum(u.parcel in self.delivered for u in shipped),
            )
        return told

    def status(self) -> tuple[S, bool]:
        """The status, and whether the order is filed away."""
        ours = [u for u in self.units if u.line_id in LINE_IDS.values()]
        due = [u for u in ours if u.parcel or u.state == "waiting"]
        refunds = [r for r in self.refunds if r.lines[0][0] in LINE_IDS.values()]
        status, ended = S.UNFULFILLED, None
        if self.cancelled_at:
            status, ended = S.CANCELED, self.cancelled_at
        elif all(u.refunded or u.state != "waiting" for u in ours) and refunds:
            status, ended = S.REFUNDED, refunds[-1].created_at
        elif not due:
            status = S.CANCELED
        elif all(u.parcel in self.delivered for u in due):
            status, ended = S.COMPLETE, max(self.delivered[u.parcel] for u in due if u.parcel)
        elif all(u.parcel for u in due):
            status = S.FULFILLED
        # A shop files an order away by itself when its last line is fulfilled, be it one that is not ours.
        others = [p.created_at for p in self.parcels.values() if set(LINE_IDS.values()).isdisjoint(p.lines)]
        return status, bool(ended and self.closed_at and self.closed_at > max([ended, *others]))

    def _some_parcel(self, pick: int) -> list[Fulfillment]:
        live = [p for p in self.parcels.values() if p.status == "success"]
        return [live[pick % len(live)]] if live else []

    def _put(self, found: Fulfillment, **changes: object) -> None:
        values = {name: getattr(found, name) for name in found.__slots__} | changes
        changed = Fulfillment(**{**values, "updated_at": at(self.now)})
        self.parcels[changed.fulfillment_id] = changed
        self.sent.append(("fulfillment", changed))
