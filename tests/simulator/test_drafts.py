"""What a draft comes to, and what it may not be: as captured answers of Shopify (2025-01 and 2026-04) show."""

import pytest

from tests.simulator.sales import (
    COFFEE,
    amount,
    create,
    custom,
    draft_input,
    mutate,
    try_create,
)

GONE = "gid://shopify/ProductVariant/999999999999999999"


@pytest.mark.parametrize(("because", "wish", "field", "message"), [
    ("no lines", {"lineItems": []}, None, "Add at least 1 product"),
    ("an unknown variant", {"lineItems": [{"variantId": GONE, "quantity": 1}]}, None,
     "Product with ID 999999999999999999 is no longer available."),
    ("a custom line without a title", {"lineItems": [{"quantity": 1, "originalUnitPrice": "10.00"}]}, None,
     "Merchandise title is empty."),
    ("quantity 0", {"lineItems": [custom(quantity=0)]}, ["lineItems", "0", "quantity"],
     "Quantity must be greater than or equal to 1"),
    ("a negative price", {"lineItems": [custom("-1.00")]}, None, "Cannot send negative price for line_item"),
    ("a hold until yesterday", draft_input(reserveInventoryUntil="2020-01-01T00:00:00Z"), None,
     "Reserve until can't be in the past"),
    ("no mail address", draft_input(email="not-an-email"), ["email"], "Email is invalid"),
    ("terms without a template", draft_input(paymentTerms={"paymentSchedules": []}), None,
     "Payment terms template id can not be empty."),
    ("a tag of 41 characters", draft_input(tags=["x" * 41]), ["tags", "0"],
     "Title Tag exceeds the maximum length of 40 characters"),
    ("an address without a last name", draft_input(shippingAddress={"firstName": "A", "countryCode": "JO"}),
     ["shippingAddress", "lastName"], "Enter a last name"),
    ("a phone that is none",
     draft_input(shippingAddress={"lastName": "A", "countryCode": "JO", "phone": "not a phone"}),
     ["shippingAddress", "phone"], "Phone is invalid"),
])  # fmt: skip
def test_what_shopify_refuses_is_refused_in_its_words(shop, because, wish, field, message):
    payload = try_create(shop, wish)

    assert payload == {"draftOrder": None, "userErrors": [{"field": field, "message": message}]}
    assert shop.state()["draft_orders"] == []


def test_a_bad_address_lists_everything_that_is_wrong_with_it(shop):
    address = {"address1": "3 Bad Province", "city": "Chicago", "countryCode": "US", "provinceCode": "ON"}

    assert try_create(shop, draft_input(shippingAddress=address))["userErrors"] == [
        {"field": ["shippingAddress", "lastName"], "message": "Enter a last name"},
        {"field": ["shippingAddress", "zip"], "message": "Enter a ZIP code"},
        {"field": ["shippingAddress", "province"], "message": "State is not a valid state in United States"},
    ]


@pytest.mark.parametrize(("because", "name", "count", "limit"), [
    ("a draft has at most 250 tags", "tags", 251, 250),
    ("a draft has at most 499 lines", "lineItems", 500, 499),
])  # fmt: skip
def test_too_long_a_list_is_no_user_error_but_an_error_of_the_request(shop, because, name, count, limit):
    content = [f"tag-{n}" for n in range(count)] if name == "tags" else [custom() for _ in range(count)]
    answer = shop.graphql(
        "mutation Create($input: DraftOrderInput!) {\n  draftOrderCreate(input: $input) { draftOrder { id } } }",
        {"input": draft_input(**{name: content})},
    )

    message = f"The input array size of {count} is greater than the maximum allowed of {limit}."
    (error,) = answer["errors"]
    assert error["message"] == message
    assert error["extensions"] == {"code": "MAX_INPUT_SIZE_EXCEEDED"}
    assert error["path"] == ["draftOrderCreate", "input", name]
    assert error["locations"] == [{"line": 2, "column": 3}]
    assert "data" not in answer
    assert answer["extensions"]["cost"]["actualQueryCost"] is None


