"""Draft orders: what is sent of one, and what the shop holds."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import pycountry

from bridge.domain.errors import ShopRefused
from bridge.domain.references import ITEM
from bridge.domain.shop_values import (
    CompletedDraft,
    Draft,
    DraftAddress,
    DraftLine,
    Named,
    PlacedDraft,
    PlacedLine,
    Reckoning,
)
from bridge.shopify import paging, replies
from bridge.shopify.client import AdminAPI
from bridge.shopify.gids import gid, number
from bridge.shopify.wire import attributes_of, instant, named_of, optional_number, position_of

# Lines asked for with a draft; more are read page by page. Nearly every cart fits, and the price grows with it.
_FIRST_LINES = 20
_PAGE = 250

# Shopify keeps provinces for some countries only, by codes of its own, and refuses what it does not know. In
# these countries its codes are those of ISO 3166-2; everywhere else the province is a line of the address.
_COUNTRIES_WITH_PROVINCES = frozenset({"AE", "AU", "BR", "CA", "IT", "US"})


def create(api: AdminAPI, draft: Draft) -> PlacedDraft:
    """Create a draft order. Never repeated here: a second one would be another draft."""
    page = min(max(len(draft.lines), 1), _PAGE)
    placed = api.change(
        "CreateDraft", lambda payload: payload["draftOrder"], input=input_of(draft), lines=page
    )
    with replies.done_already("CreateDraft"):
        return _placed(api, "CreateDraft", placed)


def reckon(api: AdminAPI, draft: Draft) -> Reckoning:
    """Have a draft reckoned; nothing is made of it."""

    def reckoned(payload: dict[str, Any]) -> Reckoning:
        money = payload["calculatedDraftOrder"]["totalPriceSet"]["presentmentMoney"]
        return Reckoning(currency=money["currencyCode"], total=Decimal(money["amount"]))

    return api.change("CalculateDraft", reckoned, input=input_of(draft))


def read(api: AdminAPI, draft_id: int) -> PlacedDraft | None:
    found = api.ask("ReadDraft", "draftOrder", id=gid("DraftOrder", draft_id), lines=_FIRST_LINES)
    return None if found is None else _placed(api, "ReadDraft", found)


def newest(api: AdminAPI, *, since: datetime, token: str | None) -> Iterator[PlacedDraft]:
    """Yield drafts newest first until one is older than `since`; only those tagged `token` where one is given.

    The pages hold ids and tags alone, since lines make them many times as dear; what matches is read by its id.
    """

    def look_at(node: Mapping[str, Any]) -> tuple[int, datetime, list[str]]:
        return number(node["id"]), instant(node["createdAt"]), [tag.lower() for tag in node["tags"]]

    for node in paging.nodes(api, "ListNewestDrafts", lambda data: data["draftOrders"]):
        draft_id, created_at, tags = api.understood("ListNewestDrafts", look_at, node)
        if created_at < since:
            return
        if token is None or token.lower() in tags:
            draft = read(api, draft_id)
            if draft is not None:  # Deleted meanwhile.
                yield draft


def made_since(api: AdminAPI, since: datetime) -> Iterator[list[Named]]:
    """Yield the drafts made since then, newest first, page by page."""

    def look_at(node: Mapping[str, Any]) -> Named:
        return named_of(node, time="createdAt")

    for page in paging.pages(api, "ListNamedDrafts", lambda data: data["draftOrders"]):
        found = [api.understood("ListNamedDrafts", look_at, node) for node in page]
        yield [draft for draft in found if draft.updated_at >= since]
        if found and found[-1].updated_at < since:
            return


def complete(api: AdminAPI, draft_id: int, *, payment_pending: bool) -> CompletedDraft:
    """Make the draft an order.

    Completing twice answers the first order together with an objection ("This order has been paid"), so the
    order decides and not the objection.
    """

    def completed(payload: dict[str, Any]) -> CompletedDraft | None:
        order = (payload["draftOrder"] or {}).get("order")
        if order is None:
            return None
        return CompletedDraft(draft_id, order_id=number(order["id"]), order_name=order["name"])

    return api.change(
        "CompleteDraft",
        completed,
        even_if_refused=True,
        id=gid("DraftOrder", draft_id),
        paymentPending=payment_pending,
    )


def hold(api: AdminAPI, draft_id: int, *, until: datetime) -> datetime:
    return api.change(
        "HoldDraft",
        lambda payload: instant(payload["draftOrder"]["reserveInventoryUntil"]),
        id=gid("DraftOrder", draft_id),
        until=until.isoformat(),
    )


def delete(api: AdminAPI, draft_id: int) -> None:
    try:
        api.change("DeleteDraft", lambda payload: payload["deletedId"], id=gid("DraftOrder", draft_id))
    except ShopRefused:
        if read(api, draft_id) is not None:
            raise


def input_of(draft: Draft) -> dict[str, Any]:
    """Return a draft as `DraftOrderInput`."""

    def money(amount: Decimal) -> dict[str, str]:
        return {"amount": f"{amount:f}", "currencyCode": draft.currency}

    sent: dict[str, Any] = {
        "presentmentCurrencyCode": draft.currency,
        "lineItems": [_line(line, money) for line in draft.lines],
        "shippingLine": {"title": "Shipping", "priceWithCurrency": money(draft.shipping_price)},
        "shippingAddress": _address(draft.address),
        # What the customer agreed to is the whole truth: Shopify adds nothing and takes nothing off.
        "taxExempt": True,
        "acceptAutomaticDiscounts": False,
        "allowDiscountCodesInCheckout": False,
        "useCustomerDefaultAddress": False,
        "note": draft.note,
        "poNumber": draft.po_number,
        "tags": list(draft.tags),
        "customAttributes": _attributes(draft.attributes),
    }
    if draft.discount > 0:
        sent["appliedDiscount"] = {
            "title": "Adjustment",
            "valueType": "FIXED_AMOUNT",
            "value": draft.discount,
            "amountWithCurrency": money(draft.discount),
        }
    return sent


def _line(line: DraftLine, money: Any) -> dict[str, Any]:
    attributes = {ITEM: line.position}
    if line.variant_id is not None:
        # Without priceOverride Shopify charges its own price and says nothing.
        return {
            "variantId": gid("ProductVariant", line.variant_id),
            "quantity": line.quantity,
            "priceOverride": money(line.price),
            "customAttributes": _attributes(attributes),
        }
    if line.product_url:
        attributes["product_url"] = line.product_url
    return {
        "title": line.title,
        "sku": line.sku,
        "quantity": line.quantity,
        "originalUnitPriceWithCurrency": money(line.price),
        "taxable": False,
        "requiresShipping": False,
        "customAttributes": _attributes(attributes),
    }


def _address(address: DraftAddress) -> dict[str, Any]:
    province = (address.province or "").strip()
    code = _province_code(address.country_code, province)
    return {
        "firstName": address.first_name,
        "lastName": address.last_name,
        "address1": address.address1,
        "address2": None if code else province or None,
        "city": address.city,
        "provinceCode": code,
        "zip": address.zip,
        "countryCode": address.country_code,
        "phone": address.phone,
    }


def _province_code(country: str, province: str) -> str | None:
    """Return the code of a province that was given by its code or its name."""
    if country not in _COUNTRIES_WITH_PROVINCES:
        return None
    wanted = province.casefold()
    for known in pycountry.subdivisions.get(country_code=country):  # type: ignore[no-untyped-call]
        code: str = known.code.partition("-")[2]
        if wanted in (code.casefold(), known.code.casefold(), known.name.casefold()):
            return code
    return None


def _attributes(attributes: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in attributes.items()]


def _placed(api: AdminAPI, operation: str, draft: Any) -> PlacedDraft:
    def whole(node: dict[str, Any]) -> PlacedDraft:
        first = node["lineItems"]
        more = paging.rest(
            api, "ReadDraftLines", first, lambda data: data["draftOrder"]["lineItems"], id=node["id"]
        )
        return _draft_of(node, [*first["nodes"], *more])

    return api.understood(operation, whole, draft)


def _draft_of(node: dict[str, Any], lines: list[Any]) -> PlacedDraft:
    order = node.get("order") or {}
    return PlacedDraft(
        draft_id=number(node["id"]),
        name=node["name"],
        status=node["status"].lower(),
        ready=node["ready"],
        currency=node["presentmentCurrencyCode"],
        total=Decimal(node["totalPriceSet"]["presentmentMoney"]["amount"]),
        tags=tuple(node["tags"]),
        attributes=attributes_of(node),
        created_at=instant(node["createdAt"]),
        updated_at=instant(node["updatedAt"]),
        lines=tuple(_placed_line(line) for line in lines),
        order_id=optional_number(order),
        order_name=order.get("name"),
        hold_until=None if node["reserveInventoryUntil"] is None else instant(node["reserveInventoryUntil"]),
    )


def _placed_line(node: dict[str, Any]) -> PlacedLine:
    price = node["priceOverride"] or node["originalUnitPriceSet"]["presentmentMoney"]
    return PlacedLine(
        line_id=number(node["id"]),
        variant_id=optional_number(node["variant"]),
        sku=node["sku"] or None,
        title=node["title"],
        quantity=node["quantity"],
        price=Decimal(price["amount"]),
        position=position_of(node),
    )
