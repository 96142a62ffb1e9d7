"""Bodies have the keys of Shopify's documented samples (2026-04), and say what is true."""

from tests.simulator.listening import Inbox
from tests.simulator.orders import cancel, draft, number_of, place, send
from tests.simulator.shops import open_shop
from tests.simulator.stocks import UNTRACK, at
from tests.simulator.test_webhook_topics import DELIVER, UNSEND

ADDRESS = """address1 address2 city company country country_code first_name last_name latitude longitude
    name phone province province_code zip"""
SAMPLES = {
    "orders": """admin_graphql_api_id app_id billing_address browser_ip buyer_accepts_marketing
        cancel_reason cancelled_at cart_token checkout_token client_details closed_at confirmation_number
        confirmed contact_email created_at currency current_shipping_price_set current_subtotal_price
        current_subtotal_price_set current_total_additional_fees_set current_total_discounts
        current_total_discounts_set current_total_duties_set current_total_price
        current_total_price_set current_total_tax current_total_tax_set customer customer_locale device_id
        discount_applications discount_codes duties_included email estimated_taxes financial_status
        fulfillment_status fulfillments id landing_site landing_site_ref line_item_groups line_items
        location_id merchant_business_entity_id merchant_of_record_app_id name note note_attributes number
        order_number order_status_url original_total_additional_fees_set original_total_duties_set
        payment_gateway_names payment_terms phone po_number presentment_currency processed_at reference
        referring_site refunds returns shipping_address shipping_lines source_identifier source_name
        source_url subtotal_price subtotal_price_set tags tax_exempt tax_lines taxes_included test token
        total_cash_rounding_payment_adjustment_set total_cash_rounding_refund_adjustment_set
        total_discounts total_discounts_set total_line_items_price total_line_items_price_set
        total_outstanding total_price total_price_set total_shipping_price_set total_tax total_tax_set
        total_tip_received total_weight updated_at user_id""",
    "orders line": """admin_graphql_api_id attributed_staffs current_quantity discount_allocations duties
        fulfillable_quantity fulfillment_service fulfillment_status gift_card grams id name price price_set
        product_exists product_id properties quantity requires_shipping sales_line_item_group_id sku
        tax_lines taxable title total_discount total_discount_set variant_id variant_inventory_management
        variant_title vendor""",
    "orders shipping line": """carrier_identifier code current_discounted_price_set discount_allocations
        discounted_price discounted_price_set id is_removed phone price price_set
        requested_fulfillment_service_id source tax_lines title""",
    "draft_orders": """admin_graphql_api_id allow_discount_codes_in_checkout? api_client_id
        applied_discount b2b? billing_address completed_at created_at created_on_api_version_handle currency
        customer email id invoice_sent_at invoice_url line_items name note note_attributes order_id
        payment_terms shipping_address shipping_line status subtotal_price tags tax_exempt tax_lines
        taxes_included total_price total_tax updated_at""",
    "draft_orders line": """admin_graphql_api_id applied_discount custom fulfillment_service gift_card grams
        id name price product_id properties quantity requires_shipping sku tax_lines taxable title
        variant_id variant_title vendor""",
    "fulfillments": """admin_graphql_api_id created_at destination email id line_items location_id name
        order_id origin_address receipt service shipment_status status tracking_company tracking_number
        tracking_numbers tracking_url tracking_urls updated_at""",
    "fulfillments line": """admin_graphql_api_id discount_allocations duties fulfillable_quantity
        fulfillment_service fulfillment_status gift_card grams id name price price_set product_exists
        product_id properties quantity requires_shipping sku tax_lines taxable title total_discount
        total_discount_set variant_id variant_inventory_management variant_title vendor""",
    "fulfillment_events": """address1 admin_graphql_api_id city country created_at estimated_delivery_at
        fulfillment_id happened_at id latitude longitude message order_id province shop_id status
        updated_at zip""",
    "refunds": """admin_graphql_api_id created_at duties id note order_adjustments order_id processed_at
        refund_line_items refund_shipping_lines restock return total_duties_set transactions user_id""",
    "refunds line": """id line_item line_item_id location_id quantity restock_type subtotal subtotal_set
        total_tax total_tax_set""",
    "refunds transaction": """admin_graphql_api_id amount amount_rounding authorization created_at currency
        device_id error_code gateway id kind location_id manual_payment_gateway message order_id parent_id
        payment_id processed_at receipt source_name status test total_unsettled_set user_id""",
    "products": """admin_graphql_api_id body_html category created_at handle
        has_variants_that_requires_components id image images media options product_type published_at
        published_scope status tags template_suffix title updated_at variant_gids variants vendor""",
    "app": """address1 address2 auto_configure_tax_inclusivity checkout_api_supported city country
        country_code country_name county_taxes created_at currency customer_email domain
        eligible_for_payments email enabled_presentment_currencies finances google_apps_domain
        google_apps_login_enabled has_discounts has_gift_cards has_storefront iana_timezone id
        latitude longitude marketing_sms_consent_enabled_at_checkout money_format
        money_in_emails_format money_with_currency_format money_with_currency_in_emails_format
        multi_location_enabled myshopify_domain name password_enabled phone plan_display_name
        plan_name pre_launch_enabled primary_locale primary_location_id province province_code
        requires_extra_payments_agreement setup_required shop_owner source tax_shipping
        taxes_included timezone transactional_sms_disabled updated_at weight_unit zip""",
    "inventory_items": """admin_graphql_api_id cost country_code_of_origin country_harmonized_system_codes
        created_at harmonized_system_code id province_code_of_origin requires_shipping sku tracked updated_at
        weight_unit weight_value""",
    "products variant": """admin_graphql_api_id barcode compare_at_price created_at id image_id
        inventory_item_id inventory_policy inventory_quantity old_inventory_quantity option1 option2 option3
        position price product_id sku taxable title updated_at""",
}  # fmt: skip


