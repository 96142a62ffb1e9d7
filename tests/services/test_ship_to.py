"""An address Shopify takes, and nothing of the customer's own words lost."""

import pytest

from bridge.models import Order
from bridge.services.ship_to import accepted_phone, province, ship_to, split_name


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("John Doe", ("John", "Doe")),
        ("feras khouri", ("feras", "khouri")),
        ("Cher", ("", "Cher")),
        ("  Ana  María   de la Cruz ", ("Ana María de la", "Cruz")),
        ("محمد علي", ("محمد", "علي")),
    ],
)
def test_one_name_becomes_two(name, split):
    assert split_name(name) == split


@pytest.mark.parametrize(
    ("because", "phone", "country", "accepted"),
    [
        ("international", "+962 79 000 0000", "US", "+962790000000"),
        ("as people of the country write it", "0790000000", "JO", "+962790000000"),
        ("the guide's own example is no number", "+1234567890", "US", None),
        ("words", "after five", "JO", None),
        ("too short", "12", "JO", None),
        ("none", None, "JO", None),
        ("empty", "", "JO", None),
        ("a NUL-like mess", "+" * 300, "JO", None),
    ],
)
def test_a_phone_number_is_sent_only_where_it_can_be_one(because, phone, country, accepted):
    assert accepted_phone(phone, country) == accepted


@pytest.mark.parametrize(
    ("because", "state", "country", "expected"),
    [
        ("a code", "NY", "US", "NY"),
        ("a code in small letters", "ny", "US", "NY"),
        ("a name", "New York", "US", "NY"),
        ("no state of the country", "khladah", "US", "khladah"),
        ("a country without states", "khladah", "JO", "khladah"),
        ("nothing", None, "US", ""),
    ],
)
def test_a_state_is_known_by_code_and_name(because, state, country, expected):
    assert province(state, country) == expected


def order(**changes) -> Order:
    values = {
        "customer_name": "John Doe",
        "customer_phone": None,
        "shipping_street": "123 Main Street",
        "shipping_city": "New York",
        "shipping_state": None,
        "shipping_postal_code": "10001",
        "shipping_country_code": "US",
    }
    return Order(**{**values, **changes})


def test_what_shopify_would_refuse_goes_to_the_note_in_full():
    long_street = "s" * 300

    address, remarks = ship_to(order(shipping_street=long_street, customer_phone="call me"))

    assert address.address1 == "s" * 255
    assert address.phone is None
    assert remarks == (f"Full address1: {long_street}", "Phone as given: call me")


def test_an_ordinary_address_leaves_no_remark():
    address, remarks = ship_to(order(shipping_state="NY", customer_phone="+1 212-736-5000"))

    assert (address.first_name, address.last_name, address.province) == ("John", "Doe", "NY")
    assert address.phone == "+12127365000"
    assert remarks == ()
