"""The shop itself, its locations, the app that asks, and looking anything up by its global id."""

from typing import Any

from graphql import GraphQLError

from simulator.connections import connection
from simulator.gids import InvalidGid, gid, parse
from simulator.records import Location
from simulator.registry import Context, query, resolves
from simulator.search import Terms, matches
from simulator.stock import ON_SHELF, level_by_gid
from simulator.tokens import SCOPES

APP_ID = 2_580_111_361
VERSIONS = ("2026-10", "2026-07", "2026-04", "2026-01")


@query("shop")
def shop(context: Context) -> dict[str, Any]:
    settings = context.store.settings
    name = settings.shop.removesuffix(".myshopify.com")
    url = f"https://{settings.shop}"
    return {
        "__typename": "Shop",
        "id": gid("Shop", 63_755_419_881),
        "name": name,
        "email": f"owner@{settings.shop}",
        "contactEmail": f"owner@{settings.shop}",
        "myshopifyDomain": settings.shop,
        "currencyCode": settings.currency,
        "enabledPresentmentCurrencies": sorted(
            {settings.currency, *(settings.presents or "JOD EUR SAR AED").split()}
        ),
        "currencyFormats": {
            "moneyFormat": "${{amount}}",
            "moneyWithCurrencyFormat": "${{amount}} USD",
        },
        "taxesIncluded": False,
        "taxShipping": False,
        "ianaTimezone": "Asia/Amman",
        "timezoneAbbreviation": "+03",
        "timezoneOffset": "+0300",
        "plan": {"displayName": "Development", "partnerDevelopment": True, "shopifyPlus": False},
        "primaryDomain": {"host": settings.shop, "url": url, "sslEnabled": True},
        "shopAddress": {"countryCodeV2": "JO", "country": "Jordan", "city": "Amman"},
        "orderNumberFormatPrefix": "#",
        "url": url,
        "weightUnit": "KILOGRAMS",
        "unitSystem": "METRIC_SYSTEM",
    }


@query("location")
def location(context: Context, id: str | None = None) -> Any:  # noqa: A002 - GraphQL's name
    """A location; the shop's default one without an id."""
    if id is None:
        return context.store.default_location
    return context.find("Location", id)


@query("locations")
def locations(context: Context, **arguments: Any) -> Any:
    terms = Terms(arguments.get("query"))
    found = [one for one in context.store.all("Location") if matches(one, terms)]
    return connection(sorted(found, key=lambda one: one.name), arguments, key=lambda one: one.name)


@query("locationsCount")
def locations_count(context: Context, **_arguments: Any) -> Any:
    return {"count": len(context.store.table("Location")), "precision": "EXACT"}


@resolves("Location", "address")
def address(record: Location, _context: Context) -> dict[str, Any]:
    return {"countryCode": record.country_code, "country": "Jordan", "formatted": ["Jordan"]}


@resolves("Location", "isPrimary")
def is_primary(record: Location, context: Context) -> bool:
    return record is context.store.default_location


@resolves("Location", "shipsInventory", "fulfillsOnlineOrders", "hasActiveInventory")
def yes(_record: Location, _context: Context) -> bool:
    return True


@query("node")
def node(context: Context, id: str) -> Any:  # noqa: A002 - GraphQL's name
    """Anything that has a global id, or null."""
    try:
        kind, number = parse(id)
    except InvalidGid as error:
        raise GraphQLError(
            f"Invalid global id '{id}'", extensions={"code": "argumentLiteralsIncompatible"}
        ) from error
    if kind == "Shop":
        return shop(context)
    if kind == "InventoryLevel":
        return level_by_gid(context.store, id)
    return context.store.get(kind, number)


@query("nodes")
def nodes(context: Context, ids: list[str]) -> list[Any]:
    """The same for many; null in the place of what is not there."""
    return [node(context, one) for one in ids]


@query("job")
def job(context: Context, id: str) -> Any:  # noqa: A002 - GraphQL's name
    return context.store.get("Job", id.rpartition("/")[2])


@query("currentAppInstallation")
def current_app_installation(context: Context) -> dict[str, Any]:
    granted = context.store.settings.scopes or SCOPES
    return {
        "id": gid("AppInstallation", APP_ID + 1),
        "app": {
            "id": gid("App", APP_ID),
            "title": "JafarShop Bridge",
            "handle": "jafarshop-bridge",
        },
        "accessScopes": [{"handle": scope, "description": scope} for scope in granted.split(",")],
        "launchUrl": "https://example.com/",
    }


@query("appInstallation")
def app_installation(context: Context, **_arguments: Any) -> Any:
    return current_app_installation(context)


@query("app")
def app(context: Context, **_arguments: Any) -> Any:
    return current_app_installation(context)["app"]


@query("inventoryProperties")
def inventory_properties(_context: Context) -> dict[str, Any]:
    """The states of stock. What is on hand comprises those that lie on the shelf."""
    shelf = list(ON_SHELF)
    names = [*shelf, "incoming", "on_hand"]
    return {
        "quantityNames": [
            {
                "name": name,
                "displayName": name.replace("_", " ").capitalize(),
                "isInUse": True,
                "belongsTo": ["on_hand"] if name in shelf else [],
                "comprises": shelf if name == "on_hand" else [],
            }
            for name in names
        ]
    }


@query("publicApiVersions")
def public_api_versions(_context: Context) -> list[dict[str, Any]]:
    return [{"handle": one, "displayName": one, "supported": True} for one in VERSIONS]
