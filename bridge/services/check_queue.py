"""What a checkup looks at in the queue and the clocks: does anybody work, does beat ring, do times agree."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, text

from bridge.db import Database, clock
from bridge.models import Mark
from bridge.services import heartbeat
from bridge.services.adopt_draft import CLOCKS_APART
from bridge.services.checkup import Finding, failed, ok, warned
from bridge.services.look_over import find_neglect

# Beat rings every 5 s; twelve rings in a row that came to nothing are no accident.
_RUNG_LATELY = timedelta(seconds=60)
# A beat that was just started rings after its first period.
_FIRST_RING_SECONDS = 12.0
_LOOK_AGAIN_SECONDS = 0.5
_SLIGHTLY_APART = timedelta(seconds=5)


def check_workers(answering: Sequence[str]) -> Sequence[Finding]:
    """Say who answered when the workers were called.

    :param answering: names of Celery workers
    """
    if not answering:
        return failed("workers", "none answers: orders wait in PostgreSQL until one is started")
    return ok("workers", f"{len(answering)} answer: {', '.join(sorted(answering))}")


def check_beat(db: Database, *, patience_seconds: float = _FIRST_RING_SECONDS) -> Sequence[Finding]:
    """Look when a worker last did what beat rang for, and wait for the next time if that is long ago."""
    give_up_at = time.monotonic() + patience_seconds
    while True:
        with db.transaction() as session:
            now, at = clock(session), session.scalar(select(Mark.at).where(Mark.name == heartbeat.MARK))
        said = "has never rung" if at is None else f"rang {(now - at).total_seconds():.0f} s ago"
        if at is not None and now - at <= _RUNG_LATELY:
            return ok("beat", said)
        if time.monotonic() >= give_up_at:
            return failed("beat", f"{said}: beat is down, or no worker takes what it rings for")
        time.sleep(_LOOK_AGAIN_SECONDS)


def check_backlog(db: Database, *, stale_after_seconds: int) -> Sequence[Finding]:
    """Look for what does not go on by itself."""
    with db.transaction() as session:
        neglect = find_neglect(session, stale_after_seconds=stale_after_seconds, now=clock(session))
    if neglect.unclaimed_work:
        return failed(
            "backlog", f"{neglect.unclaimed_work} due for minutes and nobody took them: `work list`"
        )
    waiting = [
        f"{count} {what}"
        for count, what in (
            (neglect.given_up_work, "given up (`work list --failed`)"),
            (neglect.waiting_orders, "orders wait for staff (`order list --attention`)"),
            (neglect.parked_webhooks, "webhooks parked for long"),
            (neglect.unknown_stock, "listings never observed"),
            (neglect.stale_stock, "listings with an old number"),
            (neglect.stuck_reservations, "reservations stuck"),
        )
        if count
    ]
    if waiting:
        return warned("backlog", "; ".join(waiting))
    return ok("backlog", "nothing is late")


def check_clocks(db: Database, *, here: datetime, shop: datetime | None) -> Sequence[Finding]:
    """Compare clocks. PostgreSQL's decides; a draft made outside an attempt's window is not known as ours.

    :param here: this machine's, now
    :param shop: Shopify's, of an answer of just now; None: it was not asked
    """
    with db.transaction() as session:
        there = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    others = {"this machine": here} if shop is None else {"this machine": here, "Shopify": shop}
    apart = {name: time - there for name, time in others.items()}
    said = ", ".join(f"{name} {delta.total_seconds():+.1f} s" for name, delta in apart.items())
    said = f"from PostgreSQL's: {said}" + ("" if shop else "; Shopify's is not known")
    furthest = max(abs(delta) for delta in apart.values())
    if furthest >= CLOCKS_APART:
        return failed("clock", said)
    return warned("clock", said) if furthest > _SLIGHTLY_APART else ok("clock", said)
