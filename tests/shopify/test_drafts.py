"""Draft orders in a store: what arrives there, how they are found again, and what becomes of them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import islice

import pytest

from bridge.domain.errors import OutcomeUnknown, ShopRefused, ShopUnavailable, Throttled
from bridge.domain.shop import Shop
from tests.shopify.store import COFFEE_SET, OLIVE_BOARD, draft, line, placed_order, staff
from tests.support.processes import Simulator

LONG_AGO = timedelta(days=1)


def inside(simulator: Simulator, draft_id: int, fields: str) -> dict:
    """Read a draft as staff see it."""
    return staff(
        simulator,
        f"query($id: ID!) {{ draftOrder(id: $id) {{ {fields} }} }}",
        id=f"gid://shopify/DraftOrder/{draft_id}",
    )


def test_a_draft_comes_back_as_it_was_sent(store, shop):
    sent = draft(line(0, "19.99", quantity=2, variant=COFFEE_SET), line(1, "3.50"), line("tax", "1.25"))

    placed = shop.create_draft(sent)

    assert placed.total == sent.total
    assert placed.tags == sent.tags
    assert placed.attributes == sent.attributes
    assert [(x.position, x.variant_id, x.quantity, x.price) for x in placed.lines] == [
        ("0", COFFEE_SET, 2, Decimal("19.99")),
        ("1", None, 1, Decimal("3.50")),
        ("tax", None, 1, Decimal("1.25")),
    ]
    assert (placed.status, placed.order_id) == ("open", None)
    assert shop.draft(placed.draft_id) == placed


@pytest.mark.parametrize(
    ("because", "currency", "price", "shipping", "discount"),
    [
        ("the shop's own currency", "USD", "19.99", "5.01", "0"),
        ("three minor digits", "JOD", "12.345", "1.005", "0"),
        ("the smallest price", "EUR", "0.01", "0", "0"),
        ("a discount", "USD", "19.99", "5.01", "0.02"),
        ("as much as a cart may cost", "USD", "99999999.99", "0", "0"),
        ("nothing at all", "USD", "0.00", "0.00", "0"),
    ],
)
def test_the_total_is_the_partners_to_the_last_minor_unit(
    store, shop, because, currency, price, shipping, discount
):
    lines = (line(0, price, quantity=3, variant=COFFEE_SET), line(1, price, quantity=7))
    sent = draft(*lines, currency=currency, shipping=shipping, discount=discount)

    placed = shop.create_draft(sent)

    assert (placed.currency, placed.total) == (currency, sent.total)


def test_shopify_adds_no_tax_and_takes_nothing_off(store, shop):
    placed = shop.create_draft(draft())

    seen = inside(
        store,
        placed.draft_id,
        "taxExempt acceptAutomaticDiscounts allowDiscountCodesInCheckout totalTaxSet { shopMoney { amount } }"
        " poNumber note2 lineItems(first: 5) { nodes { taxable requiresShipping custom } }",
    )

    assert seen["taxExempt"] is True
    assert not seen["acceptAutomaticDiscounts"]
    assert not seen["allowDiscountCodesInCheckout"]
    assert Decimal(seen["totalTaxSet"]["shopMoney"]["amount"]) == 0
    assert (seen["poNumber"], seen["note2"]) == ("Z-1", "From Zain, order Z-1")
    custom = [x for x in seen["lineItems"]["nodes"] if x["custom"]]
    assert [(x["taxable"], x["requiresShipping"]) for x in custom] == [(False, False)]


@pytest.mark.parametrize(
    ("because", "country", "province", "code", "second_line"),
    [
        ("Shopify has no provinces there", "JO", "Amman Governorate", None, "Amman Governorate"),
        ("a code", "US", "ca", "CA", None),
        ("a name", "US", "California", "CA", None),
        ("the whole ISO code", "AE", "AE-DU", "DU", None),
        ("a code that is none", "US", "Kalifornien", None, "Kalifornien"),
        ("none was given", "US", None, None, None),
    ],
)
def test_a_province_is_a_code_where_shopify_knows_it_and_never_lost(
    store, shop, because, country, province, code, second_line
):
    sent = draft()
    address = replace(sent.address, country_code=country, province=province)

    placed = shop.create_draft(replace(sent, address=address))

    seen = inside(store, placed.draft_id, "shippingAddress { provinceCode address2 countryCodeV2 lastName }")
    assert seen["shippingAddress"]["address2"] == second_line
    assert seen["shippingAddress"]["provinceCode"] == code
    assert seen["shippingAddress"]["countryCodeV2"] == country


def test_a_draft_of_499_lines_is_whole(store, shop):
    lines = [line(number, "1.01", variant=COFFEE_SET if number % 2 else None) for number in range(499)]

    placed = shop.create_draft(draft(*lines))

    assert [x.position for x in placed.lines] == [str(number) for number in range(499)]
    assert shop.draft(placed.draft_id) == placed
    order = shop.order(shop.complete_draft(placed.draft_id, payment_pending=True).order_id)
    assert [x.position for x in order.lines] == [str(number) for number in range(499)]


def test_a_variant_that_is_gone_is_refused_in_shopifys_words(store, shop):
    with pytest.raises(ShopRefused, match="no longer available"):
        shop.create_draft(draft(line(0, "1.00", variant=999)))


def test_an_id_the_shop_does_not_have_is_none(store, shop):
    assert shop.draft(999) is None
    assert shop.order(999) is None


@pytest.mark.parametrize(("payment_pending", "status"), [(True, "pending"), (False, "paid")])
def test_completing_twice_makes_one_order(store, shop, payment_pending, status):
    placed = shop.create_draft(draft())

    first = shop.complete_draft(placed.draft_id, payment_pending=payment_pending)
    second = shop.complete_draft(placed.draft_id, payment_pending=payment_pending)

    assert first == second
    again = shop.draft(placed.draft_id)
    assert (again.status, again.order_id, again.order_name) == ("completed", first.order_id, first.order_name)
    order = shop.order(first.order_id)
    assert (order.financial_status, order.total) == (status, placed.total)
    assert order.tags == placed.tags
    assert order.attributes == placed.attributes


def test_completing_what_is_not_there_is_refused(store, shop):
    with pytest.raises(ShopRefused):
        shop.complete_draft(999, payment_pending=True)


def test_an_answer_that_was_lost_is_found_by_looking(store, shop):
    placed = shop.create_draft(draft())
    store.fault("lost_reply", operation="draftOrderComplete", times=1)

    with pytest.raises(OutcomeUnknown):
        shop.complete_draft(placed.draft_id, payment_pending=True)

    assert shop.draft(placed.draft_id).status == "completed"
    assert shop.complete_draft(placed.draft_id, payment_pending=True).order_id


def test_a_draft_whose_answer_was_lost_is_found_by_its_token(store, shop):
    sent = draft()
    before = shop.create_draft(draft()).created_at
    store.fault("lost_reply", operation="draftOrderCreate", times=1)

    with pytest.raises(OutcomeUnknown):
        shop.create_draft(sent)

    (found,) = shop.newest_drafts(since=before, token=sent.token.upper())
    assert (found.tags, found.total, len(found.lines)) == (sent.tags, sent.total, len(sent.lines))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("refuse", OutcomeUnknown),
        ("error_500", OutcomeUnknown),
        ("internal_error", OutcomeUnknown),
        ("throttle", Throttled),
    ],
)
def test_every_fault_has_its_error(store, shop, fault, error):
    store.fault(fault, operation="draftOrderCreate", times=1)

    with pytest.raises(error):
        shop.create_draft(draft())


def test_a_read_that_fails_is_not_a_draft_that_is_gone(store, shop):
    placed = shop.create_draft(draft())
    store.fault("internal_error", operation="draftOrder", times=1)

    with pytest.raises(ShopUnavailable):
        shop.draft(placed.draft_id)

    assert shop.draft(placed.draft_id) == placed


def test_the_newest_drafts_are_read_page_by_page_until_they_are_too_old(store, shop):
    wanted = shop.create_draft(draft())
    others = [shop.create_draft(draft(line(0, "1.00"))).draft_id for _ in range(55)]

    found = list(shop.newest_drafts(since=wanted.created_at - LONG_AGO, token=wanted.tags[0]))
    newest = [each.draft_id for each in islice(shop.newest_drafts(since=wanted.created_at), 3)]

    assert found == [wanted]
    assert newest == others[:-4:-1]
    assert list(shop.newest_drafts(since=wanted.created_at + LONG_AGO)) == []


def test_a_draft_that_was_made_is_never_said_not_to_be(store, shop):
    sent = draft(*[line(number, "1.00") for number in range(260)])
    before = shop.create_draft(draft()).created_at
    store.fault("internal_error", operation="draftOrder")

    with pytest.raises(OutcomeUnknown):
        shop.create_draft(sent)

    store.heal()
    assert len(list(shop.newest_drafts(since=before, token=sent.token))) == 1


def test_a_draft_is_found_although_searches_lag(store, shop):
    sent = draft()
    placed = shop.create_draft(sent)
    store.fault("stale_search", seconds=3600)

    assert list(shop.newest_drafts(since=placed.created_at, token=sent.token)) == [placed]
    store.heal()


def test_deleting_twice_is_fine(store, shop):
    placed = shop.create_draft(draft())

    shop.delete_draft(placed.draft_id)
    shop.delete_draft(placed.draft_id)

    assert shop.draft(placed.draft_id) is None


def test_a_line_that_staff_added_has_no_position(store, shop: Shop):
    placed = shop.create_draft(draft(line(0, "2.00", variant=OLIVE_BOARD)))
    staff(
        store,
        "mutation($id: ID!, $input: DraftOrderInput!) { draftOrderUpdate(id: $id, input: $input)"
        " { draftOrder { id } userErrors { message } } }",
        id=f"gid://shopify/DraftOrder/{placed.draft_id}",
        input={"lineItems": [{"title": "Gift wrap", "quantity": 1, "originalUnitPrice": "5.00"}]},
    )

    (only,) = shop.draft(placed.draft_id).lines

    assert (only.position, only.title, only.price) == (None, "Gift wrap", Decimal("5.00"))


def test_an_order_has_the_positions_of_its_draft(store, shop):
    order = placed_order(shop, line(0, "2.00", variant=OLIVE_BOARD), line(1, "3.00"), line("tax", "0.50"))

    assert {x.position: (x.variant_id, x.quantity, x.price) for x in order.lines} == {
        "0": (OLIVE_BOARD, 1, Decimal("2.00")),
        "1": (None, 1, Decimal("3.00")),
        "tax": (None, 1, Decimal("0.50")),
    }
