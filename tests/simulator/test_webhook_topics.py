"""Which webhooks one action of a merchant sends."""

import pytest

from simulator.webhooks.topics import SENT, enum_name, header_name
from tests.simulator.listening import Letter
from tests.simulator.orders import cancel, complete, draft, place, refund, send
from tests.simulator.stocks import at, quantities

STOCK = {"inventory_levels/update", "products/update"}


def topics(letters: list[Letter]) -> list[str]:
    return sorted(letter.topic for letter in letters)


def test_every_topic_has_one_name_in_each_world():
    assert [header_name(enum_name(topic)) for topic in SENT] == list(SENT)
    assert enum_name("orders/partially_fulfilled") == "ORDERS_PARTIALLY_FULFILLED"


def test_a_new_draft_takes_no_stock(told):
    shop, news = told

    draft(shop)

    assert topics(news()) == ["draft_orders/create"]


def test_a_draft_that_reserves_holds_stock_until_it_lapses(told):
    shop, news = told

    draft(shop, reserveInventoryUntil="2999-01-01T00:00:00Z")

    assert set(topics(news())) == {"draft_orders/create", *STOCK}
    assert quantities(shop, "JDTQ1834") == {
        "available": 9_998, "reserved": 2, "committed": 0, "on_hand": 10_000,
    }  # fmt: skip


def test_completing_a_paid_draft(told):
    shop, news = told
    made = draft(shop)
    news()

    complete(shop, made)

    letters = news()
    assert topics(letters) == sorted(
        ["draft_orders/update", "orders/create", "orders/paid", "orders/updated", *STOCK]
    )
    assert len({letter.headers["x-shopify-event-id"] for letter in letters}) == 1
    assert quantities(shop, "JDTQ1834") == {
        "available": 9_998, "reserved": 0, "committed": 2, "on_hand": 10_000,
    }  # fmt: skip


def test_completing_a_draft_that_is_paid_later_says_nothing_of_payment(told):
    shop, news = told
    made = draft(shop)
    news()

    complete(shop, made, pending=True)

    assert "orders/paid" not in topics(news())


def test_sending_a_part_and_then_the_rest(told):
    shop, news = told
    order = place(shop)
    news()

    send(shop, order, units=1)
    assert topics(news()) == ["fulfillments/create", "orders/partially_fulfilled", "orders/updated"]
    assert quantities(shop, "JDTQ1834")["committed"] == 1
    assert quantities(shop, "JDTQ1834")["on_hand"] == 9_999

    send(shop, order, only="")
    sent = topics(news())
    assert sent.count("fulfillments/create") == 2  # What needs no shipping goes by itself.
    assert "orders/fulfilled" in sent


DELIVER = """
mutation ($event: FulfillmentEventInput!) {
  fulfillmentEventCreate(fulfillmentEvent: $event) { userErrors { message } }
}"""
UNSEND = "mutation ($id: ID!) { fulfillmentCancel(id: $id) { userErrors { message } } }"


def test_a_carriers_scan_comes_under_two_topics(told):
    shop, news = told
    parcel = send(shop, place(shop))
    news()

    shop.data(DELIVER, {"event": {"fulfillmentId": parcel, "status": "DELIVERED"}})

    assert topics(news()) == ["fulfillment_events/create", "fulfillments/update", "orders/updated"]


def test_a_cancelled_parcel_leaves_the_stock_committed_again(told):
    shop, news = told
    parcel = send(shop, place(shop))
    news()

    shop.data(UNSEND, {"id": parcel})

    letters = news()
    assert topics(letters) == ["fulfillments/update", "orders/updated"]
    assert letters[0].body.get("status") == "cancelled" or letters[1].body["status"] == "cancelled"
    assert quantities(shop, "JDTQ1834") == {
        "available": 9_998, "reserved": 0, "committed": 2, "on_hand": 10_000,
    }  # fmt: skip


def test_cancelling_with_refund_and_restock(told):
    shop, news = told
    order = place(shop)
    news()

    cancel(shop, order, refund=True)

    letters = news()
    assert topics(letters) == sorted(["orders/cancelled", "orders/updated", "refunds/create", *STOCK])
    assert quantities(shop, "JDTQ1834")["available"] == 10_000
    body = next(letter.body for letter in letters if letter.topic == "orders/cancelled")
    assert body["cancelled_at"] == body["closed_at"] is not None
    assert (body["financial_status"], body["cancel_reason"]) == ("refunded", "customer")
    assert [line["current_quantity"] for line in body["line_items"]] == [0, 0]


