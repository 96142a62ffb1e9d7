from decimal import Decimal

import pytest

from bridge.domain.money import amount_problem, is_currency, minor_digits, quantize


@pytest.mark.parametrize(
    ("because", "currency", "digits"),
    [
        ("most currencies have cents", "USD", 2),
        ("a dinar has a thousand fils", "JOD", 3),
        ("ISO says three although shops print none", "IQD", 3),
        ("there is no smaller yen", "JPY", 0),
        ("a unit of account with four", "CLF", 4),
    ],
)
def test_minor_digits_are_those_of_iso_4217(because, currency, digits):
    assert minor_digits(currency) == digits


@pytest.mark.parametrize("code", ["usd", "XXX", "BTC", "", "JODD"])
def test_what_iso_does_not_list_is_no_currency(code):
    assert not is_currency(code)
    with pytest.raises(ValueError, match="ISO 4217"):
        minor_digits(code)


@pytest.mark.parametrize(
    ("because", "amount", "currency"),
    [
        ("zero is an amount", "0", "USD"),
        ("zero stays zero however it is written", "0E-30", "USD"),
        ("trailing zeros are no extra precision", "1.5000", "USD"),
        ("three digits in a dinar", "0.001", "JOD"),
        ("an exponent is only a way to write", "1E+2", "JPY"),
        ("the largest amount there is", "1000000000000", "USD"),
    ],
)
def test_a_valid_amount_has_no_problem(because, amount, currency):
    assert amount_problem(Decimal(amount), currency) is None


@pytest.mark.parametrize(
    ("because", "amount", "currency", "problem"),
    [
        ("negative", "-0.01", "USD", "greater than or equal to 0"),
        ("half a cent", "0.005", "USD", "at most 2 decimal places in USD"),
        ("a fraction of a yen", "0.1", "JPY", "at most 0 decimal places in JPY"),
        ("one over the limit", "1000000000000.01", "USD", "at most 1000000000000"),
        ("a bomb costs nothing", "1E+999999", "USD", "at most 1000000000000"),
        ("a tiny bomb as well", "1E-999999", "USD", "decimal places"),
        ("no number", "NaN", "USD", "finite"),
        ("no end", "Infinity", "USD", "finite"),
    ],
)
def test_a_bad_amount_is_told_why(because, amount, currency, problem):
    assert problem in (amount_problem(Decimal(amount), currency) or "")


def test_quantizing_writes_the_minor_digits():
    assert str(quantize(Decimal("5"), "JOD")) == "5.000"
