"""`GET /metrics`: what the web counted, what PostgreSQL knows, and what it says when PostgreSQL is away."""

import math

import pytest
import redis
from sqlalchemy import text

from bridge import jobs
from bridge.db import Database
from bridge.services.defects import Defect, count
from bridge.services.heartbeat import note_heartbeat
from bridge.services.reconcile import UNKNOWN_MARK
from bridge.services.stock_location import remember_location
from bridge.shopify.circuit import FAILURES_TO_OPEN, SharedCircuit
from bridge.shopify.lookout import connect
from tests.operations.conftest import scrape
from tests.support.due_work import accept, ask, mark
from tests.support.partner_api import CART, make_app, make_partner, opened, stock, submit
from tests.support.selling import LOCATION, add_level, add_listing, add_partner

NOWHERE = "postgresql://bridge@127.0.0.1:1/nothing"


def execute(db: Database, statement: str, **values: object) -> None:
    with db.transaction() as session:
        session.execute(text(statement), values)


def test_requests_are_counted_by_route_method_and_status(app, db):
    account = make_partner(db)
    stock(db, account, {"JDTQ1834": 10})
    client = app.test_client()

    submit(client, account, CART)
    submit(client, account, {"items": []})
    client.get("/v1/orders/some-number", headers=account.headers)
    client.get("/v1/orders/other/number")

    found = scrape(app)
    route = "/v1/carts/submit"
    assert found("bridge_http_requests_total", method="POST", route=route, status="200") == 1
    assert found("bridge_http_requests_total", method="POST", route=route, status="422") == 1
    requests = found.each("bridge_http_requests_total")
    assert requests["GET", "/v1/orders/<anything:id>", "404"] == 1
    assert requests["GET", "/v1/orders/<anything:id>", "401"] == 1
    assert found("bridge_http_request_seconds_count", method="POST", route=route) == 2


def test_whatever_a_caller_sends_is_few_labels_and_nothing_of_it_is_shown(app, db):
    account = make_partner(db)
    stock(db, account, {"JDTQ1834": 10})
    client = app.test_client()

    submit(client, account, CART)
    for number in range(20):
        client.get(f"/secret-{number}?token=hidden")
        client.open("/v1/carts/submit", method=f"BREW{number}")

    found = scrape(app)
    requests = found.each("bridge_http_requests_total")
    assert len(requests) == 3
    assert requests["GET", "unmatched", "404"] == 20
    assert sum(n for labels, n in requests.items() if labels[0] == "other") == 20
    for hidden in ("secret-", "BREW", "John", "1234567890", account.key, str(account.id), account.name):
        assert hidden not in found.text


@pytest.mark.parametrize(
    ("reason", "headers", "size"),
    [
        ("signature", {"X-Shopify-Hmac-Sha256": "Zm9yZ2Vk"}, 2),
        ("signature", {}, 2),
        ("size", {}, 5 * 1024 * 1024 + 1),
    ],
)
def test_calls_at_shopifys_door_that_are_refused_are_counted(app, reason, headers, size):
    app.test_client().post("/webhooks/shopify", data=b" " * size, headers=headers)

    assert scrape(app).each("bridge_webhooks_refused_total") == {(reason,): 1}


def test_work_is_counted_by_name_and_state_with_the_age_of_what_is_due_longest(app, db):
    order = accept(db)
    due = ask(db, jobs.PUSH_ORDER, order_id=order)
    mark(db, due, "next_attempt_at = now() - interval '10 minutes'")
    given_up = ask(db, jobs.CONFIRM_ORDER, order_id=order)
    mark(db, given_up, "given_up_at = now(), next_attempt_at = now() - interval '9 hours'")
    later = ask(db, jobs.READ_STOCK, inventory_item_id=1)
    mark(db, later, "next_attempt_at = now() + interval '1 hour'")

    found = scrape(app)

    assert found("bridge_database_up") == 1
    assert found.each("bridge_work") == {
        ("orders.push", "due"): 1,
        ("orders.confirm", "given_up"): 1,
        ("inventory.read", "scheduled"): 1,
    }
    assert found("bridge_work_oldest_due_seconds", job="orders.push") == pytest.approx(600, abs=60)
    assert found("bridge_work_oldest_due_seconds", job="orders.confirm") == 0
    assert found("bridge_orders_outcome_unknown") == 0


def test_an_order_whose_draft_may_or_may_not_exist_is_shown_as_unknown(app, db):
    order = accept(db)
    ask(db, jobs.PUSH_ORDER, order_id=order)
    execute(
        db,
        "INSERT INTO push_attempts (order_id, number, gives_up_at, outcome) VALUES (:id, 1, now(), 'unknown')",
        id=order,
    )

    found = scrape(app)

    assert found("bridge_orders_outcome_unknown") == 1
    assert found("bridge_work", job="orders.push", state="unknown") == 1


def test_orders_that_wait_for_staff_are_counted_by_reason_without_the_sentence(app, db):
    accept(db)
    execute(db, "UPDATE orders SET attention = 'stock_gone: Layla wants 2 of JDTQ1834'")

    found = scrape(app)

    assert found.each("bridge_orders_attention") == {("stock_gone",): 1}
    assert "Layla" not in found.text


