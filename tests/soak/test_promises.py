"""The judge is judged: on a world in which all is well it finds nothing, and in each spoiled one what is wrong."""

import copy
import json
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from bridge.domain.references import token_of
from bridge.models import InventoryLevel, Order, OrderEvent, OrderItem, Reservation, WebhookEvent, Work
from tests.soak.evidence import Evidence
from tests.soak.run import INVARIANTS, Verdict

CONFIRMED, WAITING = UUID(int=1), UUID(int=2)
ALPHA, BETA = UUID(int=11), UUID(int=12)
ITEM, LINE = 500, 900


def order(order_id: UUID, number: str, **columns) -> Order:
    return Order(id=order_id, partner_id=ALPHA, partner_order_id=number, total=Decimal("25.00"), **columns)


def in_shop(named: UUID, **details) -> dict:
    line = {
        "id": LINE,
        "price": "10.00",
        "quantity": 2,
        "current_quantity": 2,
        "discount": "0",
        "tax_lines": [],
        "custom_attributes": [{"key": "_bridge_item", "value": "0"}],
    }
    return {
        "tags": [token_of(named)],
        "tax_exempt": True,
        "name": "#1",
        "lines": [line],
        "shipping_line": {"price": "5.00"},
        **details,
    }


def asked(verb: str, number: str, **details) -> dict:
    return {"verb": verb, "partner": "Alpha", "number": number, "key": f"key of {number}", **details}


def answered(number: str, order_id: UUID, **details) -> dict:
    body = json.dumps({"supplier_order_id": str(order_id), "status": "INCOMPLETE_CAUTION"})
    return asked("submit", number, **{"altered": False, "status": 200, "body": body, **details})


def all_is_well(tmp_path) -> Evidence:
    """One order that is confirmed, one that waits for staff, and their shop."""
    log = tmp_path / "web.log"
    log.write_text('{"event": "request", "route": "/v1/carts/submit", "status": 200}\n')
    shop_order = in_shop(
        CONFIRMED,
        id=70,
        cancelled_at=None,
        financial_status="PAID",
        fulfillments=[],
        fulfillment_orders=[{"status": "OPEN", "lines": [{"line": {"id": LINE}, "remaining": 2}]}],
    )
    moved = {
        "kind": "status",
        "from_status": "INCOMPLETE_CAUTION",
        "to_status": "UNFULFILLED",
        "unusual": False,
    }
    return Evidence(
        asked=[answered("A-1", CONFIRMED), answered("A-2", WAITING)],
        orders={
            CONFIRMED: order(CONFIRMED, "A-1", status="UNFULFILLED", draft_id=60, shopify_order_id=70),
            WAITING: order(WAITING, "A-2", status="INCOMPLETE_CAUTION", draft_id=61),
        },
        items={each: [OrderItem(position=0, is_supplier_item=True)] for each in (CONFIRMED, WAITING)},
        events={CONFIRMED: [OrderEvent(**moved)]},
        reservations=[
            Reservation(order_id=CONFIRMED, inventory_item_id=ITEM, quantity=2, state="handed_over"),
            Reservation(order_id=WAITING, inventory_item_id=ITEM, quantity=2, state="held"),
        ],
        levels=[InventoryLevel(inventory_item_id=ITEM, available=3)],
        webhooks=[WebhookEvent(webhook_id="w", topic="orders/create", state="applied")],
        partners={ALPHA: "Alpha", BETA: "Beta"},
        shop={
            "draft_orders": [
                in_shop(CONFIRMED, id=60, status="COMPLETED", order_id=70),
                in_shop(WAITING, id=61, status="OPEN", order_id=None),
            ],
            "orders": [shop_order],
            "deliveries": [{"webhook_id": "w", "topic": "orders/create", "state": "delivered"}],
            "inventory_levels": [{"sku": "HOT-1", "inventory_item_id": ITEM, "available": 3}],
        },
        told={"Alpha": {str(CONFIRMED): {}, str(WAITING): {}}, "Beta": {}},
        logs=[log],
        secrets=["a secret"],
    )


def spoiled(evidence: Evidence, spoil) -> Evidence:
    spoil(evidence)
    evidence.__post_init__()
    return evidence


def broken(evidence: Evidence) -> set[str]:
    return {name.split()[0] for name, check in INVARIANTS.items() if list(check(evidence))}


def test_where_all_is_well_nothing_is_found(tmp_path):
    assert broken(all_is_well(tmp_path)) == set()


def copied(record: dict, **changes) -> dict:
    return {**copy.deepcopy(record), **changes}


