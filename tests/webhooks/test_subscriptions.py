"""Shopify calls us about every topic we use, once, at our own address; other addresses are left alone."""

import pytest

from bridge.models import Mark
from bridge.services import subscriptions
from bridge.services.apply_webhook import TOPICS
from tests.cli.running import bridge, succeed

OURS = "https://bridge.example/webhooks/shopify"


def subscribed(stage, address: str = OURS) -> list[str]:
    return sorted(each.topic for each in stage.shop.subscriptions() if each.uri == address)


def test_everything_is_subscribed_and_a_second_time_changes_nothing(stage):
    first = subscriptions.repair(stage.db, stage.shop, address=OURS)
    second = subscriptions.repair(stage.db, stage.shop, address=OURS)

    assert sorted(first.created) == subscribed(stage) == sorted(TOPICS)
    assert (second.created, second.removed, second.complete) == ([], [], True)


def test_what_is_missing_is_made_again_and_what_is_superfluous_is_removed(stage):
    subscriptions.repair(stage.db, stage.shop, address=OURS)
    by_topic = {each.topic: each for each in stage.shop.subscriptions()}
    stage.shop.unsubscribe(by_topic["orders/paid"].subscription_id)
    stage.shop.subscribe("locations/update", OURS)
    stage.shop.subscribe("orders/paid", "https://other.example/hook")

    seen = subscriptions.look(stage.shop, address=OURS)
    report = subscriptions.repair(stage.db, stage.shop, address=OURS)

    assert (seen.missing, seen.complete) == (["orders/paid"], False)
    assert (report.created, report.removed) == (["orders/paid"], ["locations/update"])
    assert report.elsewhere == ["https://other.example/hook"]
    assert subscribed(stage) == sorted(TOPICS)
    assert subscribed(stage, "https://other.example/hook") == ["orders/paid"]


def test_an_address_that_shopify_refuses_is_reported_with_its_words(stage):
    report = subscriptions.repair(stage.db, stage.shop, address="http://bridge.example/webhooks/shopify")

    assert not report.complete
    assert "http://" in report.refused["orders/create"]


def test_two_beats_at_once_make_one_repair(stage):
    for _ in range(2):
        subscriptions.repair_on_schedule(
            stage.db, stage.shop, public_url="https://bridge.example", every_seconds=300
        )

    with stage.db.transaction() as session:
        kept = session.get_one(Mark, subscriptions.MARK)
    assert sorted(kept.value["created"]) == sorted(TOPICS)


def test_without_a_public_address_nothing_is_subscribed(stage):
    subscriptions.repair_on_schedule(stage.db, stage.shop, public_url="", every_seconds=300)

    assert stage.shop.subscriptions() == []


@pytest.mark.parametrize(
    "given", ["https://bridge.example", "https://bridge.example/", "https://bridge.example/webhooks/shopify"]
)
def test_the_command_completes_the_address(stage, given):
    answer = succeed("webhooks", "subscribe", given, env=stage.settings)

    assert answer["address"] == OURS
    assert answer["complete"]


def test_check_says_what_is_missing_and_fails(stage):
    before = bridge("webhooks", "check", env=stage.settings)
    succeed("webhooks", "subscribe", env=stage.settings)
    after = succeed("webhooks", "check", env=stage.settings)

    assert before.code == 1
    assert "orders/create  MISSING" in before.out
    assert f"{len(TOPICS)} topics are not subscribed" in before.err
    assert after["complete"]


def test_replay_of_an_unknown_webhook_is_an_error(stage):
    answer = bridge("webhooks", "replay", "nothing", env=stage.settings)

    assert (answer.code, "no webhook nothing" in answer.err) == (1, True)
