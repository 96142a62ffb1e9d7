"""Which topics Shopify calls us about: every one we have a use for, at our own address, once each (decision 55)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bridge.db import Database, clock
from bridge.domain.errors import OutcomeUnknown, ShopRefused, ShopUnavailable
from bridge.domain.shop import Shop
from bridge.domain.shop_values import Subscription
from bridge.models import Mark
from bridge.services import app_webhooks
from bridge.services.apply_webhook import TOPICS
from bridge.services.schedule import come_again, take_turn

log = structlog.get_logger(__name__)

PATH = "/webhooks/shopify"
MARK = "subscriptions"


@dataclass(slots=True)
class Report:
    """Topics by what was found and done. `elsewhere`: addresses of others, which are left alone.

    `refused`: topic -> why Shopify would not subscribe us, such as a scope that is missing.
    """

    address: str
    present: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    elsewhere: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Tell whether Shopify will call us about everything."""
        return not set(self.missing) - set(self.created)


def address_of(public_url: str) -> str:
    """Return where Shopify is to call us."""
    return public_url.rstrip("/") + PATH


def look(shop: Shop, *, address: str) -> Report:
    """Report what is subscribed; change nothing.

    :raises ShopError: Shopify did not tell
    """
    return _report(shop.subscriptions(), address)


def repair(db: Database, shop: Shop, *, address: str) -> Report | None:
    """Subscribe what is missing and remove what is superfluous, at our own address only; None while another does.

    A topic that is refused is reported and does not keep the others from being subscribed.

    :raises ShopError: Shopify did not answer
    """
    with db.exclusive("subscriptions") as mine:
        if not mine:
            return None
        found = shop.subscriptions()
        report = _report(found, address)
        for topic in report.missing:
            try:
                shop.subscribe(topic, address)
                report.created.append(topic)
            except ShopRefused as error:
                report.refused[topic] = "; ".join(error.problems) or error.message
        for superfluous in _superfluous(found, address):
            shop.unsubscribe(superfluous.subscription_id)
            report.removed.append(superfluous.topic)
        with db.transaction() as session:
            _remember(session, report, now=clock(session))
        return report


def repair_on_schedule(db: Database, shop: Shop, *, public_url: str, every_seconds: float) -> None:
    """Repair when it is due; two beats make one repair. Without a public address there is nothing to do.

    One that found the shop away comes again soon: while subscriptions are missing, news is.

    :raises ShopError: Shopify did not answer; the next turn tries again
    """
    if not public_url:
        return
    with db.transaction() as session:
        if not take_turn(session, MARK, every_seconds, clock(session)):
            return
    try:
        report = repair(db, shop, address=address_of(public_url))
    except (ShopUnavailable, OutcomeUnknown):
        with db.transaction() as session:
            come_again(session, MARK, every_seconds, clock(session))
        raise
    if report is not None and (report.created or report.removed or report.refused):
        # Shopify removes a subscription after eight failed deliveries: something was wrong here.
        log.warning("subscriptions.repaired", **asdict(report))


def _report(found: Sequence[Subscription], address: str) -> Report:
    ours = {each.topic for each in found if each.uri == address}
    return Report(
        address=address,
        present=[topic for topic in TOPICS if topic in ours],
        missing=[topic for topic in TOPICS if topic not in ours],
        elsewhere=sorted({each.uri for each in found if each.uri != address}),
    )


def _superfluous(found: Sequence[Subscription], address: str) -> list[Subscription]:
    """Return what at our own address is of no use, or there twice."""
    kept: set[str] = set()
    superfluous = []
    for each in sorted(found, key=lambda each: each.subscription_id):
        if each.uri != address:
            continue
        if each.topic in kept or each.topic not in TOPICS:
            superfluous.append(each)
        kept.add(each.topic)
    return superfluous


def _remember(session: Session, report: Report, *, now: datetime) -> None:
    """Keep the last report, for `doctor` and the console."""
    app_webhooks.still_installed(session)
    kept = asdict(report)
    session.execute(
        insert(Mark)
        .values(name=MARK, at=now, value=kept)
        .on_conflict_do_update(index_elements=[Mark.name], set_={"at": now, "value": kept})
    )
