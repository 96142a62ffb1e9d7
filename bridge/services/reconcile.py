"""Make up for what was missed: webhooks that never came, lost work, a database older than the shop (decision 55)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bridge.db import Database, clock
from bridge.domain.errors import OutcomeUnknown, ShopError, ShopUnavailable
from bridge.domain.order_status import ENDED
from bridge.domain.shop import Shop
from bridge.models import Mark, Order
from bridge.services import lost_carts, sync_runs
from bridge.services.compare_shop import Drift, compare_drafts, compare_orders
from bridge.services.defects import Defect, count
from bridge.services.draft_webhooks import take_draft
from bridge.services.lost_work import ask_about_some, ask_for_lost_work
from bridge.services.schedule import come_again, take_turn
from bridge.services.unlinked_orders import conclude_unlinked

log = structlog.get_logger(__name__)

TURN = sync_runs.RECONCILE
MARK = "reconciled"
UNKNOWN_MARK = "unknown_in_shop"

# Shopify's clock is not ours, and its index of orders lags behind.
OVERLAP = timedelta(minutes=30)
# `read_orders` shows no older ones.
_FURTHEST = timedelta(days=60)
# How many unknown objects are looked at again per run, to see whether staff have dealt with them.
_UNKNOWN_AT_MOST = 50


def reconcile_on_schedule(db: Database, shop: Shop, *, every_seconds: float) -> None:
    """Reconcile when it is due; two beats make one run. One that found the shop away comes again soon.

    :raises ShopError: Shopify did not answer; the next turn begins where the last whole run began
    """
    with db.transaction() as session:
        if not take_turn(session, TURN, every_seconds, clock(session)):
            return
    try:
        reconcile(db, shop, every_seconds=every_seconds)
    except (ShopUnavailable, OutcomeUnknown):
        with db.transaction() as session:
            come_again(session, TURN, every_seconds, clock(session))
        raise


def reconcile(db: Database, shop: Shop, *, every_seconds: float) -> Drift | None:
    """Compare what the shop has with what we hold, and ask for everything that brings them together.

    Nothing is decided here about an order: that is done by the work that is asked for. The mark moves when
    every page was read, so a run that fails is made again whole. The run stands in `sync_runs`.

    :param every_seconds: how often this is done, for the share of orders that are read anyway
    :returns: what was found; None while another run is at it
    :raises ShopError: after recording it
    """
    with db.exclusive(TURN) as mine:
        if not mine:
            return None
        with db.transaction() as session:
            began = clock(session)
            since = _since(session, now=began)
            run = sync_runs.begin_run(session, sync_runs.RECONCILE)
        drift = Drift()
        try:
            _compare(db, shop, since, drift, run)
            _look_at_unknown(db, shop, drift)
        except ShopError as error:
            with db.transaction() as session:
                sync_runs.abort_run(session, run, error=error.message)
            raise
        with db.transaction() as session:
            conclude_unlinked(session, now=began)
        with db.transaction() as session:
            drift.lost_work = ask_for_lost_work(session, now=began)
            drift.reread = ask_about_some(session, every_seconds=every_seconds, now=began)
            sync_runs.note_found(
                session,
                run,
                pages=drift.pages,
                items=drift.looked_at,
                changed=drift.repaired,
                missing=len(drift.unknown),
            )
            sync_runs.close_run(session, run)
            for kind in ("behind", "unlinked", "lost_work"):
                count(session, Defect.DRIFT, label=kind, by=getattr(drift, kind))
            _set_mark(session, MARK, at=began, value={"since": since.isoformat()})
    _say(drift)
    return drift


def _since(session: Session, *, now: datetime) -> datetime:
    """Return from when on changes are asked for: the last whole run's begin, else the oldest order that lives."""
    mark = session.get(Mark, MARK)
    if mark is None:
        oldest = session.scalar(select(func.min(Order.created_at)).where(Order.status.not_in(ENDED)))
        begin = oldest or now
    else:
        begin = mark.at
    return max(begin - OVERLAP, now - _FURTHEST)


def _compare(db: Database, shop: Shop, since: datetime, drift: Drift, run: int) -> None:
    for page in shop.changed_orders(since=since):
        with db.transaction() as session:
            compare_orders(session, page, drift, now=clock(session))
            sync_runs.note_found(session, run, pages=drift.pages, items=drift.looked_at)
    for page in shop.new_drafts(since=since):
        with db.transaction() as session:
            unclear = compare_drafts(session, page, drift, now=clock(session))
            sync_runs.note_found(session, run, pages=drift.pages, items=drift.looked_at)
        for draft_id in unclear:
            seen = shop.draft(draft_id)
            if seen is not None:
                with db.transaction() as session:
                    take_draft(session, seen, clock(session))


def _look_at_unknown(db: Database, shop: Shop, drift: Drift) -> None:
    """Keep the list of what names an order that we do not have, until staff have deleted or canceled it.

    Such things are never made into orders here, and never deleted: after a restore they are all that is left
    of what a customer agreed to.
    """
    with db.transaction() as session:
        mark = session.get(Mark, UNKNOWN_MARK)
        before: dict[str, str] = dict(mark.value) if mark is not None else {}
        mark = session.get(Mark, lost_carts.MARK)
        carts_before: dict[str, list[str]] = dict(mark.value) if mark is not None else {}
    kept = {what: named for what, named in before.items() if what not in drift.unknown}
    for what in list(kept)[:_UNKNOWN_AT_MOST]:
        if not lost_carts.lives(shop, what):
            del kept[what]
    with db.transaction() as session:
        ours = set(
            session.scalars(select(Order.id).where(Order.id.in_([UUID(one) for one in kept.values()])))
        )
        kept = {what: named for what, named in kept.items() if UUID(named) not in ours}
        drift.unknown = {**kept, **drift.unknown}
        known = {**carts_before, **drift.carts}
        carts = {what: cart for what, cart in known.items() if what in drift.unknown}
        if (drift.unknown, carts) != (before, carts_before):
            now = clock(session)
            _set_mark(session, UNKNOWN_MARK, at=now, value=drift.unknown)
            _set_mark(session, lost_carts.MARK, at=now, value=carts)


def _set_mark(session: Session, name: str, *, at: datetime, value: Mapping[str, object]) -> None:
    session.execute(
        insert(Mark)
        .values(name=name, at=at, value=value)
        .on_conflict_do_update(index_elements=[Mark.name], set_={"at": at, "value": value})
    )


def _say(drift: Drift) -> None:
    counts = {
        "pages": drift.pages,
        "looked_at": drift.looked_at,
        "behind": drift.behind,
        "unlinked": drift.unlinked,
        "lost_work": drift.lost_work,
        "unknown": len(drift.unknown),
    }
    if drift.repaired or drift.unknown:
        log.warning("reconcile.drift", **counts, unknown_in_shop=drift.unknown)
    else:
        log.info("reconcile.done", **counts)
