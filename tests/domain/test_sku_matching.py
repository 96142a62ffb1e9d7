"""Which lines of a cart are ours: mapped, in stock, and counted per thing rather than per name."""

from decimal import Decimal

import pytest

from bridge.domain.carts import CartItem
from bridge.domain.errors import StockUnknown
from bridge.domain.sku_matching import CustomReason, Listing, match
from bridge.domain.stock import Stock

LAMP, CHAIR = 501, 502
LISTINGS = {
    "LAMP": Listing("LAMP", variant_id=1, inventory_item_id=LAMP),
    "LAMP-GIFT": Listing("LAMP-GIFT", variant_id=2, inventory_item_id=LAMP),
    "CHAIR": Listing("CHAIR", variant_id=3, inventory_item_id=CHAIR),
    "OLD": Listing("OLD", variant_id=4, inventory_item_id=503, is_retired=True),
}


def line(sku: str, quantity: int = 1) -> CartItem:
    return CartItem(sku=sku, title=sku.title(), price=Decimal("10"), quantity=quantity)


def stocks(lamp: int | None = 5, chair: int | None = 5, **more) -> dict[int, Stock]:
    return {
        item: Stock(item, stocked=True, tracked=True, available=available, reserved=0, **more)
        for item, available in ((LAMP, lamp), (CHAIR, chair))
    }


def reasons(result) -> list[str | None]:
    return [matched.custom_reason for matched in result.items]


def test_a_mixed_cart_keeps_every_line_in_its_order():
    result = match([line("YOURS"), line("LAMP", 2), line("CHAIR")], LISTINGS, stocks())

    assert [matched.item.sku for matched in result.items] == ["YOURS", "LAMP", "CHAIR"]
    assert reasons(result) == [CustomReason.UNMAPPED, None, None]
    assert result.reserve == {LAMP: 2, CHAIR: 1}
    assert [item.sku for item in result.custom_items] == ["YOURS"]
    assert result.items[1].listing == LISTINGS["LAMP"]


@pytest.mark.parametrize(
    ("because", "lamp", "lines", "lamps"),
    [
        ("five are there", 5, [line("LAMP", 5)], 5),
        ("six are not", 5, [line("LAMP", 6)], 0),
        ("two lines of one SKU compete", 5, [line("LAMP", 3), line("LAMP", 3)], 0),
        ("so do two SKUs of one thing", 5, [line("LAMP", 3), line("LAMP-GIFT", 3)], 0),
        ("and share it when there is enough", 5, [line("LAMP", 3), line("LAMP-GIFT", 2)], 5),
        ("the shop oversold", -2, [line("LAMP")], 0),
        ("there are none", 0, [line("LAMP")], 0),
    ],
)
def test_an_item_is_promised_for_all_of_its_lines_or_for_none(because, lamp, lines, lamps):
    result = match(lines, LISTINGS, stocks(lamp=lamp))

    assert result.reserve.get(LAMP, 0) == lamps
    assert set(reasons(result)) == ({None} if lamps else {CustomReason.OUT_OF_STOCK})


def test_one_item_without_stock_does_not_hold_up_another():
    result = match([line("LAMP"), line("CHAIR")], LISTINGS, stocks(lamp=0))

    assert reasons(result) == [CustomReason.OUT_OF_STOCK, None]
    assert result.has_supplier_items


def test_a_cart_with_nothing_of_ours_reserves_nothing():
    result = match([line("YOURS"), line("OLD"), line("lamp")], LISTINGS, {})

    assert reasons(result) == [CustomReason.UNMAPPED, CustomReason.RETIRED, CustomReason.UNMAPPED]
    assert not result.has_supplier_items


def test_an_item_that_was_never_observed_is_not_an_item_without_stock():
    with pytest.raises(StockUnknown, match="CHAIR") as unknown:
        match([line("LAMP"), line("CHAIR")], LISTINGS, {LAMP: stocks()[LAMP]})

    assert unknown.value.inventory_item_ids == (CHAIR,)


@pytest.mark.parametrize(
    ("because", "stock", "sold"),
    [
        ("untracked is no limit", Stock(LAMP, True, False, None, 1000), True),
        ("not stocked here is zero, tracked or not", Stock(LAMP, False, False, None, 0), False),
        ("promised units are gone", Stock(LAMP, True, True, 10, 10), False),
        ("the last one is sold", Stock(LAMP, True, True, 10, 9), True),
        ("tracked without a number is zero", Stock(LAMP, True, True, None, 0), False),
    ],
)
def test_what_can_be_sold_is_what_is_there_and_not_promised(because, stock, sold):
    assert match([line("LAMP")], LISTINGS, {LAMP: stock}).has_supplier_items is sold


def test_an_old_observation_is_used_and_flagged():
    assert match([line("LAMP")], LISTINGS, stocks(is_stale=True)).is_stale
    assert not match([line("YOURS")], LISTINGS, stocks(is_stale=True)).is_stale


@pytest.mark.parametrize(
    ("because", "stock", "available"),
    [
        ("what nobody was promised", Stock(LAMP, True, True, 5, reserved=2), 3),
        ("what nobody was promised and nobody keeps back", Stock(LAMP, True, True, 5, 2, buffer=2), 1),
        ("fewer than are kept back is none", Stock(LAMP, True, True, 5, 2, buffer=4), 0),
        ("what nobody counts is not kept back", Stock(LAMP, True, False, None, 0, buffer=4), None),
        ("an oversold item has none", Stock(LAMP, True, True, 1, reserved=2), 0),
        ("not carried here is none", Stock(LAMP, False, False, None, reserved=0), 0),
        ("uncounted is no limit", Stock(LAMP, True, False, None, reserved=2), None),
    ],
)
def test_a_mapped_line_says_how_many_there_were(because, stock, available):
    result = match([line("LAMP", 9), line("YOURS")], LISTINGS, {LAMP: stock})

    assert [matched.available for matched in result.items] == [available, None]
