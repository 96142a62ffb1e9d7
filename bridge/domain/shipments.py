"""What an order's facts in Shopify add up to: the units of each line and its status.

Derived anew from the facts each time, so that the same facts give the same answer however they came in
(decision 58). Which facts are held: `order_facts`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bridge.domain.order_facts import Parcel
from bridge.domain.order_status import OrderStatus
from bridge.domain.shop_values import Fulfillment, OrderLine, ShopOrder

_S = OrderStatus

# A fulfillment in any other state holds its units: they no longer wait to be shipped.
_VOID = frozenset({"cancelled", "canceled", "error", "failure"})
_SHIPPED = "success"
_FULLY_REFUNDED = "refunded"
_CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class LineUnits:
    """Whole units of one supplier line. `due`: ordered minus edited away minus refunded before shipping."""

    due: int
    shipped: int
    delivered: int


@dataclass(frozen=True, slots=True)
class Derived:
    """What the facts say. `status` is never ARCHIVED: `archived` stands beside the status that was filed away.

    `reason` is for the timeline. `lines` by position. `all_shipped`: every due unit, and there is one.
    """

    status: OrderStatus
    archived: bool
    reason: str
    lines: Mapping[int, LineUnits]
    all_shipped: bool


def derive(order: ShopOrder, parcels: Iterable[Parcel], line_ids: Mapping[int, int]) -> Derived:
    """Derive the state of an order from its facts in Shopify.

    :param parcels: the newest report of each fulfillment; may be newer than the picture of the order
    :param line_ids: for each supplier line that was seen in the shop order, its position and Shopify's line id;
        a line that staff took off the draft was never seen, so nothing of it is due
    """
    parcels = list(parcels)
    counted = [p for p in parcels if is_shipped(p)]
    lines = {line.line_id: line for line in order.lines}
    ours = {position: lines[line_id] for position, line_id in sorted(line_ids.items()) if line_id in lines}
    units = {position: _units(order, line, counted) for position, line in ours.items()}
    status, reason, ended_at = _status(order, list(ours.values()), list(units.values()), counted)
    return Derived(
        status=status,
        archived=ended_at is not None and _is_filed(order, ended_at, parcels, set(line_ids.values())),
        reason=reason,
        lines=units,
        all_shipped=_every(units.values(), lambda line: line.shipped),
    )


def is_shipped(parcel: Parcel) -> bool:
    """Tell whether a parcel is on its way or there; ours that closes foreign lines is none."""
    return parcel.fulfillment.status == _SHIPPED and not parcel.is_closing


def due_units(order: ShopOrder, line: OrderLine) -> int:
    """Return how many units of a line were to be shipped, shipped ones included, as of one picture of the order.

    What still waits plus what was in a parcel then. So a unit that was edited away or refunded before shipping
    is out, and one that was refunded after shipping is not. A refund that restocked nothing may leave the
    refunded units waiting; no more can wait than the order still has.
    """
    holding = [f for f in order.fulfillments if f.status not in _VOID and line.line_id in f.lines]
    shipped = sum(f.lines[line.line_id] for f in holding)
    kept = max(0, shipped - _refunded_after_shipping(order, line, holding))
    waiting = min(line.fulfillable_quantity, max(0, line.current_quantity - kept))
    return shipped + waiting


def _refunded_after_shipping(order: ShopOrder, line: OrderLine, holding: list[Fulfillment]) -> int:
    if not holding:
        return 0
    first = min(f.created_at for f in holding)
    return sum(
        units
        for refund in order.refunds
        if refund.created_at >= first
        for line_id, units, restock in refund.lines
        if line_id == line.line_id and restock != _CANCEL  # A cancel takes units that were not shipped.
    )


def _units(order: ShopOrder, line: OrderLine, counted: list[Parcel]) -> LineUnits:
    def inside(parcels: Iterable[Parcel]) -> int:
        return sum(p.fulfillment.lines.get(line.line_id, 0) for p in parcels)

    return LineUnits(
        due=due_units(order, line),
        shipped=inside(counted),
        delivered=inside(p for p in counted if p.delivered_at),
    )


def _status(
    order: ShopOrder, lines: list[OrderLine], units: list[LineUnits], counted: list[Parcel]
) -> tuple[OrderStatus, str, datetime | None]:
    """Return the status, why, and when what ended the order happened; None while it has not ended."""
    line_ids = frozenset(line.line_id for line in lines)
    refunds = [r for r in order.refunds if any(line_id in line_ids for line_id, _, _ in r.lines)]
    nothing_left = bool(lines) and not any(line.current_quantity for line in lines)
    if order.cancelled_at:
        return _S.CANCELED, "cancelled in Shopify", order.cancelled_at
    if nothing_left and refunds:
        return _S.REFUNDED, "every unit was refunded", max(r.created_at for r in refunds)
    if order.financial_status == _FULLY_REFUNDED:
        at = max((r.created_at for r in order.refunds), default=order.updated_at)
        return _S.REFUNDED, "the whole payment was refunded", at
    if nothing_left and not any(line.shipped for line in units):
        # An edit has no time in the order, so nothing shows that it was filed away only afterwards.
        return _S.CANCELED, "every unit was removed in Shopify", None
    if _every(units, lambda line: line.delivered):
        mine = [p for p in counted if p.delivered_at and not line_ids.isdisjoint(p.fulfillment.lines)]
        return _S.COMPLETE, "every parcel was delivered", max(p.delivered_at for p in mine if p.delivered_at)
    if _every(units, lambda line: line.shipped):
        return _S.FULFILLED, "every unit was shipped", None
    return _S.UNFULFILLED, "confirmed in Shopify", None


def _is_filed(order: ShopOrder, ended_at: datetime, parcels: list[Parcel], ours: set[int]) -> bool:
    """Tell whether staff filed the order away after it had ended.

    A shop does so by itself when the last line is fulfilled, be it one that we close because nobody ships it:
    that says nothing of the order, also when its parcels were delivered just before.
    """
    closings = [p.fulfillment.created_at for p in parcels if ours.isdisjoint(p.fulfillment.lines)]
    return order.closed_at is not None and order.closed_at > max([ended_at, *closings])


def _every(units: Iterable[LineUnits], reached: Callable[[LineUnits], int]) -> bool:
    """Tell whether every due unit has come that far; False where no unit is due."""
    known = list(units)
    return any(line.due for line in known) and all(reached(line) >= line.due for line in known)