def has_keys_of(body: dict, sample: str) -> None:
    assert set(body) == set(SAMPLES[sample].split())


def test_a_draft(told):
    shop, news = told

    made = draft(shop)

    [letter] = news()
    body = letter.body
    has_keys_of(body, "draft_orders")
    assert set(body["shipping_address"]) == set(ADDRESS.split())
    line, custom = body["line_items"]
    has_keys_of(line, "draft_orders line")
    expected = {
        "id": number_of(made), "status": "open", "order_id": None, "completed_at": None, "name": "#D1",
        "tags": "bridge-1, partner", "note_attributes": [{"name": "bridge_order", "value": "1"}],
        "total_price": "58.50", "subtotal_price": "53.50", "total_tax": "0.00", "currency": "USD",
        "tax_exempt": True, "admin_graphql_api_id": made,
        "shipping_line": {"title": "Courier", "custom": True, "handle": None, "price": "5.00"},
    }  # fmt: skip
    assert {key: body[key] for key in expected} == expected
    assert (line["price"], line["quantity"], line["custom"]) == ("25.00", 2, False)
    assert line["properties"] == [{"name": "_bridge_item", "value": "0"}]
    assert (custom["variant_id"], custom["title"], custom["custom"]) == (None, "Gift wrap", True)


def test_an_order(told):
    shop, news = told

    order = place(shop)

    letters = {letter.topic: letter.body for letter in news()}
    body = letters["orders/create"]
    has_keys_of(body, "orders")
    assert letters["orders/paid"] == letters["orders/updated"] == body
    line, custom = body["line_items"]
    has_keys_of(line, "orders line")
    has_keys_of(body["shipping_lines"][0], "orders shipping line")
    expected = {
        "id": number_of(order), "name": "#1001", "order_number": 1001, "number": 1,
        "financial_status": "paid", "fulfillment_status": None, "cancelled_at": None, "closed_at": None,
        "tags": "bridge-1, partner", "note_attributes": [{"name": "bridge_order", "value": "1"}],
        "total_price": "58.50", "current_total_price": "58.50", "total_outstanding": "0.00",
        "currency": "USD", "presentment_currency": "USD", "payment_gateway_names": ["manual"],
        "fulfillments": [], "refunds": [], "source_identifier": None,
    }  # fmt: skip
    assert {key: body[key] for key in expected} == expected
    assert (line["quantity"], line["current_quantity"], line["fulfillable_quantity"]) == (2, 2, 2)
    assert line["properties"] == [{"name": "_bridge_item", "value": "0"}]
    assert custom["sku"] is None  # "" on the draft (captured).
    update = letters["draft_orders/update"]
    assert (update["status"], update["order_id"]) == ("completed", number_of(order))
    assert update["completed_at"] is not None


def test_amounts_in_another_currency_are_the_shops_and_the_customers(told):
    shop, news = told

    place(
        shop, presentmentCurrencyCode="JOD", shippingLine=None,
        lineItems=[
            {
                "title": "Tea", "quantity": 3, "taxable": False,
                "originalUnitPriceWithCurrency": {"amount": "1.125", "currencyCode": "JOD"},
            }
        ],
    )  # fmt: skip

    body = next(letter.body for letter in news() if letter.topic == "orders/create")
    assert (body["currency"], body["presentment_currency"]) == ("USD", "JOD")
    assert body["total_price_set"] == {
        "shop_money": {"amount": "3.38", "currency_code": "USD"},
        "presentment_money": {"amount": "3.375", "currency_code": "JOD"},
    }