@pytest.mark.parametrize(
    ("because", "invariant", "spoil"),
    [
        ("an answered order is not there", "I1", lambda e: e.asked.append(answered("A-3", UUID(int=3)))),
        ("an answer names another cart's order", "I1", lambda e: e.asked.append(answered("A-1", WAITING))),
        ("a waiting order has two drafts", "I2",
         lambda e: e.shop["draft_orders"].append(in_shop(WAITING, id=62, status="OPEN", order_id=None))),
        ("a waiting order has no draft", "I2", lambda e: e.shop["draft_orders"].pop()),
        ("an order is in the shop twice", "I2",
         lambda e: e.shop["orders"].append(copied(e.shop["orders"][0], id=71))),
        ("a rejected order has its draft still", "I2",
         lambda e: setattr(e.orders[WAITING], "status", "REJECTED")),
        ("a shop order is recorded nowhere", "I3",
         lambda e: setattr(e.orders[CONFIRMED], "shopify_order_id", None)),
        ("a key has two answers", "I4", lambda e: e.asked.append(answered("A-1", CONFIRMED, status=204, body=""))),
        ("a key answers two carts", "I4", lambda e: e.asked.append(answered("A-1", CONFIRMED, altered=True))),
        ("a number has two orders", "I5", lambda e: setattr(e.orders[WAITING], "partner_order_id", "A-1")),
        ("a living order is superseded", "I5", lambda e: setattr(e.orders[WAITING], "superseded_by", CONFIRMED)),
        ("a status came from nowhere", "I6", lambda e: e.events.clear()),
        ("a move is not allowed and not marked", "I6",
         lambda e: setattr(e.events[CONFIRMED][0], "to_status", "COMPLETE")),
        ("a webhook was never applied", "I7", lambda e: setattr(e.webhooks[0], "state", "received")),
        ("a webhook was answered and not kept", "I7", lambda e: e.webhooks.clear()),
        ("the shop has shipped", "I7", lambda e: (
            e.shop["orders"][0]["fulfillment_orders"].clear(),
            e.shop["orders"][0]["fulfillments"].append(
                {"status": "SUCCESS", "events": [], "lines": [{"line": {"id": LINE}, "quantity": 2}]}
            ))),
        ("the shop has canceled", "I7", lambda e: e.shop["orders"][0].update(cancelled_at="2026-11-22")),
        ("a secret is in a log", "I9", lambda e: e.logs[0].write_text("this is a secret, too")),
        ("the shop takes a cent more", "I10",
         lambda e: e.shop["orders"][0]["shipping_line"].update(price="5.01")),
        ("a partner got a 500", "I11", lambda e: e.asked.append(asked("look", "A-1", status=500, body="oops"))),
        ("a 503 does not say when to come back", "I11",
         lambda e: e.asked.append(asked("look", "A-1", status=503, body=""))),
        ("a 500 whose client did not wait for it", "I11", lambda e: e.logs[0].write_text(
            '{"event": "request", "route": "/v1/carts/submit", "status": 500}\n')),
        ("another's order was shown", "I12",
         lambda e: e.asked.append(asked("look_at_another", "A-1", status=200, body="{}"))),
        ("another's order was listed", "I12", lambda e: e.asked.append(
            asked("list", "", status=200, partner="Beta", body=json.dumps({"orders": [{"id": str(WAITING)}]})))),
        ("a partner is not told of its order", "I12", lambda e: e.told["Alpha"].clear()),
        ("more is promised than there is", "nothing",
         lambda e: e.shop["inventory_levels"][0].update(available=1)),
        ("an ended order holds units", "nothing",
         lambda e: setattr(e.reservations[0], "state", "held")),
        ("the bridge believes another number", "the", lambda e: setattr(e.levels[0], "available", 4)),
        ("something is still due", "nothing", lambda e: e.work.append(
            Work(job="orders.push", ids={}, attempts=1, next_attempt_at=datetime.now(UTC)))),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)  # fmt: skip
def test_what_is_wrong_is_found(because, invariant, spoil, tmp_path):
    evidence = spoiled(all_is_well(tmp_path), spoil)

    assert invariant in broken(evidence), because


def test_a_run_that_injected_or_made_too_little_proves_nothing():
    idle = Verdict(
        seed=1,
        orders=9,
        fired=Counter({"kill web": 4}),
        violations={},
        waiting_for_staff=[],
        undone=0,
        least_faults=5,
        least_orders=10,
    )

    assert idle.complaints() == [
        "only 4 faults fired; 5 are needed",
        "only 9 orders were made; 10 are needed",
    ]
