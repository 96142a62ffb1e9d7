"""What Shopify says of our own app: that it was taken out of the shop."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bridge.domain.webhook_bodies import Body
from bridge.models import Mark
from bridge.services.webhook_outcome import Handler, Outcome, applied

UNINSTALLED = "app_uninstalled"


def app_uninstalled(session: Session, _body: Body, now: datetime, _received_at: datetime) -> Outcome:
    """Remember that we were told so; nothing is given up for a header that is not signed (decision 50).

    If it is true, every call is refused from now on, and the next check of the subscriptions says so.
    """
    session.execute(
        insert(Mark)
        .values(name=UNINSTALLED, at=now, value={})
        .on_conflict_do_update(index_elements=[Mark.name], set_={"at": now})
    )
    return applied("app", "Shopify says that the app was uninstalled")


def still_installed(session: Session) -> None:
    """Forget it: Shopify has just answered us."""
    session.execute(delete(Mark).where(Mark.name == UNINSTALLED))


HANDLERS: dict[str, Handler] = {"app/uninstalled": app_uninstalled}
