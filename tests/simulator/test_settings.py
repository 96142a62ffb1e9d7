"""`POST /__settings`: what a merchant would set, checked before any of it counts."""

import pytest


@pytest.mark.parametrize(
    "wish",
    [{"webhook_tries": "many"}, {"webhook_seconds": -1}, {"auto_archive": "no"}, {"unknown": 1}],
)
def test_a_setting_that_makes_no_sense_is_refused_and_changes_nothing(shop, wish):
    before = shop.state()["shop"]

    answer = shop.post("/__settings", json=wish)

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert shop.state()["shop"] == before


def test_half_a_second_is_a_setting(shop):
    shop.settings(draft_ready_seconds=0.5, tax_rate="0.05")

    changed = shop.state()["shop"]
    assert (changed["draft_ready_seconds"], changed["tax_rate"]) == (0.5, "0.05")
