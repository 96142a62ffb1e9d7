"""What partners' customers asked for and we could not ship, from the decisions about their carts."""

import json
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import text

from bridge.db import Database, clock
from bridge.services.lost_business import lost_business
from bridge.services.suggest_matches import suggest_matches
from tests.cli.running import bridge, succeed
from tests.support.selling import add_listing, add_partner


def decide(session, partner, number: str, *lines: tuple[str, str, int, str | None], days: float = 0) -> None:
    session.execute(
        text(
            "INSERT INTO decisions (id, partner_id, partner_order_id, made_order, currency, lines, created_at)"
            " VALUES (:id, :partner, :number, false, 'JOD', CAST(:lines AS jsonb),"
            " clock_timestamp() - :days * interval '1 day')"
        ),
        {
            "id": uuid4(),
            "partner": partner.id,
            "number": number,
            "days": days,
            "lines": json.dumps(
                [
                    {"sku": sku, "title": sku.title(), "price": price, "quantity": units, "reason": reason,
                     "available": None}
                    for sku, price, units, reason in lines
                ]
            ),
        },
    )  # fmt: skip


def test_skus_that_stayed_the_partners_are_counted_by_reason_most_valuable_first(db: Database):
    with db.transaction() as session:
        zain, other = add_partner(session), add_partner(session, name="Other")
        decide(session, zain, "1", ("LAMP", "0.015", 3, "unmapped"), ("CHAIR", "9", 1, None))
        decide(session, zain, "2", ("LAMP", "0.020", 1, "unmapped"), ("CHAIR", "9", 2, "out_of_stock"))
        decide(session, zain, "3", ("LAMP", "5", 9, "unmapped"), days=31)
        decide(session, other, "1", ("LAMP", "5", 9, "unmapped"))

        lost = lost_business(session, partner=zain.name, days=30, limit=10)

    assert [
        (line.sku, line.reason, line.carts, line.quantity, line.value, line.currency) for line in lost
    ] == [
        ("CHAIR", "out_of_stock", 1, 2, Decimal("18"), "JOD"),
        ("LAMP", "unmapped", 2, 4, Decimal("0.065"), "JOD"),
    ]


def test_a_cart_that_was_sent_again_counts_as_it_ended(db: Database):
    with db.transaction() as session:
        zain = add_partner(session)
        for days in (3, 2, 1):
            decide(session, zain, "again", ("LAMP", "5", 2, "out_of_stock"), days=days)
            decide(session, zain, "came", ("CHAIR", "5", 2, "out_of_stock"), days=days)
        decide(session, zain, "came", ("CHAIR", "5", 2, None))

        lost = lost_business(session, partner=zain.name, days=30, limit=10)

    assert [(line.sku, line.carts, line.quantity) for line in lost] == [("LAMP", 1, 2)]


def test_the_report_at_the_terminal(db: Database, database_url: str):
    env = {"DATABASE_URL": database_url}
    with db.transaction() as session:
        zain = add_partner(session)
        decide(session, zain, "1", ("LAMP", "0.015", 3, "unmapped"))

    told = bridge("partner", "lost", zain.name, env=env)
    shown = succeed("partner", "lost", zain.name, "--days", 7, env=env)
    nobody = bridge("partner", "lost", "Nobody", env=env)

    assert (told.code, nobody.code) == (0, 1)
    assert "LAMP" in told.out
    assert shown["lost"] == [
        {
            "sku": "LAMP",
            "title": "Lamp",
            "reason": "unmapped",
            "carts": 1,
            "quantity": 3,
            "value": "0.045",
            "currency": "JOD",
            "matches": [],
        }
    ]
    assert shown["shop_problem"] is None


def test_what_any_partner_lists_is_suggested_for_what_is_not_mapped(db: Database):
    with db.transaction() as session:
        zain, other = add_partner(session), add_partner(session, name="Other")
        add_listing(session, other, "Lamp-1", 100)
        add_listing(session, other, "LAMP 1", 200, retired_at=clock(session))
        decide(session, zain, "1", ("LAMP1", "5", 1, "unmapped"), ("CHAIR", "4", 1, "out_of_stock"))
        lost = lost_business(session, partner=zain.name, days=30, limit=10)

    suggested = suggest_matches(db, None, lost)

    assert [[one.offer.variant_id for one in matches] for matches in suggested.matches] == [[101], []]


def test_the_shop_is_searched_for_what_is_not_mapped(db: Database, environment):
    with db.transaction() as session:
        zain = add_partner(session)
        decide(session, zain, "1", ("js-last-001", "5", 1, "unmapped"), ("Z-1", "4", 1, "unmapped"))
        session.execute(
            text("UPDATE decisions SET lines = jsonb_set(lines, '{1,title}', '\"Olive wood board, oiled\"')")
        )

    shown = succeed("partner", "lost", zain.name, env=environment)
    told = bridge("partner", "lost", zain.name, env=environment)

    assert [line["matches"] for line in shown["lost"]] == [
        [
            {
                "shopify_variant_id": 44219312668884,
                "sku": "JS-LAST-001",
                "title": "Last Copper Tray",
                "why": "the same SKU but for case, blanks or punctuation",
            }
        ],
        [
            {
                "shopify_variant_id": 44219312603348,
                "sku": "JS-PROD-001",
                "title": "Olive Wood Board",
                "why": "3 words of the title in common: board, olive, wood",
            }
        ],
    ]
    assert "44219312668884 JS-LAST-001 (Last Copper Tray): the same SKU but for case" in told.out


def test_a_shop_that_is_away_is_told_and_the_report_is_there(db: Database, database_url: str):
    with db.transaction() as session:
        zain = add_partner(session)
        decide(session, zain, "1", ("LAMP", "5", 1, "unmapped"))

    told = bridge(
        "partner",
        "lost",
        zain.name,
        env={
            "DATABASE_URL": database_url,
            "REDIS_URL": "redis://127.0.0.1:1",
            "SHOPIFY_SHOP": "jafarshop.myshopify.com",
            "SHOPIFY_ADMIN_URL": "http://127.0.0.1:1",
            "SHOPIFY_ACCESS_TOKEN": "shpat_test",
        },
    )

    assert told.code == 0
    assert "LAMP" in told.out
    assert "The shop could not be searched for likely matches" in told.out
