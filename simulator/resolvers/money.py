"""Amounts in the shape the field asks for: a bag of two currencies, one of them, or text."""

from typing import Any

from simulator.money import Bag
from simulator.registry import Context, resolves


@resolves("MoneyBag", "shopMoney")
def shop_money(bag: Bag, _context: Context) -> dict[str, Any]:
    amount, currency = bag.shop
    return {"amount": amount, "currencyCode": currency}


@resolves("MoneyBag", "presentmentMoney")
def presentment_money(bag: Bag, _context: Context) -> dict[str, Any]:
    amount, currency = bag.presentment
    return {"amount": amount, "currencyCode": currency}


@resolves("MoneyV2", "amount")
def amount(value: Any, _context: Context) -> Any:
    """A bag where one amount is asked for: the shop's."""
    return value.shop[0] if isinstance(value, Bag) else value["amount"]


@resolves("MoneyV2", "currencyCode")
def currency_code(value: Any, _context: Context) -> Any:
    return value.shop[1] if isinstance(value, Bag) else value["currencyCode"]