def test_a_parcel_on_its_way(told):
    shop, news = told
    order = place(shop)
    news()

    parcel = send(shop, order, units=1)
    letters = {letter.topic: letter.body for letter in news()}
    body = letters["fulfillments/create"]
    has_keys_of(body, "fulfillments")
    [line] = body["line_items"]
    has_keys_of(line, "fulfillments line")
    expected = {
        "id": number_of(parcel), "order_id": number_of(order), "status": "success", "name": "#1001.1",
        "shipment_status": None, "tracking_company": "Aramex", "tracking_number": "AX-1",
        "tracking_numbers": ["AX-1", "AX-2"], "tracking_url": "https://example.com/AX-1",
        "tracking_urls": ["https://example.com/AX-1", "https://example.com/AX-2"],
    }  # fmt: skip
    assert {key: body[key] for key in expected} == expected
    assert (line["quantity"], line["fulfillable_quantity"], line["fulfillment_status"]) == (1, 1, "partial")
    whole = letters["orders/updated"]
    assert whole["fulfillment_status"] == "partial"
    assert whole["fulfillments"] == [body]
    assert [one["fulfillment_status"] for one in whole["line_items"]] == ["partial", None]

    shop.data(DELIVER, {"event": {"fulfillmentId": parcel, "status": "OUT_FOR_DELIVERY", "city": "Irbid"}})
    letters = {letter.topic: letter.body for letter in news()}
    event = letters["fulfillment_events/create"]
    has_keys_of(event, "fulfillment_events")
    assert (event["status"], event["city"]) == ("out_for_delivery", "Irbid")
    assert (event["fulfillment_id"], event["order_id"]) == (number_of(parcel), number_of(order))
    assert letters["fulfillments/update"]["shipment_status"] == "out_for_delivery"

    shop.data(UNSEND, {"id": parcel})
    letters = {letter.topic: letter.body for letter in news()}
    gone = letters["fulfillments/update"]
    assert (gone["status"], gone["tracking_numbers"]) == ("cancelled", ["AX-1", "AX-2"])
    assert letters["orders/updated"]["fulfillment_status"] is None


def test_a_refund_and_what_it_left(told):
    shop, news = told
    order = place(shop)
    news()

    cancel(shop, order, refund=True)

    letters = {letter.topic: letter.body for letter in news()}
    body = letters["refunds/create"]
    has_keys_of(body, "refunds")
    first, _ = body["refund_line_items"]
    has_keys_of(first, "refunds line")
    has_keys_of(first["line_item"], "fulfillments line")
    assert (body["order_id"], body["restock"]) == (number_of(order), True)
    assert (first["quantity"], first["restock_type"], first["subtotal"]) == (2, "cancel", 50.0)
    [payment] = body["transactions"]
    has_keys_of(payment, "refunds transaction")
    assert (payment["kind"], payment["status"], payment["amount"]) == ("refund", "success", "58.50")
    [shipping] = body["order_adjustments"]
    assert (shipping["kind"], shipping["amount"]) == ("shipping_refund", "-5.00")
    assert letters["orders/cancelled"]["refunds"] == [body]


def test_a_product(told):
    shop, news = told

    place(shop)

    body = next(letter.body for letter in news() if letter.topic == "products/update")
    has_keys_of(body, "products")
    [variant] = body["variants"]
    has_keys_of(variant, "products variant")
    assert (variant["sku"], variant["inventory_quantity"]) == ("JDTQ1834", 10_498)


def test_the_shop_that_an_app_leaves(told):
    shop, news = told

    shop.data("mutation { appUninstall { app { id } } }")

    [letter] = news()
    has_keys_of(letter.body, "app")
    assert letter.body["myshopify_domain"] == "jafarshop.myshopify.com"


def test_an_item(told):
    shop, news = told

    shop.data(UNTRACK, {"id": at(shop, "JDTQ1834")["inventoryItemId"], "input": {"sku": "NEW"}})

    body = next(letter.body for letter in news() if letter.topic == "inventory_items/update")
    has_keys_of(body, "inventory_items")
    assert (body["sku"], body["tracked"]) == ("NEW", True)


def test_a_body_is_what_was_true_at_its_time_however_late_it_comes():
    with Inbox() as inbox, open_shop(webhooks_to=inbox.url) as shop:
        shop.fault("webhook_delay", operation="orders/create", seconds=3)
        order = place(shop, pending=True)
        cancel(shop, order)
        inbox.wait_for("orders/create", "orders/cancelled")

    [late] = inbox.of("orders/create")
    assert late.body["cancelled_at"] is None
    assert inbox.letters.index(inbox.of("orders/cancelled")[0]) < inbox.letters.index(late)
