"""Staff and the shop's own customers in a soak: they decide, pack, deliver and meddle with drafts."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import requests
from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import DBAPIError

from bridge.db import Database
from bridge.domain.errors import BridgeError
from bridge.models import Order
from bridge.services.order_decisions import decide, request_cancel, request_confirm, request_reject
from tests.soak import goods
from tests.soak.history import History
from tests.soak.plan import Step
from tests.support.processes import Simulator
from tests.webhooks.stage import Stage
from tests.webhooks.test_staff_and_drafts import COMPLETE, DELETE, DUPLICATE, UPDATE

_STOCK_UP = 15
_DRAFT = (
    "query ($id: ID!) { draftOrder(id: $id) { status lineItems(first: 50) { nodes { title quantity"
    " variant { id } customAttributes { key value }"
    " originalUnitPriceSet { presentmentMoney { amount currencyCode } } } } } }"
)
_ADJUST = (
    "mutation ($input: InventoryAdjustQuantitiesInput!, $key: String!) { inventoryAdjustQuantities("
    "input: $input) @idempotent(key: $key) { userErrors { message } } }"
)


class NotNow(Exception):
    """There is nothing to do it to: no order, no draft, nothing shipped."""


class Staff:
    """One person who knows every order. Not safe to share between threads."""

    def __init__(
        self,
        db: Database,
        shop: Simulator,
        *,
        order_id_of: Callable[[int], str | None],
        stock: Mapping[str, tuple[str, str]],
        history: History,
    ) -> None:
        """Sit down at the console and in the shop's admin.

        :param order_id_of: the order of a cart's number
        :param stock: the gids of inventory item and location, by SKU
        """
        self._db = db
        self._desk = Stage(db, None, shop, inbox=None)  # Nothing is listened to here.
        self._shop = shop
        self._order_id_of = order_id_of
        self._stock = stock
        self._history = history
        self._subject: UUID | None = None
        self._acts: Mapping[str, Callable[[Step], Any]] = {
            "confirm": lambda step: (
                decide(
                    db,
                    request_confirm,
                    order_id=self._submitted(step),
                    by="staff",
                    accept_changes=step.chance < 0.3,
                ).status
            ),
            "reject": lambda step: self._decide_with_reason(request_reject, step),
            "cancel": lambda step: self._decide_with_reason(request_cancel, step),
            "ship": self._ship,
            "ship_some": self._ship_some,
            "deliver": self._deliver,
            "refund": self._refund,
            "cancel_in_shop": lambda step: self._desk.cancel(self._shop_order(step, "UNFULFILLED")),
            "sell_in_shop": self._sell,
            "restock": self._restock,
            "edit_draft": self._edit_draft,
            "complete_draft": lambda step: self._desk.staff(COMPLETE, id=self._draft(step)),
            "duplicate_draft": lambda step: self._desk.staff(DUPLICATE, id=self._draft(step)),
            "delete_draft": lambda step: self._desk.staff(DELETE, i={"id": self._draft(step)}),
        }

    def do(self, step: Step) -> None:
        """Do one step of the plan, or note why it could not be done: staff try things that are refused."""
        began = self._history.now()
        self._subject = None
        try:
            outcome: dict[str, Any] = {"done": self._acts[step.verb](step)}
        except NotNow as nothing:
            outcome = {"nothing": str(nothing)}
        except (BridgeError, AssertionError) as refusal:
            outcome = {"refused": str(refusal)[:300]}
        except (OSError, DBAPIError, requests.RequestException) as error:
            # Whether it was done is not known, as for anybody whose connection breaks.
            outcome = {"unknown": f"{type(error).__name__}: {error}"[:300]}
        self._history.write(
            "staff",
            began=round(began, 3),
            verb=step.verb,
            number=step.number,
            order=self._subject,
            **outcome,
        )

    # ------------------------------------------------------------ which order

    def _submitted(self, step: Step) -> UUID:
        """Return the order of the step's own cart, however far it has come: a decision may come first."""
        order_id = self._order_id_of(step.number)
        if order_id is None:
            raise NotNow("no order")
        self._subject = UUID(order_id)
        return self._subject

    def _one_of(self, step: Step, *conditions: ColumnElement[bool]) -> Order:
        """Return one of the orders that are in a state to do it to now; the step's chance says which."""
        with self._db.transaction() as session:
            ready = session.scalars(
                select(Order.id).where(*conditions).order_by(Order.created_at, Order.id)
            ).all()
        if not ready:
            raise NotNow("no order is in a state to do it to")
        self._subject = ready[int(step.chance * len(ready))]
        return self._desk.read(self._subject)

    def _shop_order(self, step: Step, *statuses: str) -> UUID:
        return self._one_of(step, Order.shopify_order_id.is_not(None), Order.status.in_(statuses)).id

    def _draft(self, step: Step) -> str:
        order = self._one_of(
            step,
            Order.draft_id.is_not(None),
            Order.shopify_order_id.is_(None),
            Order.intent.is_(None),
            Order.status == "INCOMPLETE_CAUTION",
        )
        return f"gid://shopify/DraftOrder/{order.draft_id}"

    # ------------------------------------------------------------ what they do

    def _decide_with_reason(self, decision: Callable[..., Order], step: Step) -> str:
        return decide(
            self._db, decision, order_id=self._submitted(step), by="staff", reason="changed their mind"
        ).status

    def _ship(self, step: Step) -> str:
        """Send everything in one parcel, or all of the first line of ours, with its tracking."""
        order_id = self._shop_order(step, "UNFULFILLED")
        if step.chance * 1000 % 2 < 1:
            self._desk.ship_all(self._desk.gid(order_id))
            return "everything"
        return self._desk.ship(order_id, tracking=f"T{step.number}")

    def _ship_some(self, step: Step) -> str:
        return self._desk.ship(self._shop_order(step, "UNFULFILLED"), 1, tracking=f"P{step.number}")

    def _deliver(self, step: Step) -> list[str]:
        parcels = self._desk.parcels(self._shop_order(step, "UNFULFILLED", "FULFILLED"))
        if not parcels:
            raise NotNow("nothing shipped")
        for gid, _, _ in parcels:
            self._desk.scan(gid, "DELIVERED")
        return [gid for gid, _, _ in parcels]

    def _refund(self, step: Step) -> None:
        """Refund a unit that has not left, which takes it out of the order, or one that has."""
        if step.chance < 0.5:
            self._desk.refund(self._shop_order(step, "UNFULFILLED"), 1, restock="CANCEL")
        else:
            self._desk.refund(self._shop_order(step, "FULFILLED", "COMPLETE"), 1, restock="NO_RESTOCK")

    def _sell(self, step: Step) -> Any:
        sku = "SHARED-1" if step.chance < 0.7 else "COLD-1"
        lines = [{"sku": sku, "quantity": 1 + int(step.chance * 3)}]
        return self._shop._call("/__storefront_order", {"lines": lines})

    def _restock(self, step: Step) -> str:
        sku = sorted(goods.HOT)[int(step.chance * len(goods.HOT))]
        item, location = self._stock[sku]
        change = {
            "inventoryItemId": item,
            "locationId": location,
            "delta": 1 if sku == "LAST-1" else _STOCK_UP,
            "changeFromQuantity": None,
        }
        self._desk.staff(
            _ADJUST,
            input={"name": "available", "reason": "correction", "changes": [change]},
            key=f"restocked at {step.at}",
        )
        return sku

    def _edit_draft(self, step: Step) -> None:
        """Take one unit of the first line away: adding one would sell what nobody promised."""
        gid = self._draft(step)
        draft = self._desk.staff(_DRAFT, id=gid)
        if draft is None or draft["status"] != "OPEN":
            raise NotNow("no open draft")
        lines = [_as_input(line) for line in draft["lineItems"]["nodes"]]
        if lines[0]["quantity"] == 1:
            raise NotNow("a single unit")
        lines[0]["quantity"] -= 1
        self._desk.staff(UPDATE, id=gid, input={"lineItems": lines})


def _as_input(line: dict[str, Any]) -> dict[str, Any]:
    price = line["originalUnitPriceSet"]["presentmentMoney"]
    wish = {"quantity": line["quantity"], "customAttributes": line["customAttributes"]}
    if line["variant"]:
        return wish | {"variantId": line["variant"]["id"], "priceOverride": price}
    return wish | {"title": line["title"], "originalUnitPriceWithCurrency": price, "taxable": False}
