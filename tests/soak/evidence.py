"""Everything that is known when a soak is over: the clients' history, the bridge's rows, the shop, the logs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from bridge.db import Database
from bridge.domain.references import token_of
from bridge.models import (
    InventoryLevel,
    Order,
    OrderEvent,
    OrderItem,
    Partner,
    Reservation,
    WebhookEvent,
    Work,
)

SUBMITS = frozenset({"submit", "replay", "another_key", "altered", "altered_under_key"})


@dataclass
class Evidence:
    """`asked` and `staff` are lines of the history; `shop` is the simulator's whole state.

    `told`: what each partner is told in the end, by order id. `secrets` must be in none of `logs`.
    """

    asked: list[dict[str, Any]] = field(default_factory=list)
    staff: list[dict[str, Any]] = field(default_factory=list)
    orders: dict[UUID, Order] = field(default_factory=dict)
    items: dict[UUID, list[OrderItem]] = field(default_factory=dict)
    events: dict[UUID, list[OrderEvent]] = field(default_factory=dict)
    reservations: list[Reservation] = field(default_factory=list)
    levels: list[InventoryLevel] = field(default_factory=list)
    webhooks: list[WebhookEvent] = field(default_factory=list)
    work: list[Work] = field(default_factory=list)
    partners: dict[UUID, str] = field(default_factory=dict)
    shop: dict[str, Any] = field(default_factory=dict)
    told: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    logs: Sequence[Path] = ()
    secrets: Sequence[str] = ()

    def submits(self) -> Iterable[dict[str, Any]]:
        """Return what was answered to carts."""
        return (line for line in self.asked if line["verb"] in SUBMITS and "status" in line)

    def owner_of(self, order: Order) -> str:
        """Return the name of the partner whose order it is."""
        return self.partners[order.partner_id]

    def drafts_of(self, order: Order) -> list[dict[str, Any]]:
        """Return the drafts in the shop that the bridge made for an order: a copy by staff is not tax exempt."""
        return [one for one in self._drafts.get(token_of(order.id), ()) if one["tax_exempt"]]

    def shop_orders_of(self, order: Order) -> list[dict[str, Any]]:
        """Return the shop orders that carry an order's token."""
        return self._shop_orders.get(token_of(order.id), [])

    def meddled(self, *verbs: str) -> set[str]:
        """Return the orders that staff did one of these to, or may have."""
        return {
            line["order"]
            for line in self.staff
            if line["verb"] in verbs and ("done" in line or "unknown" in line) and line["order"]
        }

    def __post_init__(self) -> None:
        self._drafts = _by_token(self.shop.get("draft_orders", ()))
        self._shop_orders = _by_token(self.shop.get("orders", ()))


def gather(db: Database, *, lines: Iterable[dict[str, Any]], shop: dict[str, Any], **more: Any) -> Evidence:
    """Read the database once and put everything side by side.

    :param lines: the history
    :param more: `told`, `logs`, `secrets`
    """
    by_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        by_kind[line["kind"]].append(line)
    with db.transaction() as session:
        items: dict[UUID, list[OrderItem]] = defaultdict(list)
        for item in session.scalars(select(OrderItem).order_by(OrderItem.order_id, OrderItem.position)):
            items[item.order_id].append(item)
        events: dict[UUID, list[OrderEvent]] = defaultdict(list)
        for event in session.scalars(select(OrderEvent).order_by(OrderEvent.id)):
            events[event.order_id].append(event)
        return Evidence(
            asked=by_kind["asked"],
            staff=by_kind["staff"],
            orders={order.id: order for order in session.scalars(select(Order))},
            items=items,
            events=events,
            reservations=list(session.scalars(select(Reservation))),
            levels=list(session.scalars(select(InventoryLevel))),
            webhooks=list(session.scalars(select(WebhookEvent))),
            work=list(session.scalars(select(Work))),
            partners={partner.id: partner.name for partner in session.scalars(select(Partner))},
            shop=shop,
            **more,
        )


def attributes_of(record: Mapping[str, Any]) -> dict[str, str]:
    """Return the custom attributes of something in the shop."""
    return {pair["key"]: pair["value"] for pair in record["custom_attributes"]}


def _by_token(records: Iterable[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in records:
        for tag in record["tags"]:
            if tag.startswith("bridge-"):
                found[tag].append(dict(record))
    return found
