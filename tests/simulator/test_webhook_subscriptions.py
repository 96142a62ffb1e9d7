"""Webhook subscriptions answer as captured ones do (harry-test-heelo.myshopify.com, API 2026-04)."""

import pytest

from tests.simulator.shops import Shop

CREATE = """
mutation ($topic: WebhookSubscriptionTopic!, $webhookSubscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription) {
    webhookSubscription {
      id topic uri name format filter includeFields metafieldNamespaces createdAt updatedAt
      endpoint { __typename ... on WebhookHttpEndpoint { callbackUrl } } apiVersion { handle }
    }
    userErrors { field message }
  }
}"""
UPDATE = """
mutation ($id: ID!, $webhookSubscription: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: $id, webhookSubscription: $webhookSubscription) {
    webhookSubscription { id topic uri includeFields filter }
    userErrors { field message }
  }
}"""
DELETE = """
mutation ($id: ID!) {
  webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } }
}"""
LIST = "{ webhookSubscriptions(first: 50) { nodes { id topic uri } } }"
ADDRESS = ["webhookSubscription", "callbackUrl"]
NAME = ["webhookSubscription", "name"]
UNKNOWN = "gid://shopify/WebhookSubscription/999999999999"


def create(shop: Shop, topic: str = "ORDERS_CREATE", **wish: object) -> dict:
    answer = shop.data(CREATE, {"topic": topic, "webhookSubscription": wish})
    return answer["webhookSubscriptionCreate"]


def update(shop: Shop, number: str, **wish: object) -> dict:
    answer = shop.data(UPDATE, {"id": number, "webhookSubscription": wish})
    return answer["webhookSubscriptionUpdate"]


def test_a_subscription_says_what_was_asked_for(shop):
    made = create(
        shop, "SHOP_UPDATE", uri="https://example.com/hook", includeFields=["id", "name"],
        metafieldNamespaces=["custom"], filter="", format="JSON",
    )  # fmt: skip

    assert made["userErrors"] == []
    subscription = made["webhookSubscription"]
    assert subscription["id"].startswith("gid://shopify/WebhookSubscription/")
    assert subscription["createdAt"] == subscription["updatedAt"]
    assert {key: subscription[key] for key in ("topic", "format", "filter", "includeFields")} == {
        "topic": "SHOP_UPDATE", "format": "JSON", "filter": "", "includeFields": ["id", "name"],
    }  # fmt: skip
    assert subscription["metafieldNamespaces"] == ["custom"]
    assert subscription["endpoint"] == {
        "__typename": "WebhookHttpEndpoint",
        "callbackUrl": "https://example.com/hook",
    }
    assert subscription["apiVersion"] == {"handle": "2026-07"}


def test_a_filter_that_was_not_given_is_null(shop):
    assert create(shop, uri="https://example.com/hook")["webhookSubscription"]["filter"] is None


@pytest.mark.parametrize(
    ("because", "uri", "errors"),
    [
        ("there is none", "", ["Address can't be blank"]),
        ("it is plain http", "http://example.com", ["Address protocol http:// is not supported"]),
        ("it is no address", "example", ["Address is invalid"]),
        ("it has no host", "https://", ["Address is invalid"]),
        ("its port is none", "https://example.com:port/", ["Address is invalid"]),
        (
            "it is Shopify's own",
            "https://shop.myshopify.com/hook",
            ["Address cannot be a Shopify or an internal domain"],
        ),
        (
            "it is inside",
            "https://localhost/hook",
            ["Address cannot be a Shopify or an internal domain"],
        ),
        (
            "it is half a pub/sub address",
            "pubsub://valid-project:",
            [
                "Address protocol pubsub:// is not supported",
                "Address is not a valid GCP pub/sub format. Format should be pubsub://project:topic",
            ],
        ),
    ],
)
def test_an_address_is_refused(shop, because, uri, errors):
    made = create(shop, uri=uri)

    assert made["webhookSubscription"] is None
    assert made["userErrors"] == [{"field": ADDRESS, "message": text} for text in errors]
    assert shop.data(LIST)["webhookSubscriptions"]["nodes"] == []


def test_no_address_at_all_is_a_blank_one(shop):
    made = create(shop, format="JSON")

    assert made["userErrors"] == [{"field": ADDRESS, "message": "Address can't be blank"}]


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000"])
def test_loopback_over_http_is_accepted_as_this_is_a_simulator(shop, host):
    assert create(shop, uri=f"http://{host}/hook")["userErrors"] == []


