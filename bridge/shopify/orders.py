"""Shop orders: everything an order's status is derived from, and how one is canceled."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bridge.domain.errors import ShopRefused
from bridge.domain.shop_values import Cancellation, Named, OrderLine, Refund, ShopOrder
from bridge.shopify import fulfillments, paging
from bridge.shopify.client import AdminAPI
from bridge.shopify.gids import gid, number
from bridge.shopify.wire import (
    attributes_of,
    instant,
    named_of,
    optional_instant,
    optional_number,
    position_of,
)

# The first look: as much as nearly every order has. What is longer is read to its end.
_FIRST_LOOK = {"lines": 20, "parcels": 5, "parcelLines": 20, "refunds": 5, "refundLines": 20}
_FULL_LISTS = {"parcels": 250, "refunds": 250}
_MAX_STAFF_NOTE = 255

ALREADY_CANCELED = "already been canceled"


def read(api: AdminAPI, order_id: int) -> ShopOrder | None:
    """Return the order with all of its lines, parcels and refunds; None when the shop has none of that id."""
    node = _read(api, order_id, _FIRST_LOOK)
    if node is not None and _is_full(node):
        node = _read(api, order_id, {**_FIRST_LOOK, **_FULL_LISTS})
    if node is None:
        return None
    return _order_of(api, node)


def find(api: AdminAPI, *, tag: str) -> Sequence[ShopOrder]:
    found = paging.nodes(api, "FindOrders", lambda data: data["orders"], query=f'tag:"{_searchable(tag)}"')
    orders = [read(api, number(node["id"])) for node in found]
    # The index may still have an order by a tag that it has lost, and matches tags by their words.
    return [order for order in orders if order and tag.lower() in (t.lower() for t in order.tags)]


def changed(api: AdminAPI, *, since: datetime) -> Iterator[list[Named]]:
    """Yield the orders changed since then, page by page; by Shopify's whole seconds, so `since` itself counts."""
    wanted = f"updated_at:>='{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'"
    for page in paging.pages(api, "ListChangedOrders", lambda data: data["orders"], query=wanted):
        yield [api.understood("ListChangedOrders", _named, node) for node in page]


def cancel(api: AdminAPI, order_id: int, cancellation: Cancellation) -> None:
    """Ask for the cancellation. Shopify does it in a job of its own; `cancelled_at` tells when it is done."""
    refund_method = {"originalPaymentMethodsRefund": True} if cancellation.refund else None
    try:
        api.change(
            "CancelOrder",
            lambda payload: payload["job"],
            errors="orderCancelUserErrors",
            id=gid("Order", order_id),
            reason=cancellation.reason.upper(),
            restock=cancellation.restock,
            refundMethod=refund_method,
            staffNote=cancellation.staff_note[:_MAX_STAFF_NOTE] or None,
        )
    except ShopRefused as error:
        if not any(ALREADY_CANCELED in problem for problem in error.problems):
            raise


def _named(node: Mapping[str, Any]) -> Named:
    return named_of(node, time="updatedAt")


def _read(api: AdminAPI, order_id: int, limits: Mapping[str, int]) -> dict[str, Any] | None:
    node: dict[str, Any] | None = api.ask("ReadOrder", "order", id=gid("Order", order_id), **limits)
    return node


def _is_full(node: Mapping[str, Any]) -> bool:
    """Tell whether a list without pages came back as long as was asked for, so that there may be more."""
    return (
        len(node["fulfillments"]) >= _FIRST_LOOK["parcels"] or len(node["refunds"]) >= _FIRST_LOOK["refunds"]
    )


def _order_of(api: AdminAPI, node: dict[str, Any]) -> ShopOrder:
    def rest(name: str, first: Any, pick: Callable[[Any], Any], owner: str) -> list[Any]:
        return [*first["nodes"], *paging.rest(api, name, first, pick, id=owner)]

    def read_all(node: dict[str, Any]) -> ShopOrder:
        lines = rest("ReadOrderLines", node["lineItems"], lambda d: d["order"]["lineItems"], node["id"])
        refunds = [
            (
                refund,
                rest(
                    "ReadRefundLines",
                    refund["refundLineItems"],
                    lambda d: d["refund"]["refundLineItems"],
                    refund["id"],
                ),
            )
            for refund in node["refunds"]
        ]
        return ShopOrder(
            order_id=number(node["id"]),
            name=node["name"],
            created_at=instant(node["createdAt"]),
            updated_at=instant(node["updatedAt"]),
            cancelled_at=optional_instant(node["cancelledAt"]),
            closed_at=optional_instant(node["closedAt"]),
            financial_status=(node["displayFinancialStatus"] or "").lower() or None,
            currency=node["presentmentCurrencyCode"],
            total=Decimal(node["totalPriceSet"]["presentmentMoney"]["amount"]),
            tags=tuple(node["tags"]),
            attributes=attributes_of(node),
            lines=tuple(map(_line, lines)),
            fulfillments=tuple(fulfillments.of(api, parcel) for parcel in node["fulfillments"]),
            refunds=tuple(_refund(refund, lines) for refund, lines in refunds),
        )

    return api.understood("ReadOrder", read_all, node)


def _line(node: Mapping[str, Any]) -> OrderLine:
    return OrderLine(
        line_id=number(node["id"]),
        variant_id=optional_number(node["variant"]),
        sku=node["sku"] or None,
        title=node["title"],
        quantity=node["quantity"],
        current_quantity=node["currentQuantity"],
        fulfillable_quantity=node["unfulfilledQuantity"],
        price=Decimal(node["originalUnitPriceSet"]["presentmentMoney"]["amount"]),
        position=position_of(node),
    )


def _refund(node: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> Refund:
    return Refund(
        refund_id=number(node["id"]),
        # createdAt is null on a refund that an import brought in.
        created_at=instant(node["createdAt"] or node["processedAt"]),
        lines=tuple(
            (number(line["lineItem"]["id"]), line["quantity"], line["restockType"].lower()) for line in lines
        ),
    )


def _searchable(tag: str) -> str:
    return tag.replace("\\", "\\\\").replace('"', '\\"')
