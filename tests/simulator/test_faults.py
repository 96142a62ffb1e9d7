"""Faults that a test switches on: what is done, what is answered, and when they end."""

import pytest
import requests

from tests.simulator.door import SHOP, post
from tests.simulator.sales import create, draft_input


def test_a_lost_reply_has_done_its_work(shop):
    shop.fault("lost_reply", operation="draftOrderCreate", times=1)

    with pytest.raises(requests.ConnectionError):
        create(shop)

    assert len(shop.state()["draft_orders"]) == 1
    assert create(shop)["id"]


def test_a_refused_connection_has_done_nothing(shop):
    shop.fault("refuse", operation="draftOrderCreate", times=1)

    with pytest.raises(requests.ConnectionError):
        create(shop)

    assert shop.state()["draft_orders"] == []


@pytest.mark.parametrize(("fault", "status", "code"), [
    ("throttle", 200, "THROTTLED"), ("internal_error", 200, "INTERNAL_SERVER_ERROR"), ("error_500", 500, None),
])  # fmt: skip
def test_an_error_that_was_asked_for_comes_once_and_does_nothing(shop, fault, status, code):
    text = "mutation($input: DraftOrderInput!) { draftOrderCreate(input: $input) { draftOrder { id } } }"
    shop.fault(fault, operation="draftOrderCreate", times=1)

    other = post(shop, SHOP)
    struck = post(shop, text, variables={"input": draft_input()})
    after = post(shop, text, variables={"input": draft_input()})

    assert "errors" not in other.json()
    assert struck.status_code == status
    if code:
        assert struck.json()["errors"][0]["extensions"]["code"] == code
        assert "data" not in struck.json()
    assert after.json()["data"]["draftOrderCreate"]["draftOrder"]["id"]
    assert len(shop.state()["draft_orders"]) == 1


def test_a_slow_answer_is_late_and_right(shop):
    shop.fault("slow", seconds=0.2, times=1)

    answer = post(shop, SHOP)

    assert answer.elapsed.total_seconds() > 0.2
    assert answer.json()["data"] == {"shop": {"name": "jafarshop"}}


def test_faults_add_up_and_go_when_they_are_switched_off(shop):
    shop.fault("slow", operation="shop", seconds=0.2)
    shop.fault("throttle", operation="shop")

    struck = post(shop, SHOP)
    requests.delete(f"{shop.url}/__faults", timeout=60)
    after = post(shop, SHOP)

    assert struck.elapsed.total_seconds() > 0.2
    assert struck.json()["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert "errors" not in after.json()
    assert shop.state()["faults"] == []


@pytest.mark.parametrize("wish", [
    {"fault": "earthquake"}, {"fault": "slow", "second": 1}, {"fault": "slow", "seconds": -1},
    {"fault": "slow", "probability": 2}, {"fault": "slow", "times": 0}, [],
])  # fmt: skip
def test_a_fault_that_makes_no_sense_is_refused(shop, wish):
    answer = shop.post("/__faults", json=wish)

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert shop.state()["faults"] == []