def test_the_same_address_for_the_same_topic_is_taken(shop):
    first = create(shop, uri="https://example.com/hook", filter="")
    again = create(shop, uri="https://example.com/hook", filter="")
    other_topic = create(shop, "ORDERS_UPDATED", uri="https://example.com/hook", filter="")

    assert first["userErrors"] == other_topic["userErrors"] == []
    assert again["webhookSubscription"] is None
    assert again["userErrors"] == [
        {"field": ADDRESS, "message": "Address for this topic has already been taken"}
    ]


ALPHABET = "Name name field can only contain alphanumeric characters, underscores, and hyphens"


@pytest.mark.parametrize(
    ("name", "errors"),
    [
        ("", ["Name is too short (minimum is 1 character)", ALPHABET]),
        ("has spaces", [ALPHABET]),
        ("ORDERHOOK", ["Name already exists, no duplicate allowed"]),
    ],
)
def test_a_name_is_refused(shop, name, errors):
    create(shop, uri="https://example.com/first", name="OrderHook")

    made = create(shop, uri="https://example.com/second", name=name)

    assert made["webhookSubscription"] is None
    assert made["userErrors"] == [{"field": NAME, "message": text} for text in errors]


def test_a_filter_names_the_field_it_filters_on(shop):
    made = create(shop, uri="https://example.com/hook", filter="totally bogus syntax")

    text = "The specified filter is invalid, please ensure you specify the field(s) you wish to filter on."
    assert made["userErrors"] == [{"field": ["webhookSubscription"], "message": text}]


def test_xml_is_refused_in_the_words_of_a_topic_without_it(shop):
    made = create(shop, "RETURNS_APPROVE", uri="https://example.com/hook", format="XML")

    text = "Format 'xml' is invalid for this webhook topic. Allowed formats: json"
    assert made["userErrors"] == [{"field": ["webhookSubscription", "format"], "message": text}]


def test_an_update_changes_what_is_given_and_keeps_the_rest(shop):
    made = create(shop, uri="https://example.com/hook", includeFields=["id"])["webhookSubscription"]

    changed = update(shop, made["id"], uri="https://example.com/other")["webhookSubscription"]

    assert changed == {
        "id": made["id"], "topic": "ORDERS_CREATE", "uri": "https://example.com/other",
        "includeFields": ["id"], "filter": None,
    }  # fmt: skip


def test_a_refused_update_changes_nothing(shop):
    made = create(shop, uri="https://example.com/hook")["webhookSubscription"]

    refused = update(shop, made["id"], uri="http://example.com")

    text = "Address protocol http:// is not supported"
    assert refused == {
        "webhookSubscription": None,
        "userErrors": [{"field": ADDRESS, "message": text}],
    }
    nodes = shop.data(LIST)["webhookSubscriptions"]["nodes"]
    assert [one["uri"] for one in nodes] == ["https://example.com/hook"]


def test_what_does_not_exist_cannot_be_changed_or_deleted(shop):
    error = {"field": ["id"], "message": "Webhook subscription does not exist"}

    assert update(shop, UNKNOWN, uri="https://example.com/hook")["userErrors"] == [error]
    assert shop.data(DELETE, {"id": UNKNOWN})["webhookSubscriptionDelete"] == {
        "deletedWebhookSubscriptionId": None,
        "userErrors": [error],
    }


def test_a_deleted_one_is_gone(shop):
    made = create(shop, uri="https://example.com/hook")["webhookSubscription"]

    deleted = shop.data(DELETE, {"id": made["id"]})["webhookSubscriptionDelete"]

    assert deleted == {"deletedWebhookSubscriptionId": made["id"], "userErrors": []}
    read = shop.data("query ($id: ID!) { webhookSubscription(id: $id) { id } }", {"id": made["id"]})
    assert read["webhookSubscription"] is None


def test_the_list_is_narrowed_by_topic_and_address(shop):
    for topic in ("ORDERS_CREATE", "ORDERS_PARTIALLY_FULFILLED"):
        for uri in ("https://example.com/a", "https://example.com/b"):
            create(shop, topic, uri=uri)

    found = shop.data(
        """{ webhookSubscriptions(first: 9, topics: [ORDERS_PARTIALLY_FULFILLED],
                                  uri: "https://example.com/b") { nodes { topic uri } }
             webhookSubscriptionsCount { count precision } }"""
    )

    assert found["webhookSubscriptions"]["nodes"] == [
        {"topic": "ORDERS_PARTIALLY_FULFILLED", "uri": "https://example.com/b"}
    ]
    assert found["webhookSubscriptionsCount"] == {"count": 4, "precision": "EXACT"}
