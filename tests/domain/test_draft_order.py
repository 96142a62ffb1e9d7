"""A draft comes to the customer's total, whatever the partner calculated, and fits what Shopify takes."""

import pytest
from hypothesis import given

from bridge.domain import money
from bridge.domain.draft_money import lines_total, total_in_shop
from bridge.domain.draft_order import draft_of
from bridge.domain.errors import InvalidCart
from tests.domain.drafts import ORDER, line, sale, sales, totals


def shopify_total(draft, digits):
    """Shopify's arithmetic, written a second time, in whole minor units."""

    def units(amount):
        scaled = amount.scaleb(digits)
        assert scaled == int(scaled), f"{amount} is finer than the currency"
        assert scaled >= 0, "Cannot send negative price for line_item"
        return int(scaled)

    subtotal = 0
    for sent in draft.lines:
        subtotal += units(sent.price) * sent.quantity
    discount = units(draft.discount)
    discounted = subtotal - discount if discount < subtotal else 0
    return discounted + units(draft.shipping_price)


@given(sales())
def test_every_valid_cart_comes_to_its_own_total_in_shopify(sold):
    draft = draft_of(sold, attempt=1)

    digits = money.minor_digits(sold.currency)
    assert shopify_total(draft, digits) == sold.totals.total.scaleb(digits)
    assert total_in_shop(draft) == draft.total == sold.totals.total
    assert draft.discount <= lines_total(draft.lines), "Shopify would cut the discount"
    assert all(sent.price > 0 for sent in draft.lines[len(sold.lines) :]), "an empty line says nothing"
    assert [(s.position, s.price, s.quantity) for s in draft.lines[: len(sold.lines)]] == [
        (s.position, s.price, s.quantity) for s in sold.lines
    ], "the customer's own lines stay as they are"


@pytest.mark.parametrize(
    ("because", "given_totals", "extra_lines", "shipping", "discount"),
    [
        ("the guide's example adds up", totals(), [("Tax", "4.80")], "5.00", "0.00"),
        ("no tax, no tax line", totals(tax="0", total="64.98"), [], "5.00", "0.00"),
        (
            "a difference up is one adjustment line",
            totals(total="70.00"),
            [("Tax", "4.80"), ("Adjustment", "0.22")],
            "5.00",
            "0.00",
        ),
        ("a difference down lowers the tax", totals(total="69.77"), [("Tax", "4.79")], "5.00", "0.00"),
        ("then the tax is gone and the shipping lower", totals(total="62.00"), [], "2.02", "0.00"),
        ("then only a discount is left", totals(total="50.00"), [], "0.00", "9.98"),
        ("a gift", totals(tax="0", shipping="0", total="0"), [], "0.00", "59.98"),
    ],
)
def test_the_difference_goes_to_tax_then_shipping_then_a_discount(
    because, given_totals, extra_lines, shipping, discount
):
    draft = draft_of(sale(totals=given_totals), attempt=1)

    assert [(s.title, str(s.price)) for s in draft.lines[1:]] == extra_lines
    assert (str(draft.shipping_price), str(draft.discount)) == (shipping, discount)


def test_amounts_the_draft_cannot_show_stand_in_the_note():
    draft = draft_of(sale(totals=totals(total="50")), attempt=1)

    assert draft.note == (
        "Store order ORDER-1\n"
        "Amounts as the customer agreed to them (USD): subtotal 59.98, tax 4.80, shipping 5.00, total 50.00"
    )


def test_a_draft_that_shows_the_amounts_has_no_word_about_them():
    draft = draft_of(sale(remarks=["Phone as given: 1"]), attempt=1)

    assert draft.note == "Store order ORDER-1\nPhone as given: 1"


def test_a_draft_says_whose_it_is():
    draft = draft_of(sale(), attempt=3)

    assert draft.tags == (draft.token,) == (f"bridge-{ORDER.hex}",)
    assert draft.po_number == "ORDER-1"
    assert draft.attributes == {
        "bridge_order": str(ORDER),
        "bridge_attempt": "3",
        "partner": "Store",
        "partner_order_id": "ORDER-1",
    }


def test_texts_are_cut_to_what_shopify_takes_and_kept_in_the_note():
    long_title, long_number = "t" * 300, "n" * 300

    draft = draft_of(sale([line(title=long_title)], partner_order_id=long_number), attempt=1)

    assert draft.lines[0].title == "t" * 254 + "…"
    assert draft.po_number == draft.attributes["partner_order_id"] == "n" * 254 + "…"
    assert draft.note == f"Store order {long_number}\nLine 0: {long_title}"


def test_a_note_is_never_longer_than_shopify_takes():
    lines = [line(str(position), title="t" * 1000) for position in range(250)]

    assert len(draft_of(sale(lines), attempt=1).note) == 5000


def test_five_hundred_lines_are_refused_before_shopify_does():
    lines = [line(str(position)) for position in range(500)]

    with pytest.raises(InvalidCart, match="at most 499 lines"):
        draft_of(sale(lines), attempt=1)


def test_amounts_are_written_with_the_digits_of_the_currency():
    lines = [line(price="1.5000"), line("1", price="2")]
    dinars = totals(subtotal="5", tax="0", shipping="0", total="5.000000")

    draft = draft_of(sale(lines, dinars, "JOD"), attempt=1)

    assert [str(s.price) for s in draft.lines] == ["1.500", "2.000"]
    assert str(draft.total) == "5.000"
