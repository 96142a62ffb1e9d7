"""Whose stock we sell: one location of the shop, remembered where submits read it."""

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bridge.db import Database, clock
from bridge.domain.errors import Refused
from bridge.domain.shop import Shop
from bridge.models import Mark

log = structlog.get_logger(__name__)

LOCATION_MARK = "location"


class LocationChanged(Refused):
    code = "location_changed"


def known_location(session: Session) -> int | None:
    """Return the location that submits sell from, or None before anything was imported or synced."""
    value = session.scalar(select(Mark.value).where(Mark.name == LOCATION_MARK))
    return None if value is None else int(value["id"])


def location_changed_at(session: Session) -> datetime | None:
    """Return since when submits sell from where they sell; None before anything was imported or synced."""
    return session.scalar(select(Mark.at).where(Mark.name == LOCATION_MARK))


def wanted_location(shop: Shop, configured: int | None) -> int:
    """Return the location we should sell from: the setting, else the shop's default."""
    return configured or shop.profile().location_id


def learn_location(db: Database, shop: Shop, *, configured: int | None) -> int:
    """Return the location we sell from, remembering it when it was not known.

    :raises LocationChanged: the setting names another one than we sell from; only a sync, which reads
        every item there first, may move everything
    """
    with db.transaction() as session:
        known = known_location(session)
    if known is None:
        wanted = wanted_location(shop, configured)
        with db.transaction() as session:
            remember_location(session, wanted, now=clock(session))
        return wanted
    if configured not in (None, known):
        raise LocationChanged(
            f"stock is sold from location {known}, and SHOPIFY_LOCATION_ID is now {configured}: "
            "run `python -m bridge inventory sync` first, which reads every item there and then changes over"
        )
    return known


def remember_location(session: Session, location_id: int, *, now: datetime) -> None:
    """Sell from `location_id` from now on. Units promised elsewhere stay promised there."""
    before = known_location(session)
    if before == location_id:
        return
    statement = insert(Mark).values(name=LOCATION_MARK, at=now, value={"id": location_id})
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Mark.name], set_={"at": now, "value": statement.excluded.value}
        )
    )
    if before is not None:
        log.warning("stock.location_changed", location_before=before, location_now=location_id)
