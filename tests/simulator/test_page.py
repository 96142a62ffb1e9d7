"""The page at `GET /`: what people see of the shop, and what their clicks do."""

import re
import shutil
from html.parser import HTMLParser

import pytest
from graphql import parse, validate

from simulator.execution import admin_schema
from simulator.page.actions import ACTIONS
from tests.simulator.orders import complete, draft, place, send
from tests.simulator.shops import Shop
from tests.simulator.stocks import quantities
from tests.support.waiting import await_until


class Forms(HTMLParser):
    """The forms of a page: where each goes, and what it would send as it stands."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str]]] = []
        self._select: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.all.append((given["action"] or "", {}))
        elif tag == "input" and self.all and given.get("name"):
            if given.get("type") != "checkbox" or "checked" in given:
                self.all[-1][1][given["name"]] = given.get("value") or ""
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select and self._select not in self.all[-1][1]:
            self.all[-1][1][self._select] = given.get("value") or ""

    def to(self, action: str) -> dict[str, str]:
        """The first form that goes to this action."""
        return next(fields for target, fields in self.all if target == f"/__page/{action}")


def page(shop: Shop, path: str = "/") -> str:
    answer = shop.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    return answer.text


def click(shop: Shop, action: str, **change: str) -> str:
    """Send the first form of an action as it stands, but for what is changed; where it leads to."""
    fields = Forms(page(shop)).to(action) | change
    answer = shop.post(f"/__page/{action}", data=fields)
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_every_button_sends_an_operation_that_shopify_would_take():
    problems = {name: validate(admin_schema(), parse(action.query)) for name, action in ACTIONS.items()}

    assert {name: found for name, found in problems.items() if found} == {}


def test_an_empty_shop_says_what_will_be_where(shop):
    html = page(shop)

    assert "No draft yet" in html
    assert "No order yet" in html
    assert "JDTQ1834" in html


def test_the_page_needs_nothing_from_elsewhere(shop):
    place(shop)

    assert re.findall(r"""(?:src|href)=["']?(?:https?:)?//[^"' ]+""", page(shop)) == []


def test_what_customers_write_is_text_and_nothing_else(shop):
    draft(shop, note="<script>alert(1)</script>", tags=["<b>bold</b>"])

    html = page(shop)

    assert "<script>" not in html
    assert "<b>bold" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_a_draft_goes_all_the_way_to_the_customers_door_by_clicks(shop):
    draft(shop)

    assert "done=" in click(shop, "complete-draft", payment="paid")
    assert "done=" in click(shop, "send-parcel", company="Aramex", numbers="AX-1 AX-2")
    fields = Forms(page(shop)).to("report-parcel") | {"status": "DELIVERED"}
    shop.post("/__page/report-parcel", data=fields)

    [order] = shop.store.all("Order")
    [parcel] = order.fulfillments
    assert order.financial_status == "PAID"
    assert (parcel.tracking_company, parcel.tracking_numbers) == ("Aramex", ["AX-1", "AX-2"])
    assert [event.status for event in parcel.events] == ["DELIVERED"]
    assert quantities(shop, "JDTQ1834")["on_hand"] == 9_998


def test_a_refund_by_clicks_gives_money_and_units_back(shop):
    place(shop)
    lines = [name for name in Forms(page(shop)).to("refund-order") if name.startswith("units:")]

    click(shop, "refund-order", amount="25.00", **{lines[0]: "1"})

    [order] = shop.store.all("Order")
    assert order.financial_status == "PARTIALLY_REFUNDED"
    assert order.lines[0].current_quantity == 1
    assert quantities(shop, "JDTQ1834")["available"] == 9_999


def test_an_order_is_cancelled_with_everything_given_back(shop):
    place(shop)

    click(shop, "cancel-order", reason="FRAUD")

    [order] = shop.store.all("Order")
    await_until(lambda: order.cancelled_at)
    assert (order.cancel_reason, order.financial_status) == ("FRAUD", "REFUNDED")
    assert quantities(shop, "JDTQ1834")["available"] == 10_000


def test_a_refusal_is_shown_in_shopifys_words(shop):
    made = draft(shop)
    fields = Forms(page(shop)).to("complete-draft")
    complete(shop, made)

    answer = shop.post("/__page/complete-draft", data=fields)

    assert "This order has been paid" in page(shop, answer.headers["Location"].partition("#")[0])


@pytest.mark.parametrize("value", ["", "many", "-1"])
def test_stock_is_a_whole_number_not_below_zero(shop, value):
    location = click(shop, "set-stock", available=value)

    assert "problem=" in location
    assert quantities(shop, "JDTQ1834")["available"] == 10_000


def test_stock_and_price_are_set_by_clicks(shop):
    click(shop, "set-stock", available="7")
    click(shop, "set-price", price="31.25")

    assert quantities(shop, "JDTQ1834")["available"] == 7
    assert 'value="31.25"' in page(shop)


def test_faults_are_switched_on_and_off(shop):
    shop.post("/__page/faults", data={"fault": "throttle", "times": "2", "operation": "shop"})
    assert [one["fault"] for one in shop.state()["faults"]] == ["throttle"]

    shop.post("/__page/heal")
    assert shop.state()["faults"] == []
    assert "problem=" in shop.post("/__page/faults", data={"fault": "none"}).headers["Location"]


def test_a_search_finds_by_name_tag_and_sku(shop):
    draft(shop, tags=["first"])
    draft(shop, tags=["second"])

    html = page(shop, "/?q=SECOND")

    assert "#D2" in html
    assert "#D1" not in html


def test_older_drafts_are_on_later_pages(shop):
    for _ in range(21):
        draft(shop)

    assert re.findall(r">(#D\d+) ", page(shop)) == [f"#D{n}" for n in range(21, 1, -1)]
    assert re.findall(r">(#D\d+) ", page(shop, "/?page=2")) == ["#D1"]


def test_a_button_that_is_none_is_not_found(shop):
    assert shop.post("/__page/nothing").status_code == 404


CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_person_can_do_it_in_a_browser(shop):
    from playwright.sync_api import expect, sync_playwright

    draft(shop)
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 390, "height": 800})
        problems: list[str] = []
        tab.on("console", lambda message: problems.append(message.text))
        tab.on("pageerror", lambda error: problems.append(str(error)))

        tab.goto(shop.url)
        tab.get_by_role("button", name="Complete").click()
        expect(tab.get_by_role("status")).to_have_text("The draft is an order now.")
        tab.get_by_label("Tracking").first.fill("AX-1")
        tab.get_by_role("button", name="Fulfill").first.click()
        tab.get_by_role("button", name="Deliver").click()
        expect(tab.get_by_text("delivered", exact=True).first).to_be_visible()
        wider_than_the_screen = tab.evaluate("document.documentElement.scrollWidth > innerWidth")
        browser.close()

    assert problems == []
    assert not wider_than_the_screen
    [parcel] = next(iter(shop.store.all("Order"))).fulfillments
    assert parcel.tracking_numbers == ["AX-1"]
    assert [event.status for event in parcel.events] == ["DELIVERED"]


def test_a_parcel_is_cancelled_and_its_units_wait_again(shop):
    send(shop, place(shop))

    click(shop, "cancel-parcel")

    assert "To be sent from" in page(shop)
    assert quantities(shop, "JDTQ1834")["committed"] == 2