def test_a_refund_of_units_that_were_not_sent(told):
    shop, news = told
    order = place(shop)
    news()
    line = next(iter(shop.store.all("LineItem")))

    refund(
        shop, order,
        refundLineItems=[
            {
                "lineItemId": f"gid://shopify/LineItem/{line.id}", "quantity": 1,
                "restockType": "CANCEL", "locationId": at(shop, "JDTQ1834")["locationId"],
            }
        ],
        transactions=[
            {
                "orderId": order, "kind": "REFUND", "gateway": "manual", "amount": "25.00",
                "parentId": f"gid://shopify/OrderTransaction/{line.owner.transactions[0].id}",
            }
        ],
    )  # fmt: skip

    letters = news()
    assert topics(letters) == sorted(["orders/updated", "refunds/create", *STOCK])
    body = next(letter.body for letter in letters if letter.topic == "orders/updated")
    assert body["financial_status"] == "partially_refunded"
    assert [one["current_quantity"] for one in body["line_items"]] == [1, 1]


@pytest.mark.parametrize(
    ("mutation", "expected"),
    [
        ("orderClose(input: {id: $id})", ["orders/updated"]),
        ("orderMarkAsPaid(input: {id: $id})", ["orders/paid", "orders/updated"]),
        ("orderUpdate(input: {id: $id, note: \"Leave it\"})", ["orders/updated"]),
    ],
)  # fmt: skip
def test_what_staff_do_with_an_order(told, mutation, expected):
    shop, news = told
    order = place(shop, pending=True)
    news()

    shop.data(f"mutation ($id: ID!) {{ {mutation} {{ userErrors {{ message }} }} }}", {"id": order})

    assert topics(news()) == expected


def test_deleting_says_only_the_id(told):
    shop, news = told
    made, order = draft(shop), place(shop)
    news()

    shop.data(
        """mutation ($draft: ID!, $order: ID!) {
          draftOrderDelete(input: {id: $draft}) { deletedId }
          orderDelete(orderId: $order) { deletedId }
        }""",
        {"draft": made, "order": order},
    )

    bodies = {letter.topic: letter.body for letter in news()}
    assert bodies["draft_orders/delete"] == {"id": int(made.rpartition("/")[2])}
    assert bodies["orders/delete"] == {"id": int(order.rpartition("/")[2])}


BEGIN = "mutation ($id: ID!) { orderEditBegin(id: $id) { calculatedOrder { id } } }"
CHANGE = """
mutation ($id: ID!, $line: ID!) {
  orderEditSetQuantity(id: $id, lineItemId: $line, quantity: 1, restock: true) {
    userErrors { message }
  }
}"""
COMMIT = "mutation ($id: ID!) { orderEditCommit(id: $id) { userErrors { message } } }"


def test_an_edit_tells_what_it_took_away(told):
    shop, news = told
    order = place(shop, pending=True)
    line = next(iter(shop.store.all("LineItem")))
    news()

    edit = shop.data(BEGIN, {"id": order})["orderEditBegin"]["calculatedOrder"]["id"]
    shop.data(CHANGE, {"id": edit, "line": f"gid://shopify/CalculatedLineItem/{line.id}"})
    shop.data(COMMIT, {"id": edit})

    letters = news()
    assert topics(letters) == sorted(["orders/edited", "orders/updated", *STOCK])
    body = next(letter.body["order_edit"] for letter in letters if letter.topic == "orders/edited")
    assert set(body) == set(
        """id app_id created_at committed_at notify_customer order_id staff_note user_id line_items
           discounts shipping_lines""".split()
    )
    assert body["order_id"] == int(order.rpartition("/")[2])
    assert body["line_items"] == {"additions": [], "removals": [{"id": line.id, "delta": 1}]}


def test_an_app_that_removes_itself_is_told_and_its_token_is_dead(told):
    shop, news = told

    shop.data("mutation { appUninstall { app { id } userErrors { message } } }")

    [letter] = news()
    assert letter.topic == "app/uninstalled"
    assert letter.body["myshopify_domain"] == "jafarshop.myshopify.com"
    assert shop.graphql("{ shop { name } }")["errors"].startswith("[API] Invalid API key")
