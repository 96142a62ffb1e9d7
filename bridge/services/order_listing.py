"""What staff see of orders: the list, one of them in full, and which one somebody means. Changes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from bridge.domain.errors import InvalidRequest, NotFound
from bridge.domain.order_status import statuses_named
from bridge.models import (
    Decision,
    Order,
    OrderEvent,
    OrderItem,
    Partner,
    PushAttempt,
    ShopifyFulfillment,
    Work,
)
from bridge.services.partners import get_partner

MAX_PAGE = 500


@dataclass(frozen=True, slots=True)
class ListedOrder:
    order: Order
    partner: str


@dataclass(frozen=True, slots=True)
class Shares:
    """Whose money the lines are: sums of price times quantity, in the order's currency."""

    ours: Decimal
    partners: Decimal


@dataclass(frozen=True, slots=True)
class OrderInFull:
    """One order with everything that is known about it. `work` is what is due or stuck.

    `decision`: why each line was ours or was not when the cart came; None once it is 90 days old.
    """

    order: Order
    partner: str
    items: Sequence[OrderItem]
    shares: Shares
    events: Sequence[OrderEvent]
    attempts: Sequence[PushAttempt]
    fulfillments: Sequence[ShopifyFulfillment]
    work: Sequence[Work]
    decision: Decision | None


def list_orders(
    session: Session,
    *,
    status: str | None = None,
    partner: str | None = None,
    attention: bool = False,
    search: str | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Sequence[ListedOrder]:
    """Return orders of all partners, newest first.

    :param status: in the newer or the older names
    :param partner: its name
    :param attention: only those that wait for staff
    :param search: a part of the partner's order number, of the customer's name or of Shopify's names
    :param after: the last order of the page before; new orders do not shift the pages
    :param limit: 1 to 500
    :raises InvalidRequest: no such status, limit or page
    :raises NotFound: no such partner; an empty list would say that it has no orders
    """
    if not 1 <= limit <= MAX_PAGE:
        raise InvalidRequest(f"limit must be between 1 and {MAX_PAGE}")
    wanted: list[ColumnElement[bool]] = []
    if status is not None:
        statuses = statuses_named(status.upper())
        if not statuses:
            raise InvalidRequest(f"there is no status {status!r}")
        wanted.append(Order.status.in_([s.value for s in statuses]))
    if partner is not None:
        wanted.append(Order.partner_id == get_partner(session, name=partner).id)
    if attention:
        wanted.append(Order.attention.is_not(None))
    if search is not None:
        wanted.append(_matches(search))
    if after is not None:
        last = session.get(Order, after)
        if last is None:
            raise InvalidRequest("the page to go on from is not there")
        wanted.append(
            or_(
                Order.created_at < last.created_at,
                and_(Order.created_at == last.created_at, Order.id < last.id),
            )
        )
    rows = session.execute(
        select(Order, Partner.name)
        .join(Partner, Partner.id == Order.partner_id)
        .where(*wanted)
        .order_by(Order.created_at.desc(), Order.id.desc())
        .limit(limit)
    )
    return [ListedOrder(order, name) for order, name in rows]


def find_order(session: Session, reference: str) -> Order:
    """Return the order meant by our id, or by a partner's number where only one partner has it.

    :raises NotFound: there is none
    :raises InvalidRequest: several partners use the number; the message names their orders
    """
    by_id = _uuid(reference)
    if by_id is not None:
        order = session.get(Order, by_id)
        if order is not None:
            return order
    found = session.execute(
        select(Order, Partner.name)
        .join(Partner, Partner.id == Order.partner_id)
        .where(Order.partner_order_id == reference, Order.superseded_by.is_(None))
        .order_by(Partner.name)
        .limit(10)
    ).all()
    if not found:
        raise NotFound(f"there is no order {reference}")
    if len(found) > 1:
        names = ", ".join(f"{order.id} ({name})" for order, name in found)
        raise InvalidRequest(f"several partners have an order {reference}: {names}")
    return found[0][0]


def order_in_full(session: Session, order: Order) -> OrderInFull:
    """Return everything that is known about one order."""
    items = session.scalars(
        select(OrderItem).where(OrderItem.order_id == order.id).order_by(OrderItem.position)
    ).all()
    return OrderInFull(
        order=order,
        partner=session.scalars(select(Partner.name).where(Partner.id == order.partner_id)).one(),
        items=items,
        shares=Shares(
            ours=_sum(item for item in items if item.is_supplier_item),
            partners=_sum(item for item in items if not item.is_supplier_item),
        ),
        events=session.scalars(
            select(OrderEvent).where(OrderEvent.order_id == order.id).order_by(OrderEvent.id)
        ).all(),
        attempts=session.scalars(
            select(PushAttempt).where(PushAttempt.order_id == order.id).order_by(PushAttempt.number)
        ).all(),
        fulfillments=session.scalars(
            select(ShopifyFulfillment)
            .where(ShopifyFulfillment.order_id == order.id)
            .order_by(ShopifyFulfillment.shopify_created_at, ShopifyFulfillment.fulfillment_id)
        ).all(),
        work=session.scalars(
            select(Work).where(Work.ids["order_id"].astext == str(order.id)).order_by(Work.id)
        ).all(),
        decision=session.get(Decision, order.id),
    )


def _sum(items: Iterable[OrderItem]) -> Decimal:
    return sum((item.price * item.quantity for item in items), Decimal(0))


def _matches(search: str) -> ColumnElement[bool]:
    columns = (Order.partner_order_id, Order.customer_name, Order.draft_name, Order.shopify_order_name)
    return or_(*(column.icontains(search, autoescape=True) for column in columns))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
