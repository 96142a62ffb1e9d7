"""What the tests of the adapter say to the store: drafts to create, and what staff do there by themselves."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from bridge.domain.shop import Shop
from bridge.domain.shop_values import Draft, DraftAddress, DraftLine, ShopOrder
from bridge.shopify import open_shop
from config import settings
from tests.support.processes import Simulator

COFFEE_SET = 44219312570580
OLIVE_BOARD = 44219312603348
FAR_BENCH = 44219312799956  # only at the second location


def shop_at(url: str, **variables: str) -> Shop:
    """The adapter as every process opens it; Redis is away unless `variables` say where it is."""
    source = {
        "SHOPIFY_SHOP": "jafarshop.myshopify.com",
        "SHOPIFY_ADMIN_URL": url,
        "SHOPIFY_ACCESS_TOKEN": "shpat_bridge",
        "SHOPIFY_TIMEOUT_SECONDS": "20",
        "REDIS_URL": "redis://127.0.0.1:1",
        **variables,
    }
    return open_shop(settings.load(settings.SHOPIFY, source={k: v for k, v in source.items() if v}))


def line(position: int | str, price: str, *, quantity: int = 1, variant: int | None = None) -> DraftLine:
    return DraftLine(
        position=str(position),
        title=f"Line {position}",
        sku=f"SKU-{position}",
        quantity=quantity,
        price=Decimal(price),
        variant_id=variant,
        product_url=None if variant else f"https://partner.example/{position}",
    )


def draft(
    *lines: DraftLine, currency: str = "USD", shipping: str = "0", discount: str = "0", token: str = ""
) -> Draft:
    token = token or f"bridge-{uuid4().hex}"
    lines = lines or (line(0, "19.99", quantity=2, variant=COFFEE_SET), line(1, "3.50"))
    goods = sum((each.price * each.quantity for each in lines), Decimal(0))
    return Draft(
        token=token,
        currency=currency,
        lines=lines,
        shipping_price=Decimal(shipping),
        discount=Decimal(discount),
        total=goods + Decimal(shipping) - Decimal(discount),
        note="From Zain, order Z-1",
        po_number="Z-1",
        tags=(token,),
        attributes={"bridge_order": token.removeprefix("bridge-"), "bridge_attempt": "1", "partner": "Zain"},
        address=DraftAddress(
            first_name="Layla",
            last_name="Haddad",
            address1="12 Rainbow Street",
            city="Amman",
            zip="11118",
            country_code="JO",
            province="Amman Governorate",
        ),
    )


def placed_order(shop: Shop, *lines: DraftLine) -> ShopOrder:
    """An order that a draft of ours became."""
    placed = shop.create_draft(draft(*lines))
    order = shop.order(shop.complete_draft(placed.draft_id, payment_pending=True).order_id)
    assert order is not None
    return order


def staff(simulator: Simulator, query: str, **variables: Any) -> Any:
    """Do something in the store's own name; returns the answer of the only root field."""
    answer = simulator.graphql(query, variables)
    assert "errors" not in answer, answer
    (root,) = answer["data"].values()
    assert not root.get("userErrors"), root
    return root


def ship(
    simulator: Simulator, order: ShopOrder, units: Mapping[int, int], *, numbers: Sequence[str] = ()
) -> str:
    """Send a parcel with these units (line id -> units); returns its gid."""
    found = staff(
        simulator,
        "query($id: ID!) { order(id: $id) { fulfillmentOrders(first: 20) { nodes { id status"
        " lineItems(first: 250) { nodes { id lineItem { id } } } } } } }",
        id=f"gid://shopify/Order/{order.order_id}",
    )
    parts = []
    for one in found["fulfillmentOrders"]["nodes"]:
        lines = [
            {"id": part["id"], "quantity": units[int(part["lineItem"]["id"].rsplit("/", 1)[1])]}
            for part in one["lineItems"]["nodes"]
            if int(part["lineItem"]["id"].rsplit("/", 1)[1]) in units
        ]
        if lines and one["status"] in ("OPEN", "IN_PROGRESS"):
            named = {"fulfillmentOrderLineItems": lines} if len(units) < 250 else {}  # Else all of them.
            parts.append({"fulfillmentOrderId": one["id"], **named})
    made = staff(
        simulator,
        "mutation($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f)"
        " { fulfillment { id } userErrors { message } } }",
        f={
            "lineItemsByFulfillmentOrder": parts,
            "trackingInfo": {"company": "Aramex", "numbers": list(numbers)},
        },
    )
    return made["fulfillment"]["id"]


def carrier_says(simulator: Simulator, parcel: str, status: str) -> None:
    """Let the carrier report an event, such as IN_TRANSIT."""
    staff(
        simulator,
        "mutation($e: FulfillmentEventInput!) { fulfillmentEventCreate(fulfillmentEvent: $e)"
        " { fulfillmentEvent { id } userErrors { message } } }",
        e={"fulfillmentId": parcel, "status": status},
    )
