"""The bodies of inventory_*, products/*, bulk_operations/finish and app/uninstalled."""

from simulator.gids import gid
from simulator.money import money_text
from simulator.records import BulkOperation, InventoryItem, InventoryLevel, Product, Variant
from simulator.state import Store
from simulator.stock import level_gid
from simulator.webhooks.shapes import SHOP_ID, SHOP_ZONE, Json, when

FULL_VARIANTS = 100  # products/update carries no more of them in full

UNKNOWN_OF_THE_SHOP = (
    "address1", "address2", "auto_configure_tax_inclusivity",
    "checkout_api_supported", "county_taxes", "eligible_for_payments", "finances",
    "google_apps_domain", "google_apps_login_enabled", "has_discounts",
    "has_gift_cards", "latitude", "longitude",
    "marketing_sms_consent_enabled_at_checkout", "money_format",
    "money_in_emails_format", "money_with_currency_format",
    "money_with_currency_in_emails_format", "password_enabled", "phone",
    "pre_launch_enabled", "province", "province_code",
    "requires_extra_payments_agreement", "setup_required", "source", "tax_shipping",
    "transactional_sms_disabled", "zip",
)  # fmt: skip


def inventory_level(record: InventoryLevel, _store: Store) -> Json:
    """What can be sold at one location; the id is the level's, not the item's."""
    return {
        "inventory_item_id": record.item.id,
        "location_id": record.location.id,
        "available": record.quantities["available"] if record.item.tracked else None,
        "updated_at": when(record.updated_at),
        "admin_graphql_api_id": level_gid(record),
    }


def inventory_level_gone(record: InventoryLevel, _store: Store) -> Json:
    """The item is no longer stocked there."""
    return {"inventory_item_id": record.item.id, "location_id": record.location.id}


def inventory_item(record: InventoryItem, _store: Store) -> Json:
    """An item; its quantities are not in here."""
    return {
        "id": record.id,
        "sku": record.sku,
        "created_at": when(record.created_at),
        "updated_at": when(record.updated_at),
        "requires_shipping": record.requires_shipping,
        "cost": None,
        "country_code_of_origin": None,
        "province_code_of_origin": None,
        "harmonized_system_code": None,
        "tracked": record.tracked,
        "country_harmonized_system_codes": [],
        "weight_value": 0.0,
        "weight_unit": "kg",
        "admin_graphql_api_id": gid("InventoryItem", record.id),
    }


def inventory_item_gone(record: InventoryItem, _store: Store) -> Json:
    return {
        "id": record.id,
        "country_code_of_origin": None,
        "province_code_of_origin": None,
        "harmonized_system_code": None,
        "country_harmonized_system_codes": [],
        "admin_graphql_api_id": gid("InventoryItem", record.id),
    }


def product(record: Product, store: Store) -> Json:
    """A product with its first hundred variants in full, and the ids of all."""
    return {
        "admin_graphql_api_id": gid("Product", record.id),
        "body_html": None,
        "created_at": when(record.created_at),
        "handle": record.handle,
        "id": record.id,
        "product_type": record.product_type,
        "published_at": when(record.created_at),
        "template_suffix": None,
        "title": record.title,
        "updated_at": when(record.updated_at),
        "vendor": record.vendor,
        "status": record.status.lower(),
        "published_scope": "global",
        "tags": ", ".join(record.tags),
        "variants": [_variant(one, store) for one in record.variants[:FULL_VARIANTS]],
        "options": [
            {
                "name": "Title", "id": record.id + 1, "product_id": record.id, "position": 1,
                "values": [one.title for one in record.variants],
            }
        ],
        "images": [],
        "image": None,
        "media": [],
        "variant_gids": [
            {
                "admin_graphql_api_id": gid("ProductVariant", one.id),
                "updated_at": one.updated_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            }
            for one in record.variants
        ],
        "has_variants_that_requires_components": False,
        "category": None,
    }  # fmt: skip


def _variant(record: Variant, store: Store) -> Json:
    item = record.inventory_item
    available = sum(one.quantities["available"] for one in item.levels.values() if one.is_active)
    return {
        "admin_graphql_api_id": gid("ProductVariant", record.id),
        "barcode": None,
        "compare_at_price": None,
        "created_at": when(record.created_at),
        "id": record.id,
        "inventory_policy": record.inventory_policy.lower(),
        "position": record.position,
        "price": money_text(record.price, store.settings.currency),
        "product_id": record.product.id,
        "sku": item.sku,
        "taxable": record.taxable,
        "title": record.title,
        "updated_at": when(record.updated_at),
        "option1": record.title,
        "option2": None,
        "option3": None,
        "image_id": None,
        "inventory_item_id": item.id,
        "inventory_quantity": available,
        "old_inventory_quantity": available,
    }


def bulk_operation(record: BulkOperation, _store: Store) -> Json:
    """That it has ended, and how; where the file lies is not said."""
    return {
        "admin_graphql_api_id": gid("BulkOperation", record.id),
        "completed_at": when(record.completed_at),
        "created_at": when(record.created_at),
        "error_code": record.error_code.lower() if record.error_code else None,
        "status": record.status.lower(),
        "type": "query",
    }


def shop(_record: object, store: Store) -> Json:
    """The shop that the app was removed from; what this shop does not know of itself is null."""
    settings = store.settings
    name = settings.shop.removesuffix(".myshopify.com")
    opened = when(store.default_location.created_at)
    return dict.fromkeys(UNKNOWN_OF_THE_SHOP) | {
        "id": SHOP_ID,
        "name": name,
        "email": f"owner@{settings.shop}",
        "customer_email": f"owner@{settings.shop}",
        "domain": settings.shop,
        "myshopify_domain": settings.shop,
        "city": "Amman",
        "country": "JO",
        "country_code": "JO",
        "country_name": "Jordan",
        "currency": settings.currency,
        "enabled_presentment_currencies": [settings.currency],
        "primary_locale": "en",
        "timezone": f"(GMT+03:00) {SHOP_ZONE.key}",
        "iana_timezone": SHOP_ZONE.key,
        "shop_owner": name,
        "plan_display_name": "Development",
        "plan_name": "partner_test",
        "weight_unit": "kg",
        "taxes_included": False,
        "has_storefront": True,
        "primary_location_id": store.default_location_id,
        "multi_location_enabled": True,
        "created_at": opened,
        "updated_at": opened,
    }
