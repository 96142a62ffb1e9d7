"""Which country a partner means: ISO 3166-1 alpha-2 in any case, or a common English name."""

import re
import unicodedata

import pycountry

# What people write and ISO does not list. Kosovo has no ISO code; shops and carriers use XK.
_ALSO_CALLED = {
    "AE": ("UAE", "Emirates"),
    "BN": ("Brunei",),
    "BO": ("Bolivia",),
    "CD": ("Democratic Republic of the Congo", "DR Congo", "DRC", "Congo-Kinshasa"),
    "CG": ("Republic of the Congo", "Congo-Brazzaville"),
    "CI": ("Ivory Coast",),
    "CV": ("Cape Verde",),
    "CZ": ("Czech Republic",),
    "FK": ("Falkland Islands",),
    "FM": ("Micronesia",),
    "GB": ("UK", "Great Britain", "Britain", "England", "Scotland", "Wales", "Northern Ireland"),
    "IR": ("Iran",),
    "KP": ("North Korea",),
    "KR": ("South Korea", "Korea"),
    "LA": ("Laos",),
    "MD": ("Moldova",),
    "MK": ("Macedonia",),
    "MM": ("Burma",),
    "MO": ("Macau",),
    "NL": ("Holland", "The Netherlands"),
    "PS": ("Palestine", "State of Palestine", "Palestinian Territories"),
    "RU": ("Russia",),
    "SA": ("KSA",),
    "SY": ("Syria",),
    "SZ": ("Swaziland",),
    "TL": ("East Timor",),
    "TR": ("Turkey",),
    "TW": ("Taiwan",),
    "TZ": ("Tanzania",),
    "US": ("USA", "United States of America", "America"),
    "VA": ("Vatican", "Vatican City"),
    "VE": ("Venezuela",),
    "VG": ("British Virgin Islands",),
    "VI": ("US Virgin Islands",),
    "VN": ("Vietnam",),
    "XK": ("XK", "Kosovo"),
}


def country_code(name: str) -> str | None:
    """Return the ISO 3166-1 alpha-2 code that `name` means, or None."""
    return _CODES.get(_key(name))


def _key(name: str) -> str:
    """Return the name without case, accents and punctuation: Côte d'Ivoire is Cote d Ivoire."""
    plain = unicodedata.normalize("NFKD", name)
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter) and letter != ".")
    return " ".join(re.sub(r"[^\w]+", " ", letters).casefold().replace(" and ", " ").split())


def _codes() -> dict[str, str]:
    codes = {}
    for country in pycountry.countries:
        for attribute in ("alpha_2", "name", "official_name", "common_name"):
            if spelled := getattr(country, attribute, None):
                codes[_key(spelled)] = country.alpha_2
    for code, names in _ALSO_CALLED.items():
        codes |= {_key(name): code for name in names}
    return codes


_CODES = _codes()
