"""Rows for tests of due work: an order, pieces of work, and how those stand."""

from sqlalchemy import text

from bridge import jobs
from bridge.db import Database

ORDER = "00000000-0000-0000-0000-000000000001"
_PARTNER = "00000000-0000-0000-0000-00000000000a"


def accept(db: Database) -> str:
    """Accept an order that nothing happens to; returns its id."""
    with db.transaction() as session:
        session.execute(
            text("INSERT INTO partners (id, name, currency) VALUES (:id, 'Zain', 'USD')"), {"id": _PARTNER}
        )
        session.execute(
            text(
                "INSERT INTO orders (id, partner_id, partner_order_id, cart_digest, status, currency, subtotal,"
                " tax, shipping, total, customer_name, shipping_street, shipping_city, shipping_postal_code,"
                " shipping_country, shipping_country_code, location_id) VALUES (:id, :partner, 'Z-1', '',"
                " 'INCOMPLETE_CAUTION', 'USD', 1, 0, 0, 1, 'Layla', 'a', 'b', 'c', 'JO', 'JO', 1)"
            ),
            {"id": ORDER, "partner": _PARTNER},
        )
    return ORDER


def ask(db: Database, job: str, **ids: object) -> int:
    """Ask for work; returns the id of its row."""
    with db.transaction() as session:
        jobs.request(session, job, **ids)
        return session.execute(text("SELECT max(id) FROM work")).scalar_one()


def mark(db: Database, work_id: int, assignments: str) -> None:
    """Change how a piece of work stands, in SQL."""
    with db.transaction() as session:
        session.execute(text(f"UPDATE work SET {assignments} WHERE id = :id"), {"id": work_id})  # noqa: S608


def events(db: Database) -> list[tuple]:
    """Return what is on timelines: kind, actor, reason and job of each event."""
    with db.transaction() as session:
        found = session.execute(
            text("SELECT kind, actor, reason, detail->>'job' FROM order_events ORDER BY id")
        )
        return [tuple(row) for row in found]
