"""The small shapes that webhook bodies share: times, amounts, addresses, attributes."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from simulator.money import Bag, money_text
from simulator.records import Address, Attributes, TaxLine

SHOP_ID = 63_755_419_881
SHOP_ZONE = ZoneInfo("Asia/Amman")

Json = dict[str, Any]


def when(moment: datetime | None) -> str | None:
    """A time with the shop's own offset, in whole seconds: 2026-11-21T02:00:00+03:00."""
    return moment.astimezone(SHOP_ZONE).isoformat(timespec="seconds") if moment else None


def text(bag: Bag) -> str:
    """The shop's amount alone."""
    return money_text(*bag.shop)


def money_set(bag: Bag) -> Json:
    """Both amounts with their currencies."""
    return {
        "shop_money": _money(*bag.shop),
        "presentment_money": _money(*bag.presentment),
    }


def _money(amount: Decimal, currency: str) -> Json:
    return {"amount": money_text(amount, currency), "currency_code": currency}


def named(attributes: Attributes) -> list[Json]:
    """Attributes as REST calls their parts."""
    return [{"name": one["key"], "value": one["value"]} for one in attributes]


def tax_line(line: TaxLine, bag: Bag) -> Json:
    """One tax of one line."""
    return {
        "price": text(bag), "rate": float(line.rate), "title": line.title,
        "price_set": money_set(bag), "channel_liable": False,
    }  # fmt: skip


def address(record: Address | None) -> Json | None:
    """A mailing address, all keys present."""
    if record is None:
        return None
    return {
        "first_name": record.first_name,
        "address1": record.address1,
        "phone": record.phone,
        "city": record.city,
        "zip": record.zip,
        "province": record.province,
        "country": record.country,
        "last_name": record.last_name,
        "address2": record.address2,
        "company": record.company,
        "latitude": None,
        "longitude": None,
        "name": " ".join(filter(None, (record.first_name, record.last_name))) or None,
        "country_code": record.country_code,
        "province_code": record.province_code,
    }
