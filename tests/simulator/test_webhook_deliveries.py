"""Deliveries behave as Shopify documents them (apps/build/webhooks): headers, retries, faults."""

import base64
import hashlib
import hmac
import re
from datetime import datetime

import pytest

from tests.simulator.listening import Inbox
from tests.simulator.shops import SECRET, Shop, open_shop
from tests.simulator.stocks import ADJUST, adjust, at, item_of, location_of
from tests.simulator.test_webhook_subscriptions import DELETE, LIST, create
from tests.support.waiting import await_until

TOPIC = "inventory_levels/update"


def listen(shop: Shop, inbox: Inbox, **wish: object) -> str:
    """Subscribe the inbox to changes of stock; the subscription's id."""
    made = create(shop, "INVENTORY_LEVELS_UPDATE", uri=inbox.url, **wish)
    return made["webhookSubscription"]["id"]


def deliveries(shop: Shop) -> list[dict]:
    return [one for one in shop.state()["deliveries"] if one["topic"] == TOPIC]


def test_a_delivery_carries_shopifys_headers_and_a_signature_of_its_bytes(shop, inbox):
    listen(shop, inbox, name="stock")

    adjust(shop, "JDTQ1834", -3)
    inbox.wait_for(TOPIC)

    [letter] = inbox.letters
    signature = base64.b64encode(hmac.digest(SECRET.encode(), letter.raw, hashlib.sha256)).decode()
    expected = {
        "content-type": "application/json",
        "x-shopify-topic": TOPIC,
        "x-shopify-shop-domain": "jafarshop.myshopify.com",
        "x-shopify-api-version": "2026-07",
        "x-shopify-name": "stock",
        "x-shopify-hmac-sha256": signature,
    }
    assert {name: letter.headers[name] for name in expected} == expected
    triggered = datetime.fromisoformat(letter.headers["x-shopify-triggered-at"])
    assert triggered.utcoffset().total_seconds() == 0
    item, place = item_of(shop, "JDTQ1834"), location_of(shop)
    assert letter.body == {
        "inventory_item_id": item,
        "location_id": place,
        "available": 9_997,
        "updated_at": letter.body["updated_at"],
        "admin_graphql_api_id": f"gid://shopify/InventoryLevel/{place + 1}?inventory_item_id={item}",
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+03:00", letter.body["updated_at"])


def test_one_action_has_one_event_id_and_every_delivery_its_own(shop, inbox):
    listen(shop, inbox)
    create(shop, "PRODUCTS_UPDATE", uri=inbox.url)

    adjust(shop, "JDTQ1834", -1)
    inbox.wait_for(TOPIC, "products/update")

    assert len({one.headers["x-shopify-event-id"] for one in inbox.letters}) == 1
    assert len({one.webhook_id for one in inbox.letters}) == 2


@pytest.mark.parametrize(
    ("because", "status"),
    [("an error", 500), ("a refusal", 401), ("not found", 404), ("a redirect", 302)],
)
def test_anything_but_2xx_is_tried_again_with_the_original_body_and_id(shop, inbox, because, status):
    listen(shop, inbox)
    inbox.answers = [status, status]

    adjust(shop, "JDTQ1834", -1)
    inbox.wait(lambda inbox: len(inbox.letters) >= 1)
    adjust(shop, "JDTQ1834", -1)
    inbox.wait(lambda inbox: len(inbox.letters) == 4)

    by_id: dict[str, set[bytes]] = {}
    for letter in inbox.letters:
        by_id.setdefault(letter.webhook_id, set()).add(letter.raw)
    assert [len(bodies) for bodies in by_id.values()] == [1, 1]
    assert {letter.body["available"] for letter in inbox.letters} == {9_999, 9_998}
    await_until(lambda: all(one["state"] == "delivered" for one in deliveries(shop)))


def test_a_subscription_is_removed_when_eight_tries_in_a_row_have_failed(shop, inbox):
    listen(shop, inbox)
    inbox.always = 503

    adjust(shop, "JDTQ1834", -1)
    await_until(lambda: shop.data(LIST)["webhookSubscriptions"]["nodes"] == [])

    assert len(inbox.letters) == 8
    [delivery] = deliveries(shop)
    assert delivery["state"] == "failed"
    assert [one["status"] for one in delivery["attempts"]] == [503] * 8


def test_a_subscription_survives_a_failure_when_something_came_through_meanwhile(shop, inbox):
    listen(shop, inbox)
    shop.settings(webhook_tries=3)
    inbox.answers = [500, 500, 200, 500, 500, 200]

    for _ in range(2):
        adjust(shop, "JDTQ1834", -1)
        await_until(lambda: all(one["state"] == "delivered" for one in deliveries(shop)))

    assert len(shop.data(LIST)["webhookSubscriptions"]["nodes"]) == 1


def test_an_address_where_nobody_listens_is_a_failure_too(shop):
    with Inbox() as gone:
        pass
    listen(shop, gone)

    adjust(shop, "JDTQ1834", -1)
    await_until(lambda: deliveries(shop)[0]["state"] == "failed")

    assert {one["error"] for one in deliveries(shop)[0]["attempts"]} == {"ConnectionError"}


def test_who_answers_too_late_is_told_again(shop, inbox):
    listen(shop, inbox)
    shop.settings(webhook_seconds=0.3, webhook_tries=2)
    inbox.delay_seconds = 0.6

    adjust(shop, "JDTQ1834", -1)
    await_until(lambda: deliveries(shop)[0]["state"] == "failed")

    assert [one["error"] for one in deliveries(shop)[0]["attempts"]] == ["ReadTimeout"] * 2
    assert len({letter.webhook_id for letter in inbox.letters}) == 1


def test_deleting_a_subscription_ends_what_is_still_being_tried(shop, inbox):
    subscription = listen(shop, inbox)
    shop.settings(webhook_retry_seconds=0.2)
    inbox.always = 500

    adjust(shop, "JDTQ1834", -1)
    inbox.wait(lambda inbox: len(inbox.letters) == 1)
    shop.data(DELETE, {"id": subscription})

    await_until(lambda: deliveries(shop)[0]["state"] == "abandoned")


def test_included_fields_narrow_the_body(shop, inbox):
    listen(shop, inbox, includeFields=["available", "updated_at"])

    adjust(shop, "JDTQ1834", -1)
    inbox.wait_for(TOPIC)

    assert set(inbox.letters[0].body) == {"available", "updated_at"}


def test_a_filter_lets_through_what_it_names_and_nothing_when_the_field_is_wrong(shop, inbox):
    wanted = item_of(shop, "JS-PROD-001")
    listen(shop, inbox, filter=f"inventory_item_id:{wanted}")
    listen(shop, inbox, filter=f"inventory_item:{wanted}")

    for sku in ("JDTQ1834", "JS-PROD-001"):
        adjust(shop, sku, -1)
    inbox.wait_for(TOPIC)

    await_until(lambda: all(one["state"] == "delivered" for one in deliveries(shop)))
    assert [letter.body["inventory_item_id"] for letter in inbox.letters] == [wanted]


def test_a_dropped_webhook_never_comes(shop, inbox):
    listen(shop, inbox)
    shop.fault("webhook_drop", times=1, operation=TOPIC)

    adjust(shop, "JDTQ1834", -1)
    adjust(shop, "JDTQ1834", -1)
    inbox.wait_for(TOPIC)

    await_until(lambda: {one["state"] for one in deliveries(shop)} == {"dropped", "delivered"})
    assert [letter.body["available"] for letter in inbox.letters] == [9_998]


def test_five_faults_of_duplication_make_six_of_one(shop, inbox):
    listen(shop, inbox)
    for _ in range(5):
        shop.fault("webhook_duplicate")

    adjust(shop, "JDTQ1834", -1)
    inbox.wait(lambda inbox: len(inbox.letters) == 6)

    assert len({letter.webhook_id for letter in inbox.letters}) == 1
    assert len({letter.raw for letter in inbox.letters}) == 1


def test_a_late_webhook_is_overtaken(shop, inbox):
    listen(shop, inbox)
    shop.fault("webhook_delay", times=1, seconds=0.5)

    first, second = adjust_together(shop, "JDTQ1834", "JS-PROD-001")
    inbox.wait(lambda inbox: len(inbox.letters) == 2)

    assert [letter.body["inventory_item_id"] for letter in inbox.letters] == [second, first]


def test_a_seed_decides_how_webhooks_are_shuffled(shop, inbox):
    listen(shop, inbox)
    # The fourth of this seed's five chances is the smallest; any two are 0.2 s apart.
    shop.fault("webhook_shuffle", seconds=1, seed=297)

    skus = ["JDTQ1834", *(f"JS-PROD-00{n}" for n in range(1, 5))]
    items = adjust_together(shop, *skus)
    inbox.wait(lambda inbox: len(inbox.letters) == 5)

    came = [letter.body["inventory_item_id"] for letter in inbox.letters]
    assert [items.index(item) for item in came] == [3, 4, 0, 1, 2]


def adjust_together(shop: Shop, *skus: str) -> list[int]:
    """Take one unit of each in one action; the items, in the order in which it is told."""
    changes = [{**at(shop, sku), "delta": -1, "changeFromQuantity": None} for sku in skus]
    wish = {"name": "available", "reason": "correction", "changes": changes}
    assert shop.data(ADJUST, {"input": wish, "key": "together"})
    return [item_of(shop, sku) for sku in skus]


def test_an_address_of_the_command_line_gets_every_topic_and_is_in_no_list(inbox):
    with open_shop(webhooks_to=inbox.url) as shop:
        adjust(shop, "JDTQ1834", -1)
        inbox.wait_for(TOPIC, "products/update")

        assert shop.data(LIST)["webhookSubscriptions"]["nodes"] == []


def test_what_was_not_delivered_is_delivered_after_a_restart(tmp_path, inbox):
    with open_shop(data=tmp_path) as shop:
        listen(shop, inbox)
        shop.settings(webhook_retry_seconds=0.3)
        inbox.answers = [503]
        adjust(shop, "JDTQ1834", -1)
        inbox.wait(lambda inbox: len(inbox.letters) == 1)

    with open_shop(data=tmp_path):
        inbox.wait(lambda inbox: len(inbox.letters) == 2)

    assert inbox.letters[0].raw == inbox.letters[1].raw
    assert inbox.letters[0].webhook_id == inbox.letters[1].webhook_id


def test_a_reset_shop_tells_nobody_of_its_past(shop, inbox):
    listen(shop, inbox)
    shop.fault("webhook_delay", seconds=0.2)
    adjust(shop, "JDTQ1834", -1)

    shop.post("/__reset")
    shop.settings(webhook_retry_seconds=0.005)
    listen(shop, inbox)
    adjust(shop, "JS-PROD-001", -1)
    inbox.wait_for(TOPIC)

    assert [letter.body["available"] for letter in inbox.letters] == [9_999]
    assert inbox.letters[0].body["inventory_item_id"] == item_of(shop, "JS-PROD-001")
