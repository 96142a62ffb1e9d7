"""Staff see and decide orders from the command line; it says what it did, and why it did not."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from bridge import jobs
from bridge.db import Database, clock
from bridge.models import Decision, Order, OrderEvent, OrderItem, Partner, Work
from bridge.services.move_order import record_event
from tests.cli.running import bridge, succeed


@pytest.fixture
def env(database_url: str, redis_url: str) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "REDIS_URL": redis_url}


def partner(db: Database, name: str = "Store") -> UUID:
    partner_id = uuid4()
    with db.transaction() as session:
        session.add(Partner(id=partner_id, name=name, currency="JOD"))
    return partner_id


def order(db: Database, partner_id: UUID, number: str = "ORDER-1", age: int = 0, **columns: object) -> str:
    """An order of two lines, ours for 20 and theirs for 5; `age` in minutes."""
    order_id = uuid4()
    with db.transaction() as session:
        values = {
            "status": "INCOMPLETE_CAUTION",
            "created_at": clock(session) - timedelta(minutes=age),
            "customer_name": "Amal",
            **columns,
        }
        made = Order(
            id=order_id,
            partner_id=partner_id,
            partner_order_id=number,
            cart_digest=b"",
            currency="JOD",
            subtotal=Decimal(25),
            tax=Decimal(0),
            shipping=Decimal(2),
            total=Decimal(27),
            shipping_street="1 Rainbow Street",
            shipping_city="Amman",
            shipping_postal_code="11181",
            shipping_country="Jordan",
            shipping_country_code="JO",
            location_id=1,
            **values,
        )
        session.add(made)
        session.flush()
        for position, price in enumerate((10, 5)):
            session.add(
                OrderItem(
                    order_id=order_id,
                    position=position,
                    sku=f"SKU-{position}",
                    title=f"Thing {position}",
                    price=Decimal(price),
                    quantity=2 - position,
                    is_supplier_item=position == 0,
                )
            )
        record_event(session, made, "submitted", actor="partner", now=clock(session))
    return str(order_id)


def jobs_asked_for(db: Database) -> list[str]:
    with db.transaction() as session:
        return sorted(session.scalars(select(Work.job)))


def timeline(db: Database) -> list[tuple[str, str | None]]:
    with db.transaction() as session:
        rows = session.execute(select(OrderEvent.kind, OrderEvent.reason).order_by(OrderEvent.id))
        return [tuple(row) for row in rows]


def test_orders_are_listed_newest_first_a_page_at_a_time(db, env):
    store = partner(db)
    oldest, middle, newest = (order(db, store, f"N-{age}", age=age) for age in (30, 20, 10))

    first = succeed("order", "list", "--limit", 2, env=env)
    order(db, store, "N-new")  # Arrives between the pages and shifts nothing.
    second = succeed("order", "list", "--limit", 2, "--after", first["next"], env=env)

    assert [one["id"] for one in first["orders"]] == [newest, middle]
    assert [one["id"] for one in second["orders"]] == [oldest]
    assert second["next"] is None


def test_a_list_is_narrowed_by_what_staff_look_for(db, env):
    one, two = partner(db), partner(db, "Other")
    stuck = order(db, one, "A-1", attention="shop_refused: no")
    shipped = order(db, two, "A-2", status="FULFILLED", shopify_order_name="#1042")

    def found(*filters: str) -> list[str]:
        return [row["id"] for row in succeed("order", "list", *filters, env=env)["orders"]]

    assert found("--attention") == [stuck]
    assert found("--partner", "Other") == [shipped]
    assert found("--status", "shipped") == [shipped]
    assert found("--search", "1042") == [shipped]
    assert found("--search", "%") == []
    assert found("--status", "REJECTED") == []


def test_an_unknown_status_is_a_mistake_and_not_an_empty_list(db, env):
    answer = bridge("order", "list", "--status", "SHIPED", env=env)

    assert (answer.code, answer.out) == (1, "")
    assert "there is no status 'SHIPED'" in answer.err


def test_an_unknown_partner_is_a_mistake_and_not_an_empty_list(db, env):
    answer = bridge("order", "list", "--partner", "Othr", env=env)

    assert (answer.code, answer.out) == (1, "")
    assert "there is no partner named 'Othr'" in answer.err


def test_an_order_is_shown_in_full_with_whose_lines_they_are(db, env):
    order_id = order(db, partner_id := partner(db))
    line = {"sku": "SKU-1", "title": "Theirs", "price": "5", "quantity": 1}
    with db.transaction() as session:
        session.add(
            Decision(
                id=UUID(order_id),
                partner_id=partner_id,
                partner_order_id="ORDER-1",
                made_order=True,
                currency="JOD",
                lines=[line | {"reason": "out_of_stock", "available": 0}],
            )
        )

    shown = succeed("order", "show", "ORDER-1", env=env)

    assert (shown["id"], shown["total"], shown["partner"]) == (order_id, "27.000", "Store")
    assert shown["shares"] == {"ours": "20.000", "partners": "5.000"}
    assert [(item["sku"], item["is_supplier_item"]) for item in shown["items"]] == [
        ("SKU-0", True),
        ("SKU-1", False),
    ]
    assert [event["kind"] for event in shown["events"]] == ["submitted"]
    assert [(line["sku"], line["reason"], line["available"]) for line in shown["decision"]] == [
        ("SKU-1", "out_of_stock", 0)
    ]
    assert shown["attempts"] == shown["work"] == shown["shipments"] == []

    text = bridge("order", "show", order_id, env=env).out
    assert "Order ORDER-1 of Store: INCOMPLETE_CAUTION" in text
    assert "27.000 JOD, of it our lines 20.000, the partner's 5.000" in text


def test_a_number_that_two_partners_use_names_both_orders(db, env):
    orders = {order(db, partner(db, "One")), order(db, partner(db, "Two"))}

    answer = bridge("order", "show", "ORDER-1", env=env)

    assert answer.code == 1
    assert all(order_id in answer.err for order_id in orders)


def test_a_superseded_order_is_not_what_its_number_means(db, env):
    store = partner(db)
    newer = order(db, store, "other")
    older = order(db, store, "ORDER-1", superseded_by=newer, status="REJECTED")
    with db.transaction() as session:
        session.execute(update(Order).where(Order.id == newer).values(partner_order_id="ORDER-1"))

    assert succeed("order", "show", "ORDER-1", env=env)["id"] == newer
    assert succeed("order", "show", older, env=env)["status"] == "REJECTED"


def test_an_unknown_order_is_said_to_be_unknown(db, env):
    answer = bridge("order", "confirm", "nothing", "--json", env=env)

    assert answer.code == 1
    assert '"code": "not_found"' in answer.err


@pytest.mark.parametrize(
    ("arguments", "event", "job"),
    [
        (["confirm"], ("confirm_requested", None), jobs.CONFIRM_ORDER),
        (["reject", "--reason", "no"], ("reject_requested", "no"), jobs.CLOSE_ORDER),
        (["cancel", "--reason", "no"], ("cancel_requested", "no"), jobs.CLOSE_ORDER),
    ],
)
def test_a_decision_is_recorded_at_once_and_a_worker_asked(db, env, arguments, event, job):
    order(db, partner(db))
    verb, *rest = arguments

    answer = succeed("order", verb, "ORDER-1", *rest, env=env)

    assert answer["status"] == "INCOMPLETE_CAUTION"
    assert timeline(db)[-1] == event
    assert jobs_asked_for(db) == [job]


@pytest.mark.parametrize(
    ("status", "arguments"),
    [
        ("UNFULFILLED", ["confirm"]),
        ("UNFULFILLED", ["reject", "--reason", "no"]),
        ("FULFILLED", ["cancel", "--reason", "no"]),
        ("REJECTED", ["cancel", "--reason", "no"]),
        ("UNFULFILLED", ["complete"]),
    ],
)
def test_a_decision_the_status_does_not_allow_is_refused_and_remembered(db, env, status, arguments):
    order(db, partner(db), status=status)
    verb, *rest = arguments

    answer = bridge("order", verb, "ORDER-1", *rest, env=env)

    assert (answer.code, answer.out) == (1, "")
    assert f"an order that is {status} cannot become" in answer.err
    assert timeline(db)[-1][0] == "refused"
    assert jobs_asked_for(db) == []


def test_a_shipped_order_is_completed_by_staff(db, env):
    order(db, partner(db), status="FULFILLED")

    assert succeed("order", "complete", "ORDER-1", env=env)["status"] == "COMPLETE"


def test_resync_has_everything_stuck_tried_again(db, env):
    order(db, partner(db))

    succeed("order", "resync", "ORDER-1", env=env)

    assert jobs_asked_for(db) == [jobs.PUSH_ORDER, jobs.READ_ORDER]


@pytest.mark.parametrize("number", ["x", "gid://shopify/DraftOrder/1", "-1", "9" * 30])
def test_a_link_needs_the_number_of_an_order(db, env, number):
    shop = {"SHOPIFY_SHOP": "a.myshopify.com", "SHOPIFY_ACCESS_TOKEN": "shpat_0"}

    answer = bridge("order", "link", "ORDER-1", "--", number, env=env | shop)

    assert answer.code == 1
    assert "neither a number nor a gid" in answer.err