def test_webhooks_that_still_have_to_come_to_something_are_shown_with_their_age(app, db):
    for number, state in enumerate(("parked", "parked", "failed", "applied", "foreign")):
        execute(
            db,
            "INSERT INTO webhook_events (webhook_id, topic, shop_domain, body, state, received_at)"
            " VALUES (:id, 'orders/paid', 'a', '{}', :state, now() - make_interval(mins => :number))",
            id=str(number),
            state=state,
            number=number,
        )

    found = scrape(app)

    assert found.each("bridge_webhooks_waiting") == {("parked",): 2, ("failed",): 1}
    assert found("bridge_webhooks_waiting_oldest_seconds", state="parked") == pytest.approx(60, abs=50)


def test_what_never_happened_is_infinitely_long_ago(app):
    found = scrape(app)

    for name in ("heartbeat", "inventory_sync", "reconcile"):
        assert found(f"bridge_{name}_age_seconds") == math.inf


def test_what_the_schedule_did_is_shown_by_its_age(app, db):
    note_heartbeat(db)
    note_heartbeat(db)
    run = "INSERT INTO sync_runs (kind, started_at, finished_at, complete, changed) VALUES"
    execute(db, f"{run} ('inventory', now(), now() - interval '1 hour', true, 5)")
    execute(db, f"{run} ('inventory', now(), now(), false, 0)")
    execute(db, f"{run} ('reconcile', now(), now() - interval '1 hour', true, 7)")
    execute(db, f"{run} ('reconcile', now(), now(), true, 3)")
    execute(db, "INSERT INTO marks (name, at) VALUES ('reconciled', now() - interval '20 minutes')")
    execute(
        db,
        'INSERT INTO marks (name, value) VALUES (:name, \'{"draft 5": "a", "order 6": "b"}\')',
        name=UNKNOWN_MARK,
    )

    found = scrape(app)

    assert 0 <= found("bridge_heartbeat_age_seconds") < 60
    assert found("bridge_inventory_sync_age_seconds") == pytest.approx(3600, abs=60)
    assert found("bridge_reconcile_age_seconds") == pytest.approx(1200, abs=60)
    assert found("bridge_drift_repaired_last") == 3
    assert found("bridge_drift_unknown_in_shop") == 2


def test_listings_without_a_fresh_number_are_counted(app, db):
    with db.transaction() as session:
        now = session.scalar(text("SELECT now() - interval '7 hours'"))
        remember_location(session, LOCATION, now=now)
        partner = add_partner(session)
        for sku, item in (("A", 10), ("B", 20)):
            add_listing(session, partner, sku, item)
        add_level(session, 10, 5, seen_at=now)

    found = scrape(app)

    assert found("bridge_stock_stale_listings") == 1
    assert found("bridge_stock_unknown_listings") == 1


def test_defects_start_at_zero_and_count_whatever_process_met_them(app, db):
    before = scrape(app)
    with db.transaction() as session:
        count(session, Defect.SHOPIFY_THROTTLED, by=2)
        count(session, Defect.SECOND_ORDER)
        count(session, Defect.DRIFT, label="behind", by=4)

    after = scrape(app)

    names = ("bridge_shopify_throttled_total", "bridge_second_orders_total")
    assert [before(name) for name in names] == [0, 0]
    assert [after(name) for name in names] == [2, 1]
    assert after.each("bridge_drift_total") == {("behind",): 4, ("unlinked",): 0, ("lost_work",): 0}


def test_whether_shopify_is_left_alone_is_a_number(app, redis_url):
    circuit = SharedCircuit(connect(redis_url), "test.myshopify.com")
    seen = [scrape(app)("bridge_shopify_circuit")]

    for _ in range(FAILURES_TO_OPEN):
        circuit.fail(was_probe=False)
    seen.append(scrape(app)("bridge_shopify_circuit"))
    with redis.Redis.from_url(redis_url) as shared:
        shared.hincrbyfloat("shopify:breaker:test.myshopify.com", "held_until", -60)
    seen.append(scrape(app)("bridge_shopify_circuit"))
    circuit.close()
    seen.append(scrape(app)("bridge_shopify_circuit"))

    assert seen == [0, 2, 1, 0]


def test_without_redis_nothing_is_claimed_about_shopify(database_url):
    with opened(make_app(database_url, "redis://127.0.0.1:1")) as app:
        assert scrape(app).each("bridge_shopify_circuit") == {}


def test_without_a_database_it_still_says_what_the_web_counted(redis_url):
    with opened(make_app(NOWHERE, redis_url)) as app:
        app.test_client().get("/healthz")

        found = scrape(app)

    assert found("bridge_database_up") == 0
    assert found("bridge_http_requests_total", method="GET", route="/healthz", status="200") == 1
    assert found.each("bridge_work") == {}


def test_a_database_that_does_not_answer_does_not_hold_a_scrape(app, db):
    with db.engine.connect() as other:
        other.execute(text("LOCK TABLE work IN ACCESS EXCLUSIVE MODE"))

        assert scrape(app)("bridge_database_up") == 0
        other.rollback()

    assert scrape(app)("bridge_database_up") == 1
