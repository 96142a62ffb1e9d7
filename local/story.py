"""The story that the demo tells: a mixed cart until its delivery, and what must not happen on the way."""

import json
import time
import uuid
from collections.abc import Mapping
from decimal import Decimal

import requests

from local.bridge_command import bridge
from local.carts import SKU, cart, item, mixed_cart
from local.narration import Narrator
from local.shop import AdminAPI
from local.stack import Announcement
from local.staff import Staff

_FIRST_TRACKING = {
    "company": "Aramex",
    "number": "TRACK123456789",
    "url": "https://example.com/track/TRACK123456789",
}
_CORRECTED_TRACKING = {
    "company": "Aramex",
    "number": "TRACK123456780",
    "url": "https://example.com/track/TRACK123456780",
}
_SECOND_TRACKING = {
    "company": "DHL Express",
    "number": "JD014600003SA",
    "url": "https://example.com/track/JD014600003SA",
}
_TIMEOUT_SECONDS = 30


class Story:
    """One partner and JafarShop's staff, each by its own door, over real HTTP."""

    def __init__(self, announcement: Announcement, env: Mapping[str, str], tell: Narrator) -> None:
        """Open both doors.

        :param env: the environment of `python -m bridge`, for what staff does there
        """
        self._tell = tell
        self._env = env
        self._api_url = announcement.api_url
        self._http = requests.Session()
        self._http.headers["Authorization"] = f"Bearer {announcement.api_key}"
        # A token of staff's own: the bridge's rate budget is the bridge's.
        admin = AdminAPI(
            announcement.simulator_url,
            token="shpat_staff_of_the_demo",
            version=announcement.env["SHOPIFY_API_VERSION"],
        )
        self._staff = Staff(admin)
        # Numbers of this telling: a database from outside may know those of the last one.
        told_at = f"{time.time():.0f}"
        numbers = (f"ORDER-{told_at}-{order}" for order in ("MIXED", "OTHER", "NONE", "STOCK"))
        self._mixed, self._other, self._none, self._stock = numbers
        self._key = f"key-of-{self._mixed}"

    def play(self) -> None:
        """Tell all of it.

        :raises StoryError: a step did not end as it should
        """
        with self._http:
            order_id = self._submit_a_mixed_cart()
            self._send_it_again(order_id)
            self._see_the_draft()
            shopify_id = self._confirm(order_id)
            first, second = self._ship(order_id, shopify_id)
            self._deliver(order_id, shopify_id, (first, second))
            self._submit_nothing_of_ours()
            self._submit_what_is_out_of_stock()

    # ------------------------------------------------------------ the steps

    def _submit_a_mixed_cart(self) -> str:
        tell = self._tell
        tell.step("A customer of the partner checks out", logs=("web",))
        tell.says(
            "The partner", f"submits a cart: 2 x {SKU}, which JafarShop supplies, and a product of its own."
        )
        answer = self._submit(mixed_cart(self._mixed), key=self._key)
        tell.proves("The API answers 200", answer.status_code, 200)
        body = answer.json()
        tell.proves("The order waits for JafarShop's confirmation", body["status"], "INCOMPLETE_CAUTION")
        order = self._order(body["supplier_order_id"])
        tell.proves(
            "It tells for each line who supplies it",
            [(line["sku"], line["is_supplier_item"]) for line in order["items"]],
            [(SKU, True), ("YOUR-SKU-123", False)],
        )
        return body["supplier_order_id"]

    def _send_it_again(self, order_id: str) -> None:
        tell = self._tell
        tell.step("The network was bad: the partner sends the same cart again", logs=("web",))
        again = self._submit(mixed_cart(self._mixed), key=self._key)
        tell.proves("The API answers with the same order", again.json()["supplier_order_id"], order_id)
        tell.proves("It says that it is a replay", again.headers.get("Idempotent-Replayed"), "true")
        other = mixed_cart(self._other)
        conflict = self._submit(other, key=self._key)
        tell.proves("Another cart under the same key is a conflict: 409", conflict.status_code, 409)
        listed = self._http.get(f"{self._api_url}/v1/admin/orders", timeout=_TIMEOUT_SECONDS).json()
        numbers = [order["partner_order_id"] for order in listed["orders"]]
        tell.proves("There is one order", numbers.count(self._mixed), 1)

    def _see_the_draft(self) -> None:
        tell = self._tell
        tell.step("A worker puts the order into Shopify as a draft", logs=("worker", "simulator"))
        draft = tell.awaits(
            f"Shopify has a draft with the partner's number {self._mixed}",
            lambda: self._staff.drafts(self._mixed),
        )[0]
        lines = draft["lineItems"]["nodes"]
        ours = next(line for line in lines if not line["custom"])
        theirs = next(line for line in lines if line["custom"])
        for line in lines:
            price = line["originalUnitPriceSet"]["shopMoney"]["amount"]
            kind = "custom line" if line["custom"] else "variant line"
            tell.shows(f"{line['quantity']} x {line['title']} at {price} ({kind})")
        tell.proves(
            f"{SKU} is a line of the shop's own variant",
            ours["variant"]["id"].rsplit("/", 1)[1],
            "44219312570580",
        )
        tell.proves(
            "Its price is the one that the customer agreed to",
            _amount(ours["originalUnitPriceSet"]),
            Decimal("29.99"),
        )
        tell.proves("The partner's product is a custom line", theirs["title"], "Your Product")
        tell.proves(
            "The draft's total is the cart's, to the cent", _amount(draft["totalPriceSet"]), Decimal("91.37")
        )

    def _confirm(self, order_id: str) -> int:
        tell = self._tell
        tell.step("Staff confirms", logs=("worker", "web", "simulator"))
        tell.says("Staff", f"runs: python -m bridge order confirm {order_id}")
        bridge(self._env, "order", "confirm", order_id)
        order = self._await(order_id, "The order is UNFULFILLED and has its Shopify number", _is_placed)
        shopify_id = order["shopify_order_id"]
        placed = self._staff.order(shopify_id)
        tell.shows(
            f"Shopify order {placed['name']}: {placed['displayFinancialStatus']}, {placed['displayFulfillmentStatus']}"
        )
        tell.proves(
            "The customer pays on delivery, so Shopify does not call it paid",
            placed["displayFinancialStatus"],
            "PENDING",
        )
        return shopify_id

    def _ship(self, order_id: str, shopify_id: int) -> tuple[str, str]:
        tell = self._tell
        tell.step("The warehouse ships in two parcels", logs=("worker", "web", "simulator"))
        tell.says("Staff", "fulfills one of two units in Shopify, with a tracking number. A webhook says so.")
        first = self._staff.ship(shopify_id, sku=SKU, quantity=1, tracking=_FIRST_TRACKING)
        order = self._await_tracking(order_id, "The partner sees the first parcel", _FIRST_TRACKING)
        tell.proves("One unit is still to come: UNFULFILLED", order["status"], "UNFULFILLED")
        tell.says("Staff", "corrects a typing mistake in the tracking number.")
        self._staff.correct_tracking(first, _CORRECTED_TRACKING)
        self._await_tracking(order_id, "The partner sees the corrected number", _CORRECTED_TRACKING)
        tell.says("Staff", "fulfills the other unit with another carrier.")
        second = self._staff.ship(shopify_id, sku=SKU, quantity=1, tracking=_SECOND_TRACKING)
        order = self._await_tracking(order_id, "The partner sees the second parcel", _SECOND_TRACKING)
        order = self._await(
            order_id, "All that JafarShop supplies has shipped: FULFILLED", _has_status("FULFILLED")
        )
        tell.proves("Both parcels are listed", len(order["shipments"]), 2)
        return first, second

    def _deliver(self, order_id: str, shopify_id: int, parcels: tuple[str, str]) -> None:
        tell = self._tell
        tell.step("The carriers deliver", logs=("worker", "web", "simulator"))
        for parcel in parcels:
            self._staff.deliver(parcel)
        self._await(order_id, "Both parcels are delivered: COMPLETE", _has_status("COMPLETE"))
        paid = self._staff.order(shopify_id)["displayFinancialStatus"]
        tell.proves("Still nobody called it paid: the courier collects", paid, "PENDING")

    def _submit_nothing_of_ours(self) -> None:
        tell = self._tell
        tell.step("A cart with nothing of JafarShop's", logs=("web",))
        items = [item("YOUR-SKU-123", "Your Product", 19.99)]
        answer = self._submit(cart(self._none, items, subtotal=19.99))
        tell.proves("The API answers 204 without a body", (answer.status_code, answer.content), (204, b""))
        gone = self._http.get(f"{self._api_url}/v1/orders/{self._none}", timeout=_TIMEOUT_SECONDS)
        tell.proves("There is no such order", gone.status_code, 404)

    def _submit_what_is_out_of_stock(self) -> None:
        tell = self._tell
        tell.step("One line is out of stock", logs=("web", "worker", "simulator"))
        stock = self._staff.stock()
        empty = next(sku for sku, variant in stock.items() if variant["inventoryQuantity"] <= 0)
        tell.says("The partner", f"submits 1 x JS-PROD-001 and 1 x {empty}, of which JafarShop has none.")
        items = [item("JS-PROD-001", "Product Name", 29.99), item(empty, "Sold out", 10.00)]
        answer = self._submit(cart(self._stock, items, subtotal=39.99))
        tell.proves("The API answers 200", answer.status_code, 200)
        order_id = answer.json()["supplier_order_id"]
        supplied = {line["sku"]: line["is_supplier_item"] for line in self._order(order_id)["items"]}
        tell.proves(
            "JafarShop supplies what it has, and says which that is",
            supplied,
            {"JS-PROD-001": True, empty: False},
        )
        draft = tell.awaits("Shopify has the draft", lambda: self._staff.drafts(self._stock))[0]
        tell.says("Staff", "completes this draft in Shopify's own admin. A webhook says so.")
        self._staff.complete(draft)
        self._await(order_id, "The partner sees it as confirmed: UNFULFILLED", _has_status("UNFULFILLED"))

    # ------------------------------------------------------------ the partner's requests

    def _submit(self, body: Mapping, *, key: str | None = None) -> requests.Response:
        began = time.monotonic()
        answer = self._http.post(
            f"{self._api_url}/v1/carts/submit",
            json=body,
            headers={"Idempotency-Key": key or str(uuid.uuid4())},
            timeout=_TIMEOUT_SECONDS,
        )
        took = (time.monotonic() - began) * 1000
        self._tell.shows(
            f"POST /v1/carts/submit  {body['partner_order_id']}",
            f"{answer.status_code} in {took:.0f} ms  {answer.text.strip()}",
        )
        return answer

    def _order(self, order_id: str) -> dict:
        answer = self._http.get(f"{self._api_url}/v1/orders/{order_id}", timeout=_TIMEOUT_SECONDS)
        answer.raise_for_status()
        return answer.json()

    def _await(self, order_id: str, sentence: str, holds) -> dict:
        """Ask for the order until `holds` is true of it, and show what a partner cares about."""
        seen: dict = {}

        def look() -> bool:
            seen.update(self._order(order_id))
            return holds(seen)

        self._tell.awaits(sentence, look, last_seen=lambda: json.dumps(seen, indent=2))
        return seen

    def _await_tracking(self, order_id: str, sentence: str, tracking: Mapping) -> dict:
        wanted = tuple(tracking.values())

        def shows_it(order: Mapping) -> bool:
            names = ("tracking_carrier", "tracking_number", "tracking_url")
            return tuple(order[name] for name in names) == wanted

        order = self._await(order_id, sentence, shows_it)
        shown = {name: order[name] for name in ("status", "tracking_carrier", "tracking_number")}
        self._tell.shows(f"GET /v1/orders/{order_id}", json.dumps(shown))
        return order


def _amount(money: Mapping) -> Decimal:
    return Decimal(money["shopMoney"]["amount"])


def _is_placed(order: Mapping) -> bool:
    return order["status"] == "UNFULFILLED" and order["shopify_order_id"] is not None


def _has_status(status: str):
    return lambda order: order["status"] == status
