"""A hold that was just set: the shop's number may be from before it, and confirming counts no unit twice."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

import pytest

from bridge.db import clock
from bridge.domain.shop import Shop
from bridge.domain.shop_values import InventoryLevel
from bridge.services.order_decisions import decide, request_confirm
from bridge.services.stock_location import remember_location
from tests.flows.stage import TIMING, Stage
from tests.ledger.holding import in_shop, item, seconds_later, there_are
from tests.ledger.test_holds import UNITS
from tests.support.stock_room import StockRoom


class LaggingReplica:
    """The shop, whose numbers are from before the draft's hold."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def inventory_levels(self, items: Sequence[int], location_id: int) -> Mapping[int, InventoryLevel]:
        levels = self._shop.inventory_levels(items, location_id)
        return {one: replace(level, available=level.available + UNITS) for one, level in levels.items()}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shop, name)


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """A shop with the units of one order, and a bridge that has drafts hold them for two days."""
    with stage.db.transaction() as session:
        remember_location(session, stage.shop.profile().location_id, now=clock(session))
    there_are(stage, UNITS)
    stage.timing = replace(TIMING, hold_hours=48)
    return stage


def confirm(stage: Stage, order_id: UUID) -> None:
    decide(stage.db, request_confirm, order_id=order_id, by="staff")
    stage.run()


@pytest.mark.parametrize("answered", [True, False])
def test_units_that_are_gone_are_not_counted_as_held_and_as_there(stage: Stage, answered):
    if not answered:  # Then nobody noted when it began.
        stage.simulator.fault("lost_reply", operation="draftOrderUpdate", times=1)
    order_id = stage.pushed()
    # As if the storefront had sold them in between.
    StockRoom(stage.simulator).adjust(item(stage), -UNITS, stage.shop.profile().location_id)
    assert in_shop(stage)["reserved"] == UNITS
    shop, stage.shop = stage.shop, cast(Shop, LaggingReplica(stage.shop))

    confirm(stage, order_id)
    assert stage.orders() == []
    assert stage.read(order_id).attention is None

    stage.shop = shop  # No replica lags for longer.
    seconds_later(stage)
    stage.run()
    assert stage.orders() == []
    assert stage.read(order_id).attention.startswith("stock_gone: ")


def test_units_that_are_there_are_taken_ten_seconds_later(stage: Stage):
    order_id = stage.pushed()

    confirm(stage, order_id)
    assert stage.orders() == []
    seconds_later(stage)
    stage.run()

    assert stage.read(order_id).status == "UNFULFILLED"
