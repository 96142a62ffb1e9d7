"""What an amount of money may look like: which currencies there are and how fine each one is.

The table is ISO 4217's own (amendment 179), frozen here: a library that updates it under us would change
which carts are valid. Nothing is converted between currencies, ever.
"""

from decimal import Decimal

MAX_AMOUNT = Decimal(10) ** 12

# Minor digits other than 2, ISO 4217 table A.1.
_MINOR_DIGITS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}

_TWO_DIGITS = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY
    COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF
    IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR
    MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG
    SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES
    WST XCD YER ZAR ZMW ZWG
    """.split()
)


def is_currency(code: str) -> bool:
    """Tell whether ISO 4217 lists `code` (upper case) as a currency that people pay with."""
    return code in _MINOR_DIGITS or code in _TWO_DIGITS


def minor_digits(currency: str) -> int:
    """Return how many digits follow the decimal point in `currency`: 3 for JOD, 0 for JPY.

    :raises ValueError: for a code that ISO 4217 does not list
    """
    if not is_currency(currency):
        raise ValueError(f"{currency!r} is not an ISO 4217 currency")
    return _MINOR_DIGITS.get(currency, 2)


def amount_problem(amount: Decimal, currency: str) -> str | None:
    """Say what is wrong with `amount` as an amount of `currency`, or return None.

    The exponent is looked at before any arithmetic, so that `1e999999` costs nothing.
    Trailing zeros are no extra precision: 1.500 is a valid amount of USD.
    """
    if not amount.is_finite():
        return "Must be a finite number."
    if amount < 0:
        return "Must be greater than or equal to 0."
    if amount.adjusted() > MAX_AMOUNT.adjusted() or amount > MAX_AMOUNT:
        return "Must be at most 1000000000000."
    digits = minor_digits(currency)
    if amount and _last_digit_exponent(amount) < -digits:
        return f"Must have at most {digits} decimal places in {currency}."
    return None


def quantize(amount: Decimal, currency: str) -> Decimal:
    """Write `amount` with exactly the minor digits of `currency`.

    :param amount: one that `amount_problem` accepts; nothing is ever rounded here
    """
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)))


def _last_digit_exponent(amount: Decimal) -> int:
    """Return the power of ten of the last digit that is not zero."""
    _, digits, exponent = amount.as_tuple()
    assert isinstance(exponent, int)
    written = "".join(map(str, digits))
    return exponent + len(written) - len(written.rstrip("0"))
