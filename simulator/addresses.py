"""Mailing addresses: what Shopify accepts, in the words in which it refuses the rest."""

from typing import Any

import phonenumbers
import pycountry

from simulator.records import Address
from simulator.state import Store

# Countries whose addresses Shopify demands a postal code for; Jordan's have none that anybody uses.
ZIP_NAMES = {
    "US": "ZIP code",
    "CA": "postal code",
    "GB": "postcode",
    "DE": "postal code",
    "FR": "postal code",
}
ZONE_NAMES = {"US": "State", "CA": "Province"}

UserError = dict[str, Any]


def user_error(message: str, *field: str, **more: Any) -> UserError:
    """An entry of `userErrors`; without a field it is null, as Shopify has it."""
    return {"field": list(field) or None, "message": message, **more}


def is_phone(text: str, country: str | None = None) -> bool:
    """Whether Shopify would take it for a phone number."""
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(text, country))
    except phonenumbers.NumberParseException:
        return False


def country_name(code: str | None) -> str | None:
    """The name that Shopify shows for an ISO 3166-1 alpha-2 code."""
    found = pycountry.countries.get(alpha_2=code) if code else None
    return getattr(found, "common_name", found.name) if found else None


def _province(country: str, given: str) -> Any:
    """The subdivision that a code ("ON") or a name means, or None."""
    known = pycountry.subdivisions.get(country_code=country) or ()
    for one in known:
        if given.upper() == one.code.partition("-")[2] or given.lower() == one.name.lower():
            return one
    return None


def read_address(
    store: Store, given: dict[str, Any] | None, field: str
) -> tuple[Address | None, list[UserError]]:
    """The address of a `MailingAddressInput`, and what is wrong with it.

    :param field: what the input calls it, for the errors: shippingAddress
    """
    if given is None:
        return None, []
    errors: list[UserError] = []
    country = given.get("countryCode") or _country_code(given.get("country"))
    if not (given.get("lastName") or "").strip():
        errors.append(user_error("Enter a last name", field, "lastName"))
    if country in ZIP_NAMES and not given.get("zip"):
        errors.append(user_error(f"Enter a {ZIP_NAMES[country]}", field, "zip"))
    zone = given.get("provinceCode") or given.get("province")
    province = _province(country, zone) if country and zone else None
    if zone and province is None and country in ZONE_NAMES:
        name, where = ZONE_NAMES[country], country_name(country)
        errors.append(user_error(f"{name} is not a valid {name.lower()} in {where}", field, "province"))
    if given.get("phone") and not is_phone(given["phone"], country):
        errors.append(user_error("Phone is invalid", field, "phone"))
    if errors:
        return None, errors
    return Address(
        id=store.next_id(),
        first_name=given.get("firstName"), last_name=given.get("lastName"),
        company=given.get("company"),
        address1=given.get("address1"), address2=given.get("address2"), city=given.get("city"),
        province=province.name if province else given.get("province"),
        province_code=province.code.partition("-")[2] if province else None,
        country=country_name(country), country_code=country,
        zip=given.get("zip"), phone=given.get("phone"),
    ), []  # fmt: skip


def _country_code(name: str | None) -> str | None:
    if not name:
        return None
    try:
        return str(pycountry.countries.lookup(name).alpha_2)
    except LookupError:
        return None