def test_a_catalog_line_ignores_what_is_typed_over_it(shop):
    bogus = {"title": "Bogus", "sku": "BOGUS", "originalUnitPrice": "0.01", "taxable": False,
             "requiresShipping": False}  # fmt: skip

    (line,) = create(shop, {"variantId": COFFEE, "quantity": 2, **bogus})["lineItems"]["nodes"]

    assert (line["title"], line["sku"], line["custom"]) == ("Ceramic Coffee Set", "JDTQ1834", False)
    assert (line["taxable"], line["requiresShipping"]) == (True, True)
    assert amount(line["originalUnitPriceSet"]) == "29.99"


def test_only_an_override_changes_the_price_of_a_catalog_line(shop):
    line = {"variantId": COFFEE, "quantity": 2, "priceOverride": {"amount": "12.5", "currencyCode": "USD"}}

    assert amount(create(shop, line)["totalPriceSet"]) == "25.0"


def test_a_custom_line_without_a_price_costs_nothing(shop):
    assert amount(create(shop, {"title": "Gift", "quantity": 1})["totalPriceSet"]) == "0.0"


def test_discounts_shipping_and_lines_add_up_as_captured(shop):
    made = create(
        shop,
        custom("20.00", 2, appliedDiscount={"value": 10, "valueType": "PERCENTAGE", "title": "Service"}),
        appliedDiscount={"value": 5, "valueType": "FIXED_AMOUNT", "title": "Loyalty credit"},
        shippingLine={"title": "Courier", "priceWithCurrency": {"amount": "7.25", "currencyCode": "USD"}},
    )

    assert amount(made["subtotalPriceSet"]) == "31.0"
    assert amount(made["totalDiscountsSet"]) == "9.0"
    assert amount(made["totalShippingPriceSet"]) == "7.25"
    assert amount(made["totalPriceSet"]) == "38.25"
    assert amount(made["appliedDiscount"]["amountSet"]) == "5.0"
    assert made["shippingLine"] == {"title": "Courier", "code": "custom", "custom": True}


def test_an_order_discount_takes_off_no_more_than_the_lines_cost(shop):
    made = create(
        shop,
        custom("3.00"),
        appliedDiscount={"value": 5, "valueType": "FIXED_AMOUNT"},
        shippingLine={"title": "Courier", "price": "2.00"},
    )

    assert amount(made["totalPriceSet"]) == "2.0"


@pytest.mark.parametrize(("because", "wish", "total"), [
    ("whoever forgets it pays the shop's tax on taxable lines", {"taxExempt": False}, "132.0"),
    ("an exempt draft is not taxed", {"taxExempt": True}, "120.0"),
])  # fmt: skip
def test_the_shop_charges_tax_unless_it_is_told_not_to(shop, because, wish, total):
    lines = [custom("75.00", taxable=True), custom("25.00"), custom("20.00")]
    shop.settings(tax_rate="0.16")

    assert amount(create(shop, *lines, **wish)["totalPriceSet"]) == total


def test_another_currency_is_presented_one_to_one_with_all_its_digits(shop):
    line = custom()
    del line["originalUnitPrice"]
    line["originalUnitPriceWithCurrency"] = {"amount": "1.234", "currencyCode": "JOD"}

    total = create(shop, line, presentmentCurrencyCode="JOD")["totalPriceSet"]

    assert total["presentmentMoney"] == {"amount": "1.234", "currencyCode": "JOD"}
    assert total["shopMoney"] == {"amount": "1.23", "currencyCode": "USD"}


def test_tags_are_trimmed_and_sorted_and_each_is_kept_once(shop):
    assert create(shop, tags=["b", " a ", "b", ""])["tags"] == ["a", "b"]


def test_a_calculation_answers_totals_and_keeps_nothing(shop):
    payload = mutate(
        shop, "draftOrderCalculate", "$input: DraftOrderInput!",
        "calculatedDraftOrder { totalPriceSet { shopMoney { amount } } lineItems { title quantity } } "
        "userErrors { message }",
        input=draft_input(custom("10.00", 3)),
    )  # fmt: skip

    assert payload["calculatedDraftOrder"] == {
        "totalPriceSet": {"shopMoney": {"amount": "30.0"}},
        "lineItems": [{"title": "Gift wrap", "quantity": 3}],
    }
    assert shop.state()["draft_orders"] == []
