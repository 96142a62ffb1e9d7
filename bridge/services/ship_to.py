"""Where a parcel goes, in the form Shopify takes: what it would refuse goes to the note, never lost.

A decision like those in `bridge.domain`, kept here because it rests on two libraries of names and numbers.
"""

import phonenumbers
import pycountry

from bridge.domain.shop_values import DraftAddress
from bridge.models import Order

_MAX_FIELD = 255

# Countries whose people write a state by its name or its code alike, and whose codes are ISO 3166-2's.
_COUNTRIES_WITH_STATES = frozenset({"AU", "CA", "US"})


def ship_to(order: Order) -> tuple[DraftAddress, tuple[str, ...]]:
    """Return the address for the draft, and sentences for the note about what did not fit into it."""
    first_name, last_name = split_name(order.customer_name)
    phone = accepted_phone(order.customer_phone, order.shipping_country_code)
    fields = {
        "first_name": first_name,
        "last_name": last_name,
        "address1": order.shipping_street,
        "city": order.shipping_city,
        "zip": order.shipping_postal_code,
        "province": province(order.shipping_state, order.shipping_country_code),
    }
    remarks = [f"Full {name}: {text}" for name, text in fields.items() if len(text) > _MAX_FIELD]
    if order.customer_phone and phone is None:
        remarks.append(f"Phone as given: {order.customer_phone}")
    cut = {name: text[:_MAX_FIELD] for name, text in fields.items()}
    address = DraftAddress(
        first_name=cut["first_name"],
        last_name=cut["last_name"],
        address1=cut["address1"],
        city=cut["city"],
        zip=cut["zip"],
        country_code=order.shipping_country_code,
        province=cut["province"] or None,
        phone=phone,
    )
    return address, tuple(remarks)


def split_name(name: str) -> tuple[str, str]:
    """Split one name into first and last; a single word is the last name, the one Shopify insists on."""
    *first, last = name.split() or [""]
    return " ".join(first), last


def accepted_phone(phone: str | None, country_code: str) -> str | None:
    """Return the number as E.164 where it can be a real one of the country or of the prefix it has."""
    if not phone:
        return None
    try:
        number = phonenumbers.parse(phone, country_code)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def province(state: str | None, country_code: str) -> str:
    """Return the code (`NY`) of a state given by its code or its name; what is no such thing stays as it is."""
    if not state or country_code not in _COUNTRIES_WITH_STATES:
        return state or ""
    wanted = state.strip().casefold()
    for subdivision in pycountry.subdivisions.get(country_code=country_code):  # type: ignore[no-untyped-call]
        code: str = subdivision.code.split("-", 1)[1]
        if wanted in (code.casefold(), subdivision.name.casefold()):
            return code
    return state
